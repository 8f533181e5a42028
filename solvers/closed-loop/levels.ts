import { HjbLrError } from '../../src/errors.js';
import type { HjbSolution } from '../march/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';

/**
 * A closed loop needs value and control at every time level of the problem (at the one level of an infinite horizon).
 * @throws E_INVALID where a level was not kept, E_NOT_CONVERGED for a solution that is not finite
 */
export function requireLevels(problem: ControlProblem, solution: HjbSolution): void {
  if (solution.status === 'non_finite') {
    throw new HjbLrError('E_NOT_CONVERGED', `The solution of "${problem.name}" is not finite.`, {
      remedy: solution.remedy,
      fields: { status: solution.status },
    });
  }
  const levels = problem.horizon === 'infinite' ? [0] : problem.times;
  const isWhole = levels.length === solution.times.length && levels.every((t, k) => t === solution.times[k]);
  if (isWhole) return;
  throw new HjbLrError('E_INVALID', `The solution of "${problem.name}" lacks levels that its closed loop needs.`, {
    remedy: 'Solve it with keep: "all".',
    fields: { have: solution.times.length, need: levels.length },
  });
}
