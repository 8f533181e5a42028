import type { ClosureFit } from '../../artifacts/coefficients/coefficients.js';
import { closureNamed, type FilterDescription, type Flow, type StateFilter } from '../../closures/index.js';
import { closurePart } from './closure-part.js';
import type { ModelDraw } from './model-draw.js';

/** A closure with the parameters of one draw: its coordinates are the logarithms of its states. */
export interface ClosureDraw extends ModelDraw {
  readonly parameters: Readonly<Record<string, number>>;
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
  { name, filter: fitted }: ClosureFit,
  parameters: Readonly<Record<string, number>>,
  start: readonly number[],
): ClosureDraw {
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
    part: (options) => closurePart({ start, flow, filter }, options),
  };
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
