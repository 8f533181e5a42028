import type { ControlAxis, ControlProblem } from './control-problem.js';

/** The ends and the middle of the range of a control. */
const SHARES = [0, 0.5, 1];

/**
 * The states that a state is correlated with at any of some points: at the first time, in every scenario, under controls at
 * the ends and in the middle of their ranges.
 */
export function correlatedWith(problem: ControlProblem, i: number, points: Iterable<readonly number[]>): Set<number> {
  const { states, times, covariance, scenarios = 1 } = problem;
  const t = times[0] ?? 0;
  const S = new Float64Array(states.length ** 2);
  const correlated = new Set<number>();
  for (const x of points) {
    for (let k = 0; k < SHARES.length * scenarios; k += 1) {
      covariance(t, x, controlsAt(problem, t, x, SHARES[k % SHARES.length]), S, Math.floor(k / SHARES.length));
      states.forEach((_, j) => {
        if (j !== i && S[i * states.length + j] !== 0) correlated.add(j);
      });
    }
    if (correlated.size === states.length - 1) break;
  }
  return correlated;
}

/** The states that a state is correlated with at a node of one of its faces, off their own. */
export function correlatedAtFace(problem: ControlProblem, i: number, side: number): Set<number> {
  const onFace = problem.states.map(({ grid }, d) => (d === i ? [grid[side * (grid.length - 1)]] : grid.slice(1, -1)));
  return correlatedWith(problem, i, combinations(onFace));
}

/** Controls at a share of their ranges. */
function controlsAt({ controls }: ControlProblem, t: number, x: readonly number[], share: number): number[] {
  return controls.map((axis) => controlAt(axis, t, x, share));
}

/** A control at a share of its range, 0 to 1. */
export function controlAt(axis: ControlAxis, t: number, x: readonly number[], share: number): number {
  if ('values' in axis) return axis.values[Math.round(share * (axis.values.length - 1))];
  return (1 - share) * axis.lower(t, x) + share * axis.upper(t, x);
}

/** One entry of every list, in all ways. */
export function* combinations(
  lists: readonly (readonly number[])[],
  chosen: readonly number[] = [],
): Generator<readonly number[]> {
  if (chosen.length === lists.length) yield chosen;
  else for (const entry of lists[chosen.length]) yield* combinations(lists, [...chosen, entry]);
}
