import type { ClosureFit } from '../../artifacts/coefficients/coefficients.js';
import {
  closureNamed,
  type FilterDescription,
  type FilterState,
  type Flow,
  type StateFilter,
} from '../../closures/index.js';
import type { RandomStream } from '../../math/random.js';
import { semidefiniteRoot } from '../../math/semidefinite-root.js';
import { closurePart } from './closure-part.js';
import type { ModelDraw, RunHistory } from './model-draw.js';

/** A closure with the parameters of one draw: its coordinates are the logarithms of its states. */
export interface ClosureDraw extends ModelDraw {
  readonly parameters: Readonly<Record<string, number>>;
  after(history: RunHistory, stream: RandomStream): ClosureDraw;
  /** Of the losses of a run, by the filter's innovations. */
  logLikelihood(history: RunHistory): number;
}

/** What is believed of a fitted closure: its posterior draws, or in older files its bootstrap, or the estimate alone. */
export function closureDraws(fit: ClosureFit): ClosureDraw[] {
  const draws = fit.posterior ?? olderDraws(fit);
  return draws.map(({ parameters, start }) => closureDraw(fit, parameters, start)).filter(isSound);
}

function olderDraws({ states, parameters, bootstrap }: ClosureFit): NonNullable<ClosureFit['posterior']> {
  const start = states.map((state) => state.start);
  const estimates = Object.fromEntries(Object.entries(parameters).map(([name, { estimate }]) => [name, estimate]));
  return [...bootstrap, estimates].map((values) => ({ parameters: values, start }));
}

function closureDraw(
  fit: ClosureFit,
  parameters: Readonly<Record<string, number>>,
  start: readonly number[],
): ClosureDraw {
  const { name, filter: fitted } = fit;
  const closure = closureNamed(name);
  const mean = start.map(Math.log);
  const filter = closure.recursion({
    ...fitted,
    parameters,
    initial: { ...fitted.initial, mean },
  } as FilterDescription);
  const flow = closure.flow?.(parameters) ?? repeated(filter);
  const covariance = Array<number>(start.length ** 2).fill(0);
  const scale = parameters['rate_scale'] ?? 1;
  return {
    parameters,
    start,
    scale,
    deviations: deviationsOf(filter, mean, scale),
    init: () => Float64Array.from(mean),
    advance: flow,
    loss: (x) => filter.predictedLoss({ mean: Array.from(x), covariance }),
    after(history, stream) {
      const { mean: x, covariance: P } = filtered(filter, history);
      const root = semidefiniteRoot(x.map((_, i) => x.map((__, j) => P[i * x.length + j]))) ?? [];
      const z = root.map(() => stream.normal());
      const drawn = x.map((value, i) => value + root.reduce((sum, column, j) => sum + column[i] * z[j], 0));
      return closureDraw(fit, parameters, drawn.map(Math.exp));
    },
    logLikelihood: (history) => filtered(filter, history).logLikelihood,
    part: (options) => closurePart({ start, flow, filter }, options),
  };
}

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** The state after a history, and ln likelihood of its losses by the filter's innovations. */
function filtered(filter: StateFilter, { rates, losses }: RunHistory): FilterState & { logLikelihood: number } {
  let [state, logLikelihood] = [filter.init(), 0];
  rates.forEach((rate, k) => {
    const { state: seen, innovation, innovationVariance: V } = filter.update(state, losses[k]);
    logLikelihood -= 0.5 * (LOG_TWO_PI + Math.log(V) + innovation ** 2 / V);
    state = filter.predict(seen, rate);
  });
  return { ...state, logLikelihood };
}

/** What the logarithms of the states gain in an update at the rate `scale`, seen from a state that is known. */
function deviationsOf(filter: StateFilter, mean: readonly number[], scale: number): number[] {
  const n = mean.length;
  const gained = filter.predict({ mean, covariance: Array<number>(n * n).fill(0) }, scale).covariance;
  return mean.map((_, i) => Math.sqrt(Math.max(0, gained[i * n + i])));
}

/** `predict` of the mean, as often as there are updates. */
function repeated(filter: StateFilter): Flow {
  return (x, rate, updates) => {
    let state = { mean: [...x], covariance: Array<number>(x.length ** 2).fill(0) } as ReturnType<StateFilter['init']>;
    for (let k = 0; k < updates; k += 1) state = filter.predict(state, rate);
    x.set(state.mean);
  };
}

function isSound({ start, deviations }: ClosureDraw): boolean {
  return start.every((x) => x > 0 && Number.isFinite(x)) && deviations.every(Number.isFinite);
}
