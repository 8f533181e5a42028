import type { SdeResult } from '../../artifacts/sde-analysis/sde-analysis.js';
import type { LongRun, Robustness, Simulation, WeakOrder } from '../../artifacts/sde-analysis/sde-studies.js';
import { baseLayout, colorAxis, COLORS, dash, logAxis, type Figure } from '../figure.js';
import { axesOf, panelLayouts } from '../panels.js';
import { bothRatesFigures, keptFigures } from './sde-kept.js';

type Trace = Readonly<Record<string, unknown>>;

/** Half-width of a 95 % band, in standard errors. */
const BAND = 1.96;

/** The figures of the studies that were asked for. */
export function studyFigures(result: SdeResult): Figure[] {
  const { kept, control, weak_order: weak, simulation, long_run: long, robustness } = result;
  return [
    ...(kept === undefined ? [] : keptFigures(result.weights, kept)),
    ...(control === undefined ? [] : bothRatesFigures(control)),
    ...(weak === undefined ? [] : weak.observables.map((_, q) => weakOrderFigure(weak, q))),
    ...(simulation === undefined ? [] : simulation.quantities.flatMap((_, q) => simulationFigures(simulation, q))),
    ...((long?.stationary ?? null) === null ? [] : [densityFigure(result.weights, long!)]),
    ...(robustness === undefined ? [] : robustnessFigures(result.weights, robustness)),
  ];
}

interface Series {
  readonly name: string;
  readonly color: string;
  readonly style: string;
  readonly y: readonly number[];
  readonly error: readonly number[];
}

/** A line with its 95 % band. */
function banded(x: readonly number[], { name, color, style, y, error }: Series): Trace[] {
  return ranged(x, { name, color, style, y, low: y.map((v, i) => v - BAND * error[i]), high: y.map((v, i) => v + BAND * error[i]) }); // prettier-ignore
}

function ranged(
  x: readonly number[],
  { name, color, style, y, low, high }: Omit<Series, 'error'> & { low: readonly number[]; high: readonly number[] },
): Trace[] {
  return [
    {
      type: 'scatter',
      mode: 'lines',
      x: [...x, ...[...x].reverse()],
      y: [...high, ...[...low].reverse()],
      fill: 'toself',
      fillcolor: `${color}33`,
      line: { width: 0 },
      hoverinfo: 'skip',
      showlegend: false,
      legendgroup: name,
    },
    { type: 'scatter', mode: 'lines', name, legendgroup: name, x, y, line: { color, width: 2, dash: style } },
  ];
}

const ORDERS = {
  first: { name: 'first order: without b1', color: COLORS.fixed, symbol: 'circle' },
  second_full: { name: 'second order: full b1', color: COLORS.policy, symbol: 'square' },
  second_without_rate_derivatives: { name: 'b1 without the derivatives of u', color: COLORS.decay, symbol: 'diamond' },
  mean_field: { name: 'mean field alone', color: COLORS.fixed, symbol: 'circle' },
  joint: { name: 'joint noise', color: COLORS.policy, symbol: 'square' },
  independent_noise: { name: 'noises as if independent', color: COLORS.decay, symbol: 'diamond' },
  weights_noise: { name: 'noise of the weights alone', color: COLORS.schedule_free, symbol: 'cross' },
} as const;

const SLOPES =
  'The SDE of second order must fall twice as steeply as that of first order, and only with the derivatives of the rate in b1 does it do so when the rate varies.';
const JOINT_SLOPES =
  'The perturbations are kept, and the step size of the attack is scaled with eta. The SDE with the joint noise must fall twice as steeply as the mean field; without the correlation of weights and perturbations it does not, where the observable sees it.';

