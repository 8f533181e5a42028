import { issueUnless } from '../input-issues.js';
import { withGradients } from './differences.js';
import { controlIssues, equalTimes, intervalIssues } from './options.js';
import { problemIssues, refuseProblem, type DeterministicProblem } from './problem.js';
import { follow, sensitivity } from './trajectory.js';

/** The cost of given controls, and how it changes with them. */
export interface ControlCost {
  readonly cost: number;
  /** d cost / d u for each interval and control: N x m, in cost per unit of the control. */
  readonly gradient: number[][];
  /** x at the times between the intervals and the ends: (N + 1) x n. */
  readonly states: number[][];
  /** d cost / d x at the same times. */
  readonly costates: number[][];
}

/**
 * Cost of piecewise constant controls by the classical Runge-Kutta method, with its exact gradient by the adjoint of the
 * same steps: p' = -H_x, p(T) = g_x, d cost / d u = integral of H_u over the interval, H = l + p'f.
 *
 * @param controls - N x m, inside the bounds
 * @param grid - as `intervals` and `substeps` of `solveByCharacteristics`; N equal intervals where left out
 * @returns cost, gradient, states and costates; numbers that are not finite are passed on
 * @throws E_INVALID with every fault of the problem, the grid and the controls
 *
 * @example
 * // x' = u, x(0) = 1, cost x(1)^2.
 * const problem = {
 *   start: [1], horizon: 1, controls: [{ lower: -1, upper: 1 }],
 *   dynamics: (t, x, u, out) => { out[0] = u[0]; }, terminalCost: (x) => x[0] ** 2,
 * };
 * costOfControls(problem, [[-0.5]]).cost; // 0.25
 * costOfControls(problem, [[-0.5]]).gradient[0][0]; // 1 = 2 x(1)
 *
 * Source: Hager, Runge-Kutta methods in optimal control and the transformed adjoint system (2000), section 2.
 */
export function costOfControls(
  problem: DeterministicProblem,
  controls: readonly (readonly number[])[],
  grid: { readonly intervals?: number | readonly number[]; readonly substeps?: number } = {},
): ControlCost {
  const { intervals = controls.length, substeps = 1 } = grid;
  const count = typeof intervals === 'number' ? intervals : intervals.length - 1;
  refuseProblem([
    ...problemIssues(problem),
    ...intervalIssues(intervals, problem.horizon),
    ...issueUnless(Number.isInteger(substeps) && substeps > 0, 'substeps', 'must be an integer > 0'),
    ...issueUnless(count === controls.length, 'controls', `must hold ${count} lists, one for each interval`),
    ...controls.flatMap((values, k) => controlIssues(`controls.${k}`, values, problem.controls)),
  ]);
  const times = typeof intervals === 'number' ? equalTimes(problem.horizon, intervals) : intervals;
  const flat = Float64Array.from(controls.flat());
  const resolved = withGradients(problem, { times, substeps }, flat);
  const trajectory = follow(resolved, { times, substeps }, flat);
  const { gradient, costates } = sensitivity(resolved, { times, substeps }, flat, trajectory);
  return {
    cost: trajectory.cost,
    gradient: rowsOf(gradient, problem.controls.length),
    states: everyNth(trajectory.states, substeps),
    costates: everyNth(costates, substeps),
  };
}

/** A flat array as rows of this width. */
export function rowsOf(flat: Float64Array, width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, k) => Array.from(flat.subarray(k * width, (k + 1) * width)));
}

export function everyNth(vectors: readonly Float64Array[], n: number): number[][] {
  return vectors.filter((_, k) => k % n === 0).map((vector) => Array.from(vector));
}
