import { combinations, controlAt } from '../problem/probe.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** The first discount, relative to the rate at which the state crosses its domain, and what the next ones are divided by. */
const FIRST = 1e-9;
const SHRINKING = 100;

/** The last one: beyond it the rows of the matrix differ from those of a singular one by rounding alone. */
const LAST = 1e-15;

/** The value goes on with the discount where it grows by this factor, or more, when the discount shrinks a hundredfold. */
const GOES_ON = 2;

/**
 * The discounts with which a problem without one is solved in turn: rho -> 0 with V_rho -> V, since every path that ends in
 * the mean after tau changes V by rho tau V at most.
 */
export function vanishingDiscounts(problem: ControlProblem): number[] {
  const rate = crossingRate(problem);
  const discounts: number[] = [];
  for (let share = FIRST; share >= LAST; share /= SHRINKING) discounts.push(share * rate);
  return discounts;
}

/** Whether the value with the next discount is the same, still moves, or goes on without end. */
export function limitOf(before: Float64Array, after: Float64Array, tolerance: number): 'reached' | 'moves' | 'endless' {
  let [change, size, first] = [0, 0, 0];
  for (let i = 0; i < after.length; i += 1) {
    change = Math.max(change, Math.abs(after[i] - before[i]));
    size = Math.max(size, Math.abs(after[i]));
    first = Math.max(first, Math.abs(before[i]));
  }
  if (size >= GOES_ON * first && size > 0) return 'endless';
  return change <= tolerance * size ? 'reached' : 'moves';
}

/** The largest of drift over length and variance over its square, at a few states under a few controls. */
function crossingRate({ states, controls, drift, covariance, scenarios = 1 }: ControlProblem): number {
  const n = states.length;
  const [b, S] = [new Float64Array(n), new Float64Array(n * n)];
  const lengths = states.map(({ grid }) => grid[grid.length - 1] - grid[0]);
  let rate = 0;
  for (const x of combinations(states.map(({ grid }) => [1, 2, 3].map((k) => grid[(k * (grid.length - 1)) >> 2])))) {
    for (const u of combinations(controls.map((axis) => [0, 0.5, 1].map((share) => controlAt(axis, 0, x, share))))) {
      for (let s = 0; s < scenarios; s += 1) {
        drift(0, x, u, b, s);
        covariance(0, x, u, S, s);
        lengths.forEach((length, a) => {
          rate = Math.max(rate, Math.abs(b[a]) / length, S[a * (n + 1)] / length ** 2);
        });
      }
    }
  }
  return rate > 0 && Number.isFinite(rate) ? rate : 1;
}