function weakOrderFigure({ etas, observables, method, runs }: WeakOrder, q: number): Figure {
  const { name, orders } = observables[q];
  const slopes = orders.map(({ slope, order }) => `${slope === null ? 'hidden in noise' : slope.toFixed(2)} (${ORDERS[order].name})`); // prettier-ignore
  const how =
    method === 'deterministic'
      ? 'without Monte Carlo noise'
      : `from ${runs} real runs and as many paths or as asked for, bars of 95 %`;
  const sizes = orders.map(({ errors }) => errors.map(Math.abs));
  const isKept = orders.some(({ order }) => order === 'joint');
  return {
    id: `weak-order-${q}`,
    title: `Weak error of E ${name}`,
    caption: `Difference between the expectation under the SDE and in the real iteration, ${how}. Fitted slopes: ${slopes.join('; ')}. ${isKept ? JOINT_SLOPES : SLOPES}`,
    data: orders.map(({ order, uncertainties }, k) => ({
      type: 'scatter',
      mode: 'lines+markers',
      name: ORDERS[order].name,
      x: etas,
      y: sizes[k],
      error_y: {
        type: 'data',
        symmetric: false,
        array: uncertainties.map((value) => BAND * value),
        arrayminus: uncertainties.map((value, i) => Math.min(BAND * value, 0.9 * sizes[k][i])),
      },
      line: { color: ORDERS[order].color, width: 2 },
      marker: { symbol: ORDERS[order].symbol, size: 9 },
    })),
    layout: baseLayout('eta', 'weak error', {
      xaxis: logAxis('eta', etas),
      yaxis: logAxis('weak error', sizes.flat()),
    }),
    table: {
      head: ['eta', ...orders.flatMap(({ order }) => [ORDERS[order].name, '± uncertainty'])],
      rows: etas.map((eta, k) => [digits(eta), ...orders.flatMap(({ errors, uncertainties }) => [digits(errors[k]), errorDigits(uncertainties[k])])]), // prettier-ignore
    },
  };
}

const KINDS = [
  { key: 'real', name: 'real runs', color: COLORS.schedule_free },
  { key: 'first', name: 'first-order SDE', color: COLORS.fixed },
  { key: 'second', name: 'second-order SDE', color: COLORS.policy },
] as const;

function simulationFigures({ times, quantities, runs, paths, sentences }: Simulation, q: number): Figure[] {
  const quantity = quantities[q];
  const id = `simulation-${q}`;
  const series = (figure: 'mean' | 'variance') =>
    KINDS.map(({ key, name, color }, k): Series => ({
      name,
      color,
      style: dash(k),
      y: quantity[key].map((at) => at[figure]),
      error: quantity[key].map((at) => at[`${figure}_error`]),
    }));
  const moment = (figure: 'mean' | 'variance'): Figure => ({
    id: `${id}-${figure}`,
    title: `${figure === 'mean' ? 'Mean' : 'Variance'} of ${quantity.name} over time`,
    caption: `${runs} real runs and ${paths} paths of each SDE, with bands of 95 %. ${figure === 'mean' ? sentences.join(' ') : 'Lines apart by more than their bands show the error of the SDE at this eta.'}`,
    data: series(figure).flatMap((each) => banded(times, each)),
    layout: baseLayout('t', `${figure} of ${quantity.name}`),
    table: {
      head: ['t', ...KINDS.flatMap(({ name }) => [name, '± error'])],
      rows: times.map((t, k) => [digits(t), ...series(figure).flatMap(({ y, error }) => [digits(y[k]), errorDigits(error[k])])]), // prettier-ignore
    },
  });
  return [moment('mean'), moment('variance'), quantileFigure(id, times, quantity)];
}

function quantileFigure(id: string, times: readonly number[], quantity: Simulation['quantities'][number]): Figure {
  const levels = [0, 2, 4];
  const words = ['5 %', 'median', '95 %'];
  return {
    id: `${id}-quantiles`,
    title: `Quantiles of ${quantity.name} over time`,
    caption: `5 %, median and 95 % of the real runs and of each SDE, with distribution-free bands of 95 %: where the lines lie on each other, the SDE has the law of the real iteration, not only its moments.`,
    data: KINDS.flatMap(({ key, name, color }, k) =>
      levels.flatMap((level) =>
        ranged(times, {
          name,
          color,
          style: dash(k),
          y: quantity[key].map(({ quantiles }) => quantiles[level]),
          low: quantity[key].map(({ quantile_bands: bands }) => bands[level][0]),
          high: quantity[key].map(({ quantile_bands: bands }) => bands[level][1]),
        }).map((trace, part) => (part === 1 && level !== levels[1] ? { ...trace, showlegend: false } : trace)),
      ),
    ),
    layout: baseLayout('t', quantity.name),
    table: {
      head: ['t', ...KINDS.flatMap(({ name }) => words.map((word) => `${name}, ${word}`))],
      rows: times.map((t, k) => [digits(t), ...KINDS.flatMap(({ key }) => levels.map((level) => digits(quantity[key][k].quantiles[level])))]), // prettier-ignore
    },
  };
}

