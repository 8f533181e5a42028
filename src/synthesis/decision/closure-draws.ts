import type { ClosureFit } from '../../artifacts/coefficients/coefficients.js';
import { closureNamed, type FilterDescription, type Flow, type StateFilter } from '../../closures/index.js';

/** A closure with the parameters of one draw, ready to be simulated. */
export interface ClosureDraw {
  readonly parameters: Readonly<Record<string, number>>;
  /** States at update 0. */
  readonly start: readonly number[];
  readonly filter: StateFilter;
  readonly flow: Flow;
  /** Deviations that the logarithms of the states gain in an update at `rate_scale`. */
  readonly deviations: readonly number[];
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
  const initial = { ...fitted.initial, mean: start.map(Math.log) };
  const filter = closure.recursion({ ...fitted, parameters, initial } as FilterDescription);
  const n = start.length;
  const still = { mean: initial.mean, covariance: Array<number>(n * n).fill(0) };
  const gained = filter.predict(still, parameters['rate_scale'] ?? 0).covariance;
  return {
    parameters,
    start,
    filter,
    flow: closure.flow?.(parameters) ?? repeated(filter),
    deviations: start.map((_, i) => Math.sqrt(Math.max(0, gained[i * n + i]))),
  };
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
