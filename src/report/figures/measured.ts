import { mean } from 'simple-statistics';
import type { MethodResult, Quantity, Results } from '../../artifacts/results/results.js';
import { allMeasurements, type QuantityStyle } from '../../measurements/index.js';
import { baseLayout, COLORS, counted, logAxis, type Figure } from '../figure.js';

/** One figure; its quantities are those of the measurements that name it. */
interface Group {
  readonly figure: QuantityStyle['figure'];
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly caption: string;
}

const LINES: Readonly<Record<QuantityStyle['color'], string>> = {
  gradient: COLORS.fixed,
  noise: COLORS.policy,
  random: COLORS.decay,
  minibatch: COLORS.null_hypothesis,
  step: COLORS.schedule_free,
};

const GROUPS: readonly Group[] = [
  {
    figure: 'gradient',
    id: 'measured-gradient',
    title: 'Gradient and minibatch noise along the run',
    axis: 'squared length',
    caption:
      'The squared length of the mean gradient, |h|², and the trace of the covariance of one minibatch gradient, tr S, estimated without bias on batches of their own. Where the noise is far above the gradient, a lower rate or a larger batch lowers the loss; where it is below, the rate is what limits progress.',
  },
  {
    figure: 'curvature',
    id: 'measured-curvature',
    title: 'Curvature of the adversarial loss along the run',
    axis: 'curvature v′Hv / |v|²',
    caption:
      'A step of rate u along curvature λ multiplies what lies there by 1 − uλ: plain SGD loses ground where λ stays above 2/u. Frozen: the perturbations are held; re-attacked: the attack answers, which is what training feels. Largest: the largest Ritz value of the Hessian seen from that vector.',
  },
  {
    figure: 'attack',
    id: 'measured-attack',
    title: 'Loss as training sees it, and under a fresh attack',
    axis: 'loss',
    caption:
      'The loss of the same minibatches under the training attack and under fresh PGD with 10 steps in the ball of the end of the run. Where the second grows away from the first although the radius stays, gradients are masked in part: training sees an attack that has become weak.',
  },
];

/** What was measured along the runs, in a figure for gradients and one for curvatures, where there is any. */
export function measuredFigures(results: Results): Figure[] {
  return GROUPS.flatMap((group) => {
    const curves = results.methods.flatMap((method) => curvesOf(method, group));
    return curves.length === 0 ? [] : [figureOf(group, curves, results)];
  });
}

interface Curve extends QuantityStyle {
  readonly method: MethodResult;
  readonly update: readonly number[];
  /** Mean over seeds; null where a seed has none. */
  readonly value: readonly (number | null)[];
}

function curvesOf(method: MethodResult, { figure }: Group): Curve[] {
  const quantities = Object.values(allMeasurements()).flatMap((measurement) => Object.entries(measurement.quantities));
  const shown = quantities.filter(([, style]) => style.figure === figure);
  return shown.flatMap(([quantity, style]): Curve[] => {
    const runs = method.runs.map((run) => run.measured?.[quantity as Quantity]);
    const longest = runs.reduce((a, b) => ((b?.update.length ?? 0) > (a?.update.length ?? 0) ? b : a));
    if (longest === undefined) return [];
    const value = longest.update.map((_, k) => {
      const values = runs.map((run) => run?.value[k]).filter((one): one is number => typeof one === 'number');
      return values.length === runs.length ? mean(values) : null;
    });
    return [{ ...style, method, update: longest.update, value }];
  });
}

function figureOf({ id, title, axis, caption }: Group, curves: readonly Curve[], results: Results): Figure {
  const seeds = counted(results.methods[0].runs.length, 'seed');
  const values = curves.flatMap(({ value }) => value);
  const below = values.some((value) => value !== null && value <= 0);
  const methods = [...new Set(curves.map(({ method }) => method))];
  return {
    id,
    title,
    caption: [
      caption,
      `Mean over ${seeds}; the menu chooses the method.`,
      'What measuring cost is charged to no method, since no rate depends on it.',
      ...(below ? ['Estimates that noise has carried below 0 are gaps.'] : []),
    ].join(' '),
    data: curves.map(({ method, label, color, dash = 'solid', update, value }) => ({
      type: 'scatter',
      mode: 'lines+markers',
      name: label,
      x: update,
      y: value.map((one) => (one !== null && one > 0 ? one : null)),
      line: { color: LINES[color], dash, width: 1.5 },
      marker: { size: 5 },
      visible: method === methods[0],
      hovertemplate: `update %{x}: %{y:.4g}<extra>${label}</extra>`,
    })),
    layout: baseLayout('updates', axis, { yaxis: logAxis(axis, values) }),
    menu: {
      label: 'method',
      options: methods.map((one) => ({ label: one.label, shown: curves.map(({ method }) => method === one) })),
    },
    table: tableOf(curves),
  };
}

function tableOf(curves: readonly Curve[]): Figure['table'] {
  return {
    head: ['method', 'quantity', 'first', 'middle', 'last'],
    rows: curves.map(({ method, label, value }) => {
      const shown = [0, Math.floor(value.length / 2), value.length - 1].map((k) => value[k] ?? null);
      return [method.label, label, ...shown.map((one) => (one === null ? null : Number(one.toPrecision(3))))];
    }),
  };
}
