import { innerProduct, quasiNewtonDirection, type Pair } from './quasi-newton.js';

/** A function on a box, in variables of size one. */
export interface BoxProblem {
  /** Value at a point of the box, and its gradient there for the inner product with `weights`, computed when asked. */
  readonly evaluate: (point: Float64Array) => { readonly value: number; readonly gradient: () => Float64Array };
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** > 0, with sum 1 for each kind of variable. */
  readonly weights: Float64Array;
}

export interface BoxOptions {
  /** On the residual. */
  readonly tolerance: number;
  readonly maximumIterations: number;
  /** The size of a value that is ordinary, >= 0: one below 1e-8 of it counts as 1e-8 of it in the residual. */
  readonly ordinaryValue: number;
}

export interface BoxResult {
  /** `stalled`: no point along the path is lower, though the residual is above the tolerance. */
  readonly status: 'converged' | 'max_iterations' | 'non_finite' | 'stalled';
  readonly point: Float64Array;
  readonly value: number;
  /** The largest entry of |P(v - gradient / |value|) - v|, P the projection on the box. */
  readonly residual: number;
  readonly iterations: number;
  readonly evaluations: number;
}

interface Iterate {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

const MEMORY = 20;
const SUFFICIENT_DECREASE = 1e-4;
const SMALLEST_STEP = 1e-10;
/** An entry closer than this to a bound that the gradient pushes against is held there. */
const NEAR_BOUND = 1e-3;
/** Change of the variables in the first step. */
const FIRST_STEP = 0.1;
const SMALL_VALUE = 1e-8;
/** Values closer than this, relative to their size, are equal. */
const VALUE_ROUNDING = 4 * Number.EPSILON;

/**
 * Local minimum on a box by projected quasi-Newton steps (Bertsekas 1982): entries at a bound that the gradient pushes
 * against follow the gradient, the others limited-memory BFGS, all along P(v + step direction), the step cut until the
 * value falls by enough (Armijo).
 *
 * @param start - a point of the box
 */
export function minimizeInBox(problem: BoxProblem, start: Float64Array, options: BoxOptions): BoxResult {
  const first = problem.evaluate(start);
  let current: Iterate = { point: start, value: first.value, gradient: first.gradient() };
  let evaluations = 1;
  let pairs: Pair[] = [];
  const ended = (status: BoxResult['status'], iterations: number): BoxResult => {
    const { point, value } = current;
    return {
      status,
      point,
      value,
      residual: residualOf(problem, current, options.ordinaryValue),
      iterations,
      evaluations,
    };
  };
  for (let iteration = 0; ; iteration += 1) {
    const residual = residualOf(problem, current, options.ordinaryValue);
    if (!Number.isFinite(residual) || !Number.isFinite(current.value)) return ended('non_finite', iteration);
    if (residual <= options.tolerance) return ended('converged', iteration);
    if (iteration >= options.maximumIterations) return ended('max_iterations', iteration);
    const found = nextIterate(problem, current, pairs, residual);
    evaluations += found.evaluations;
    if (found.next === null && pairs.length === 0) return ended('stalled', iteration);
    pairs = found.next === null ? [] : [...pairs, difference(current, found.next)].slice(-MEMORY);
    current = found.next ?? current;
  }
}

/** The first point along the projected path that is low enough; null where none is. */
function nextIterate(
  problem: BoxProblem,
  current: Iterate,
  pairs: readonly Pair[],
  residual: number,
): { next: Iterate | null; evaluations: number } {
  const direction = directionOf(problem, current, pairs, residual);
  let evaluations = 0;
  for (let step = 1; step > SMALLEST_STEP;) {
    const point = project(problem, current.point, direction, step);
    const promised = slopeTowards(problem, current, point);
    const { value, gradient } = problem.evaluate(point);
    evaluations += 1;
    const bound = current.value + SUFFICIENT_DECREASE * promised + VALUE_ROUNDING * Math.abs(current.value);
    if (promised < 0 && value <= bound) return { next: { point, value, gradient: gradient() }, evaluations };
    step *= shorter(promised, value - current.value);
  }
  return { next: null, evaluations };
}

/** Where the parabola with this slope at 0 and this rise at 1 is least, in [1/10, 1/2]. */
function shorter(slope: number, rise: number): number {
  const least = -slope / (2 * (rise - slope));
  return least > 0.1 ? Math.min(0.5, least) : 0.1;
}

function directionOf(problem: BoxProblem, current: Iterate, pairs: readonly Pair[], residual: number): Float64Array {
  const { gradient } = current;
  const isFree = freeEntries(problem, current, Math.min(residual, NEAR_BOUND));
  const quasiNewton = quasiNewtonDirection(gradient, pairs, innerProduct(problem.weights, isFree));
  const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  const scale = FIRST_STEP / largest;
  return gradient.map((value, i) => (quasiNewton !== null && isFree[i] === 1 ? quasiNewton[i] : -scale * value));
}

function freeEntries({ lower, upper }: BoxProblem, { point, gradient }: Iterate, near: number): Uint8Array {
  return Uint8Array.from(point, (value, i) => {
    const isHeld = gradient[i] > 0 ? value <= lower[i] + near : value >= upper[i] - near;
    return isHeld ? 0 : 1;
  });
}

function project(
  { lower, upper }: BoxProblem,
  point: Float64Array,
  direction: Float64Array,
  step: number,
): Float64Array {
  return point.map((value, i) => Math.min(upper[i], Math.max(lower[i], value + step * direction[i])));
}

function slopeTowards({ weights }: BoxProblem, { point, gradient }: Iterate, next: Float64Array): number {
  return gradient.reduce((sum, value, i) => sum + weights[i] * value * (next[i] - point[i]), 0);
}

function residualOf(problem: BoxProblem, { point, value, gradient }: Iterate, ordinaryValue: number): number {
  const scale = Math.max(Math.abs(value), SMALL_VALUE * ordinaryValue) || 1;
  const moved = project(problem, point, gradient, -1 / scale);
  return moved.reduce((most, to, i) => Math.max(most, Math.abs(to - point[i])), 0);
}

function difference(from: Iterate, to: Iterate): Pair {
  return {
    step: to.point.map((value, i) => value - from.point[i]),
    change: to.gradient.map((value, i) => value - from.gradient[i]),
  };
}
