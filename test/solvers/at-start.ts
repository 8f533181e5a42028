import { expect } from '@jest/globals';
import {
  interpolateSolution,
  solveHjb,
  type ControlProblem,
  type HjbOptions,
  type HjbSolution,
} from '../../solvers/index.js';
import { observedOrder } from '../helpers/order.js';

const OPTIONS = { tolerance: 1e-11, maximumPolicyIterations: 100 };

/** The solution at time 0, of an M-matrix and solved to its tolerance. */
export function solveAtStart(problem: ControlProblem, options: Partial<HjbOptions> = {}): HjbSolution {
  const solution = solveHjb(problem, { ...OPTIONS, ...options, keep: [0] });
  expect(solution.status).toBe('converged');
  expect(solution.monotone).toEqual({ space: true, firstOffender: null });
  expect(solution.residual).toBeLessThan(1e-9);
  return solution;
}

/** Value and control at time 0. */
export function at(problem: ControlProblem, solution: HjbSolution, ...x: number[]): { value: number; control: number } {
  const point = interpolateSolution(problem, solution, 0, x);
  if (!point.inside) throw new Error(`${x.join(', ')} is outside`);
  return { value: point.value, control: point.controls[0] };
}

export function valueAt(problem: ControlProblem, x: readonly number[], options: Partial<HjbOptions> = {}): number {
  return at(problem, solveAtStart(problem, options), ...x).value;
}

/** Order at which |V(0, x) - exact| falls over the numbers of nodes. */
export function orderAt(
  make: (nodes: number) => ControlProblem,
  levels: readonly number[],
  { x, exact, options }: { x: readonly number[]; exact: number; options?: Partial<HjbOptions> },
): number {
  return observedOrder(
    levels.map((n) => 1 / (n - 1)),
    levels.map((n) => Math.abs(valueAt(make(n), x, options) - exact)),
  );
}
