import { HjbLrError } from '../../src/errors.js';
import type { Outcome } from './solve.js';

/**
 * A state between two nodes of a grid as a chance of either, in proportion to how close they are: the expected value is
 * then the linear interpolant.
 *
 * @param grid - at least one node, increasing
 * @param outcome - the probability, the cost and the state that follows, in [grid[0], grid[last]]
 * @returns one outcome on a node, else two, whose `next` are indices of the grid
 * @throws E_INVALID where the state is outside the grid: nothing is clipped
 *
 * @example
 * toGrid([0, 1, 2], { probability: 1, cost: 5, state: 1.25 });
 * // [{ probability: 0.75, cost: 5, next: 1 }, { probability: 0.25, cost: 5, next: 2 }]
 */
export function toGrid(
  grid: readonly number[],
  { probability, cost, state }: { readonly probability: number; readonly cost: number; readonly state: number },
): Outcome[] {
  const above = grid.findIndex((node) => node >= state);
  if (above === -1 || (above === 0 && grid[0] !== state)) throw outside(grid, state);
  if (grid[above] === state) return [{ probability, cost, next: above }];
  const share = (state - grid[above - 1]) / (grid[above] - grid[above - 1]);
  return [
    { probability: probability * (1 - share), cost, next: above - 1 },
    { probability: probability * share, cost, next: above },
  ];
}

function outside(grid: readonly number[], state: number): HjbLrError {
  const [low, high] = [grid[0], grid[grid.length - 1]];
  return new HjbLrError('E_INVALID', `The state ${state} is outside the grid from ${low} to ${high}.`, {
    remedy: 'Widen the grid, or say in the transition what happens at its ends.',
    fields: { state, low, high },
    issues: [{ path: 'state', message: `must lie in [${low}, ${high}]` }],
  });
}
