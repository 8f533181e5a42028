import { minimizeInBox, type BoxResult } from './box-minimizer.js';
import { everyNth, rowsOf } from './cost.js';
import { withGradients } from './differences.js';
import { controlErrors, coarserTimes, refined } from './coarser-grid.js';
import { optionIssues, resolveOptions, type CharacteristicsOptions, type ResolvedOptions } from './options.js';
import { problemIssues, refuseProblem, type DeterministicProblem, type ResolvedProblem } from './problem.js';
import { scaledControls } from './scaled-controls.js';
import { follow, sensitivity } from './trajectory.js';

export type CharacteristicsStatus = BoxResult['status'];

export interface CharacteristicsSolution {
  readonly status: CharacteristicsStatus;
  /** What to change, in a sentence; empty where converged. */
  readonly remedy: string;
  /** The least cost that was found. */
  readonly value: number;
  /** 0 = t_0 < ... < t_N = T. */
  readonly times: readonly number[];
  /** u on each interval, N x m. */
  readonly controls: readonly (readonly number[])[];
  /** x at each time, (N + 1) x n. */
  readonly states: readonly (readonly number[])[];
  /** d value / d x at each time, (N + 1) x n. */
  readonly costates: readonly (readonly number[])[];
  /** Largest relative fall of the value that the slope in one control at one time promises, over its whole range. */
  readonly residual: number;
  readonly iterations: number;
  /** Costs computed on the grid. */
  readonly evaluations: number;
  /** Whether derivatives were taken by differences. */
  readonly usesDifferences: boolean;
  /** Differences from the solution on half as many intervals: of the value, of each control; null where N is 1 or numbers are not finite. */
  readonly errorEstimates: { readonly value: number; readonly controls: readonly number[] } | null;
}

const REMEDIES: Readonly<Record<CharacteristicsStatus, string>> = {
  converged: '',
  max_iterations: 'Raise maximumIterations or the tolerance, or start from better controls.',
  non_finite: 'Start from controls under which states and costs stay finite, take more substeps, or write every entry.',
  stalled: 'Check the gradients against differences, or raise the tolerance: the value falls no further.',
};

/**
 * A deterministic problem of any number of states and bounded controls, by direct minimisation over controls that are
 * constant on each interval of time: projected limited-memory BFGS with the exact gradient of the discrete cost, from a
 * solution on half as many intervals. A local minimum, the global one where the cost is convex in the controls.
 *
 * @param problem - dynamics, costs and bounds; derivatives by formula or left to differences
 * @param options - the intervals of time, Runge-Kutta steps in each, start, tolerance and largest number of iterations
 * @returns value, controls, states and costates with status, remedy, residual and error estimates
 * @throws E_INVALID with every fault of the problem and the options
 *
 * @example
 * // x' = u, x(0) = 1, integral of x^2 + u^2 over [0, 1]: V = tanh(1).
 * const solution = solveByCharacteristics({
 *   start: [1], horizon: 1, controls: [{ lower: -2, upper: 2 }],
 *   dynamics: (t, x, u, out) => { out[0] = u[0]; },
 *   runningCost: (t, x, u) => x[0] ** 2 + u[0] ** 2, terminalCost: () => 0,
 * }, { intervals: 100 });
 * solution.value; // tanh(1)
 *
 * Source: Bertsekas, Projected Newton methods for optimization problems with simple constraints (1982); Hager (2000).
 */
export function solveByCharacteristics(
  problem: DeterministicProblem,
  options: CharacteristicsOptions,
): CharacteristicsSolution {
  const { controls, horizon } = problem;
  refuseProblem([...problemIssues(problem), ...optionIssues(options, horizon, controls)]);
  const fine = resolveOptions(options, horizon, controls);
  const constant = (intervals: number): Float64Array => constantControls(fine.initial, intervals);
  const resolved = withGradients(problem, fine, constant(fine.times.length - 1));
  if (fine.times.length === 2) return { ...solveOn(resolved, fine, constant(1)), errorEstimates: null };
  const coarse = { ...fine, times: coarserTimes(fine.times) };
  const coarseSolution = solveOn(resolved, coarse, constant(coarse.times.length - 1));
  const isUsable = coarseSolution.status !== 'non_finite';
  const start = isUsable ? refined(coarseSolution.controls, fine.times.length - 1) : constant(fine.times.length - 1);
  const solution = solveOn(resolved, fine, start);
  if (!isUsable || solution.status === 'non_finite') return { ...solution, errorEstimates: null };
  const value = Math.abs(solution.value - coarseSolution.value);
  return { ...solution, errorEstimates: { value, controls: controlErrors(solution, coarseSolution) } };
}

function constantControls(values: readonly number[], intervals: number): Float64Array {
  return Float64Array.from(Array.from({ length: intervals }, () => values).flat());
}

function solveOn(
  problem: ResolvedProblem,
  options: ResolvedOptions,
  start: Float64Array,
): Omit<CharacteristicsSolution, 'errorEstimates'> {
  const { times, substeps, initial } = options;
  const { box, scale, unscale } = scaledControls(problem, { times, substeps }, initial);
  const ordinaryValue = Math.abs(box.evaluate(scale(constantControls(initial, times.length - 1))).value);
  const minimum = minimizeInBox(box, scale(start), { ...options, ordinaryValue });
  const { status, point, value, residual, iterations, evaluations } = minimum;
  const controls = unscale(point);
  const trajectory = follow(problem, { times, substeps }, controls);
  const { costates } = sensitivity(problem, { times, substeps }, controls, trajectory);
  return {
    ...{ status, remedy: REMEDIES[status], value, times, residual, iterations, evaluations },
    controls: rowsOf(controls, problem.controls.length),
    states: everyNth(trajectory.states, substeps),
    costates: everyNth(costates, substeps),
    usesDifferences: problem.usesDifferences,
  };
}
