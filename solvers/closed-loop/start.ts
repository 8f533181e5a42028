import { HjbLrError, type Issue } from '../../src/errors.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** Where a closed loop starts: one number per state in natural units, in their order or by name. */
export type Start = Readonly<Record<string, number>> | readonly number[];

/**
 * The start as one number per state.
 * @throws E_INVALID with every issue: a state that is missing, unknown, not finite or outside its grid
 */
export function resolveStart({ name, states }: Pick<ControlProblem, 'name' | 'states'>, start: Start): number[] {
  const issues: Issue[] = [];
  const isList = Array.isArray(start);
  const known = new Set<string>(states.map((axis, i) => (isList ? String(i) : axis.name)));
  for (const key of Object.keys(start)) {
    if (!known.has(key)) issues.push({ path: `start.${key}`, message: 'no such state' });
  }
  const x = states.map((axis, i) =>
    isList ? (start as readonly number[])[i] : (start as Record<string, number>)[axis.name],
  );
  states.forEach(({ name: state, grid }, i) => {
    const [low, high] = [grid[0], grid[grid.length - 1]];
    if (x[i] >= low && x[i] <= high) return;
    const path = `start.${isList ? i : state}`;
    issues.push({ path, message: `${state} must lie in [${low}, ${high}], got ${String(x[i])}` });
  });
  if (issues.length === 0) return x;
  throw new HjbLrError('E_INVALID', `The start of the closed loop of "${name}" is not valid.`, {
    remedy: 'Give one number for each state, inside its grid.',
    issues,
  });
}
