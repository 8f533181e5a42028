import { quantileSorted } from 'simple-statistics';
import type { ClosureFit } from '../../artifacts/coefficients/coefficients.js';
import type { Results } from '../../artifacts/results/results.js';
import { closureNamed } from '../../closures/index.js';
import { baseLayout, COLORS, dash, logAxis, type Figure } from '../figure.js';

type SeedRecord = Results['seeds'][number];

/** States at which the drift is drawn. */
const POINTS = 60;

/** The closure that a seed follows, or the one that predicted best if it follows none; null if none was fitted. */
export function shownClosure({ coefficients }: SeedRecord): ClosureFit | null {
  const selected = coefficients.closures.find(({ name }) => name === coefficients.selected);
  const best = (a: ClosureFit, b: ClosureFit): ClosureFit =>
    b.verdict.prediction_error < a.verdict.prediction_error ? b : a;
  if (coefficients.closures.length === 0) return null;
  return selected ?? coefficients.closures.reduce(best);
}

/** Fitted fall of the closure's first state per update and unit of rate, noise aside, with a 90 % band of the cluster bootstrap. */
export function driftFigure(results: Results): Figure {
  const drawn = results.seeds.flatMap((seed, i) => {
    const closure = shownClosure(seed);
    return closure === null ? [] : [{ seed, color: Object.values(COLORS)[i % 6], closure, style: dash(i) }];
  });
  const data = drawn.flatMap(({ seed, color, closure, style }) => {
    const { x, low, high, estimate } = driftBand(closure);
    return [
      {
        type: 'scatter',
        mode: 'lines',
        showlegend: false,
        hoverinfo: 'skip',
        legendgroup: `seed ${seed.seed}`,
        x: [...x, ...x.toReversed()],
        y: [...high, ...low.toReversed()],
        fill: 'toself',
        fillcolor: `${color}22`,
        line: { width: 0 },
      },
      {
        type: 'scatter',
        mode: 'lines',
        name: `seed ${seed.seed}`,
        legendgroup: `seed ${seed.seed}`,
        x,
        y: estimate,
        line: { color: color, dash: style, width: 2 },
      },
    ];
  });
  const [{ closure: first }] = drawn;
  const state = closureNamed(first.name).axes[first.states[0].name]?.words ?? first.states[0].name;
  return {
    id: 'drift',
    title: 'Fitted drift',
    caption: `How fast the ${state} of the loss falls per update and unit of learning rate, against the ${state} itself, with a 90 % band of the cluster bootstrap over the pilot runs. The shaded range of the axis is where the pilots have been; to its left the policy rests on the fitted law and the priors. All other parameters, with their intervals, are in the table.`,
    data,
    layout: baseLayout(`${state} of the loss`, 'fall per update and unit rate', {
      xaxis: logAxis(
        `${state} of the loss`,
        drawn.flatMap(({ closure }) => closure.states[0].domain),
      ),
      yaxis: logAxis(
        'fall per update and unit rate',
        drawn.flatMap(({ closure }) => driftBand(closure).estimate),
      ),
      shapes: visitedRange(drawn.map(({ closure }) => closure)),
    }),
    table: coefficientsTable(results),
    openTable: true,
  };
}

/** Where the pilots of any seed have been, as a band on the x axis. */
function visitedRange(closures: readonly ClosureFit[]): Record<string, unknown>[] {
  const ranges = closures.flatMap(({ states }) => (states[0].visited === undefined ? [] : [states[0].visited]));
  if (ranges.length === 0) return [];
  const x0 = Math.min(...ranges.map(([low]) => low));
  const x1 = Math.max(...ranges.map(([, high]) => high));
  const place = { type: 'rect', xref: 'x', yref: 'paper', x0, x1, y0: 0, y1: 1, layer: 'below', line: { width: 0 } };
  return [{ ...place, fillcolor: '#00000012', label: { text: 'the pilots', textposition: 'bottom right' } }];
}

function driftBand(closure: ClosureFit): { x: number[]; low: number[]; high: number[]; estimate: number[] } {
  const [from, to] = closure.states[0].domain;
  const x = Array.from({ length: POINTS }, (_, i) => from * (to / from) ** (i / (POINTS - 1)));
  const { fall } = closureNamed(closure.name);
  const fitted = Object.fromEntries(Object.entries(closure.parameters).map(([name, { estimate }]) => [name, estimate]));
  const samples = closure.bootstrap.length > 0 ? closure.bootstrap : [fitted];
  const quantile = (at: number, share: number): number =>
    quantileSorted(
      samples.map((sample) => fall(sample, at)).sort((a, b) => a - b),
      share,
    );
  return {
    x,
    low: x.map((at) => quantile(at, 0.05)),
    high: x.map((at) => quantile(at, 0.95)),
    estimate: x.map((at) => fall(fitted, at)),
  };
}

const SOURCES = { data: 'fitted', prior: 'prior', set: 'set' } as const;

/** Every parameter of every seed's closure, with its interval and where it is known from. */
export function coefficientsTable(results: Results): Figure['table'] {
  const digits = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(3)));
  const told = new Set<string>();
  const rows = results.seeds.flatMap((seed) => {
    const closure = shownClosure(seed);
    if (closure === null)
      return [[seed.seed, 'none', seed.coefficients.unfitted ?? null, null, null, null, null, null]];
    return Object.entries(closure.parameters).map(([name, parameter]) => [
      seed.seed,
      closure.name,
      name,
      digits(parameter.estimate),
      digits(parameter.standard_error),
      parameter.interval === null ? null : parameter.interval.map((end) => end.toPrecision(3)).join(' to '),
      SOURCES[parameter.source],
      once(told, parameter.reason ?? parameter.prior?.reason ?? null),
    ]);
  });
  const head = ['seed', 'closure', 'parameter', 'estimate', 'standard error', '90 % interval', 'source'];
  return { head: [...head, 'what it is, and its prior'], rows };
}

/** A text where it comes first, and a mark after that. */
function once(told: Set<string>, text: string | null): string | null {
  if (text === null || told.has(text)) return text === null ? null : 'as above';
  told.add(text);
  return text;
}
