import { issueUnless, refuseWhere } from '../input-issues.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** Where a closed loop starts: one number per state in natural units, in their order or by name. */
export type Start = Readonly<Record<string, number>> | readonly number[];

/**
 * The start as one number per state.
 * @throws E_INVALID with every issue: a state that is missing, unknown, not finite or outside its grid
 */
export function resolveStart({ name, states }: Pick<ControlProblem, 'name' | 'states'>, start: Start): number[] {
  const isList = Array.isArray(start);
  const keys = states.map((axis, i) => (isList ? String(i) : axis.name));
  const x = keys.map((key) => (start as Record<string, number>)[key]);
  const inside = states.flatMap(({ name: state, grid }, i) => {
    const [low, high] = [grid[0], grid[grid.length - 1]];
    const message = `${state} must lie in [${low}, ${high}], got ${String(x[i])}`;
    return issueUnless(x[i] >= low && x[i] <= high, `start.${keys[i]}`, message);
  });
  const unknown = Object.keys(start).filter((key) => !keys.includes(key));
  refuseWhere(
    [...unknown.map((key) => ({ path: `start.${key}`, message: 'no such state' })), ...inside],
    `start of the closed loop of "${name}"`,
    'Give one number for each state, inside its grid.',
  );
  return x;
}