function densityFigure(weights: readonly string[], { stationary, sentences, real }: LongRun): Figure {
  const { density } = stationary!;
  const caption = `Stationary density of the second-order SDE, from its forward equation, and the states of ${real.runs} long real runs. ${sentences.join(' ')}`;
  const texts = { id: 'long-run', title: 'Where the weights come to in the long run', caption };
  const [x] = density.axes;
  if (density.axes.length === 1) {
    return {
      ...texts,
      data: [
        { type: 'bar', name: 'real runs', x, y: density.real, marker: { color: '#bbbbbb' } },
        {
          type: 'scatter',
          mode: 'lines',
          name: 'second-order SDE',
          x,
          y: density.values,
          line: { color: COLORS.policy },
        },
      ],
      layout: baseLayout(weights[0], 'density', { bargap: 0 }),
      table: {
        head: [weights[0], 'second-order SDE', 'real runs'],
        rows: x.map((at, i) => [digits(at), digits(density.values[i]), digits(density.real[i])]),
      },
    };
  }
  const y = density.axes[1];
  const rows = (values: readonly number[]): number[][] => y.map((_, j) => x.map((__, i) => values[i * y.length + j]));
  const title = (text: string) => ({ title: { text, standoff: 8 }, zeroline: false });
  const grey = { ...colorAxis('real runs: density as a share of the top'), colorscale: 'Greys', reversescale: true };
  const panel = { title: '', x: title(weights[0]), y: title(weights[1]), colors: grey };
  const levels = { coloring: 'lines', start: 0.05, end: 0.95, size: 0.15 };
  const top = Math.max(...density.values);
  const shares = (values: readonly number[]): number[][] => rows(values).map((row) => row.map((value) => value / top));
  return {
    ...texts,
    data: [
      { type: 'heatmap', name: 'real runs', x, y, z: shares(density.real), coloraxis: 'coloraxis', ...axesOf(0) }, // prettier-ignore
      { type: 'contour', name: 'second-order SDE', x, y, z: shares(density.values), contours: levels, line: { width: 2 }, colorscale: [[0, COLORS.policy], [1, COLORS.policy]], showscale: false, showlegend: true }, // prettier-ignore
    ],
    ...panelLayouts([panel], 400),
    table: {
      head: ['moment', 'second-order SDE', 'real runs', '± error'],
      rows: weights.flatMap((name, i) => [
        [`mean of ${name}`, digits(stationary!.mean[i]), digits(real.mean[i]), errorDigits(real.mean_errors[i])],
        [`variance of ${name}`, digits(stationary!.covariance[i][i]), digits(real.covariance[i][i]), errorDigits(real.covariance_errors[i][i])], // prettier-ignore
      ]),
    },
  };
}

function robustnessFigures(weights: readonly string[], study: Robustness): Figure[] {
  const { times, eps, sgd, adversarial, attack, sentences } = study;
  const lines = (pick: (flow: Robustness['sgd']) => readonly number[], name: string, style: string) => [
    { name: `adversarial SGD${name}`, color: COLORS.policy, style, y: pick(adversarial) },
    { name: `SGD${name}`, color: COLORS.fixed, style, y: pick(sgd) },
  ];
  const figure = (
    text: Pick<Figure, 'id' | 'title' | 'caption'>,
    axis: string,
    all: ReturnType<typeof lines>,
  ): Figure => ({
    ...text,
    data: all.map(({ name, color, style, y }) => ({ type: 'scatter', mode: 'lines', name, x: times, y, line: { color, width: 2, dash: style } })), // prettier-ignore
    layout: baseLayout('t', axis),
    table: { head: ['t', ...all.map(({ name }) => name)], rows: times.map((t, k) => [digits(t), ...all.map(({ y }) => digits(y[k]))]) }, // prettier-ignore
  });
  return [
    figure(
      {
        id: 'robustness-gradient',
        title: 'Input gradient along both flows',
        caption: `Root of E |grad_x l|^2, which adversarial training penalises (gradient-flow view of Gu & Guo 2021): the lower it is, the less the loss can be raised by a small change of the input. ${sentences[0]}`,
      },
      'input gradient',
      lines(({ input_gradient: values }) => values, '', 'solid'),
    ),
    figure(
      {
        id: 'robustness-losses',
        title: 'Losses under attack along both flows',
        caption: `Expected loss under ${attack}, at each eps. ${sentences.slice(1).join(' ')}`,
      },
      'expected loss',
      eps.flatMap((budget, k) =>
        lines(({ adversarial_loss: losses }) => losses[k], `, eps = ${digits(budget)}`, dash(k)),
      ),
    ),
    figure(
      {
        id: 'robustness-weights',
        title: 'Weights along both flows',
        caption: 'The flows from the same start at the same rate: where they part, the attack changes what is learnt.',
      },
      'weight',
      weights.flatMap((name, i) => lines(({ weights: path }) => path.map((at) => at[i]), `, ${name}`, dash(i))),
    ),
  ];
}

function digits(value: number): number {
  return Number(value.toPrecision(5));
}

/** An error is known to two digits. */
function errorDigits(value: number): number {
  return Number(value.toPrecision(2));
}
