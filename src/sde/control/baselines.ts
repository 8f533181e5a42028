import { mean } from '../../math/vectors.js';
import { minimizeBySimplex } from '../../math/nelder-mead.js';
import type { SgdModel } from '../model.js';
import type { RealRuns, RunsOptions } from './runs.js';

/** A schedule that was searched for: its learning rates, and how. */
export interface Baseline {
  readonly name: 'constant' | 'decay';
  /** Learning rate of each update. */
  readonly rates: Float64Array;
  /** Of the schedule, absolute rates. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Schedules that were tried, each over all runs of the search. */
  readonly tried: number;
}

/** Multiples of eta that are tried first, evenly over the bounds. */
const SCANNED = 25;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Bracket at which the search stops, as a share of the bounds. */
const PRECISION = 1e-4;

/** The constant rate within the bounds whose real runs cost least on average: a scan, then golden sections around its best. */
export function bestConstant(model: SgdModel, updates: number, run: RealRuns, options: RunsOptions): Baseline {
  const { eta, rate } = model;
  const span = rate.upper - rate.lower;
  const rates = new Float64Array(updates);
  let tried = 0;
  const cost = (u: number): number => ((tried += 1), meanOf(run(rates.fill(eta * u), options).cost));
  const scanned = Array.from({ length: SCANNED }, (_, i) => rate.lower + (span * i) / (SCANNED - 1));
  const costs = scanned.map(cost);
  const best = costs.indexOf(Math.min(...costs));
  let [low, high] = [scanned[Math.max(0, best - 1)], scanned[Math.min(SCANNED - 1, best + 1)]];
  let found = { u: scanned[best], cost: costs[best] };
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [atLeft, atRight] = [cost(left), cost(right)];
  while (high - low > PRECISION * span) {
    const inner = atLeft <= atRight ? { u: left, cost: atLeft } : { u: right, cost: atRight };
    if (inner.cost < found.cost) found = inner;
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      atLeft = cost((left = high - GOLDEN * (high - low)));
    } else {
      [low, left, atLeft] = [left, right, atRight];
      atRight = cost((right = low + GOLDEN * (high - low)));
    }
  }
  return { name: 'constant', rates: rates.fill(eta * found.u), parameters: { rate: eta * found.u }, tried };
}

/**
 * The best of the schedules rate_n = min(most, scale / (n + shift)), `most` where n + shift <= 0, within the bounds: the family
 * of the optimal rates of a quadratic loss, whether the upper bound holds at first or not. By the simplex search, from the
 * best constant rate.
 */
export function bestDecay(
  model: SgdModel,
  { rates: { length: updates }, parameters }: Baseline,
  run: RealRuns,
  options: RunsOptions,
): Baseline {
  const most = model.eta * model.rate.upper;
  const schedule = ([scale, shift]: readonly number[]): Float64Array =>
    decayRates(model, updates, { scale: Math.exp(scale), shift });
  let tried = 0;
  const start = [Math.log(Math.max((parameters.rate * updates) / 4, 1e-3 * most)), 1];
  const { point } = minimizeBySimplex((at) => ((tried += 1), meanOf(run(schedule(at), options).cost)), start, {
    steps: [0.5, updates / 10],
    maximumIterations: 60,
    tolerance: 1e-7,
  });
  return { name: 'decay', rates: schedule(point), parameters: { scale: Math.exp(point[0]), shift: point[1] }, tried };
}

/** The learning rate of each update, the same for all. */
export function constantRates(updates: number, rate: number): Float64Array {
  return new Float64Array(updates).fill(rate);
}

/** rate_n = min(most, scale / (n + shift)) within the bounds, `most` where n + shift <= 0. */
export function decayRates(
  { eta, rate }: SgdModel,
  updates: number,
  { scale, shift }: { readonly scale: number; readonly shift: number },
): Float64Array {
  const [least, most] = [eta * rate.lower, eta * rate.upper];
  return new Float64Array(updates).map((_, n) =>
    n + shift <= 0 ? most : Math.max(least, Math.min(most, scale / (n + shift))),
  );
}

function meanOf(values: Float64Array): number {
  const center = mean(values);
  return Number.isNaN(center) ? Infinity : center;
}
