import type { ControlledModel } from '../../sde/index.js';
import { baseLayout, COLORS, type Figure } from '../figure.js';
import { problemFigures } from './problem-maps.js';

type Quantiles = readonly (readonly [number, number, number])[];

const POLICY_NAME = 'HJB policy';

const STYLES: readonly (readonly [method: string, name: string, color: string])[] = [
  ['policy', POLICY_NAME, COLORS.policy],
  ['constant', 'best constant rate', COLORS.fixed],
  ['decay', 'best scale / (n + shift)', COLORS.decay],
];

/** Policy and value over states and time, then weights and rates of the real runs over time. */
export function controlFigures(
  { of: { problem }, answer: { solution }, bands }: Pick<ControlledModel, 'of' | 'answer' | 'bands'>,
  eta: number,
): Figure[] {
  const controls = problem.controls.map(({ name }) => name);
  const maps = problemFigures({ axes: problem.states, controls, ...solution }).map((figure) => ({
    ...figure,
    id: `hjb-${figure.id}`,
  }));
  const weights = problem.states.map(({ name }, i) =>
    overTime(`weights-${i}`, `Real runs: ${name}`, name, eta, (method) => bands[method].weights[i], {
      caption: `Median of ${name} over real runs, and the band between its 0.05 and 0.95 quantiles; thin: a few runs of the policy.`,
      more: bands.policy.paths.map((path) => thin(path, i, problem.states.length, eta)),
    }),
  );
  const rates = overTime('rates', 'Real runs: learning rate', 'learning rate', eta, (method) => bands[method].rates, {
    caption: 'Median learning rate over real runs, and its band for the policy, whose rate depends on the weights.',
    more: [],
  });
  return [...maps, ...weights, rates];
}

interface Words {
  readonly caption: string;
  readonly more: readonly Readonly<Record<string, unknown>>[];
}

/** Rows of a table beside a figure. */
const MOST_ROWS = 21;

function overTime(
  id: string,
  title: string,
  axis: string,
  eta: number,
  of: (method: string) => Quantiles,
  { caption, more }: Words,
): Figure {
  const times = of('policy').map((_, k) => k * eta);
  const stride = Math.ceil(times.length / MOST_ROWS);
  const lines = STYLES.flatMap(([method, name, color]) => bandTraces(times, of(method), name, color));
  return {
    id: `control-${id}`,
    title,
    caption,
    data: [...lines, ...more],
    layout: baseLayout('t', axis),
    table: {
      head: ['t', ...STYLES.map(([, name]) => `${name}: median`)],
      rows: times
        .map((t, k) => [t, ...STYLES.map(([method]) => of(method)[k][1])].map((x) => Number(x.toPrecision(5))))
        .filter((_, k) => k % stride === 0),
    },
  };
}

function bandTraces(times: readonly number[], quantiles: Quantiles, name: string, color: string) {
  const line = { color, width: 2 };
  return [
    {
      ...{ type: 'scatter', mode: 'lines', legendgroup: name, hoverinfo: 'skip', showlegend: false },
      x: [...times, ...times.toReversed()],
      y: [...quantiles.map(([, , high]) => high), ...quantiles.map(([low]) => low).toReversed()],
      ...{ fill: 'toself', fillcolor: `${color}33`, line: { color, width: 0 } },
    },
    {
      ...{ type: 'scatter', mode: 'lines', legendgroup: name, name, x: times },
      ...{ y: quantiles.map(([, median]) => median), line },
      hovertemplate: `t = %{x:.4g}: %{y:.4g}<extra>${name}</extra>`,
    },
  ];
}

function thin(path: Float64Array, i: number, n: number, eta: number): Record<string, unknown> {
  const y = Array.from({ length: path.length / n }, (_, k) => path[k * n + i]);
  const line = { color: COLORS.policy, width: 0.7 };
  const shared = { type: 'scatter', mode: 'lines', legendgroup: POLICY_NAME, hoverinfo: 'skip', showlegend: false };
  return { ...shared, x: y.map((_, k) => k * eta), y, line, opacity: 0.6 };
}
