import type { StateFunction } from '../problem/control-problem.js';

/** Distances of the value to the obstacle, relative to the largest value, that count as none. */
const SAME_VALUE = 1e-9;

/**
 * How far the value is from the obstacle at every node of a level, sign (obstacle - V) with sign -1 when maximising: 0
 * where stopping is optimal, positive elsewhere.
 *
 * @param nodes - states of every node
 */
export function stoppingGaps(
  obstacle: StateFunction,
  objective: 'minimize' | 'maximize',
  t: number,
  nodes: readonly (readonly number[])[],
  V: Float64Array,
): Float64Array {
  const sign = objective === 'minimize' ? 1 : -1;
  const slack = SAME_VALUE * V.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return V.map((value, i) => {
    const gap = sign * (obstacle(t, nodes[i]) - value);
    return gap <= slack ? 0 : gap;
  });
}
