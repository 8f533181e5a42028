import type { ControlProblem } from './control-problem.js';

/** What is paid at a face with a given value, or at the horizon: one may stop there too, so never beyond the obstacle. */
export function withObstacle(
  { objective, obstacle }: Pick<ControlProblem, 'objective' | 'obstacle'>,
  t: number,
  x: readonly number[],
  paid: number,
): number {
  if (obstacle === undefined) return paid;
  return objective === 'minimize' ? Math.min(paid, obstacle(t, x)) : Math.max(paid, obstacle(t, x));
}
