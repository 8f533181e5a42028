import { multilinearCorners, type TableAxis, type TableCorner } from '../../src/math/interpolation.js';
import type { ControlProblem } from '../problem/control-problem.js';
import type { HjbSolution } from './solution.js';

/** Value and controls at a point; null outside the kept levels or the grid. */
export type SolutionPoint =
  | { readonly inside: true; readonly value: number; readonly controls: readonly number[] }
  | { readonly inside: false; readonly value: null; readonly controls: null };

/**
 * Value and controls between the nodes: linear in time (between the kept levels) and in the coordinate of each axis; of a
 * finite set the control of the nearest node and level. The controls at the horizon are those of the last step. Outside,
 * nothing is clipped: `inside` is false.
 *
 * @param problem - the problem that was solved, for its axes and controls
 * @param t - time, in the problem's unit; any number over an infinite horizon
 * @param x - one number per state, in natural units
 *
 * @example
 * interpolateSolution(problem, solution, 0, [2.89]).value; // V(0, 2.89)
 */
export function interpolateSolution(
  { states, controls, horizon }: Pick<ControlProblem, 'states' | 'controls' | 'horizon'>,
  { times, value, control }: HjbSolution,
  t: number,
  x: readonly number[],
): SolutionPoint {
  const axes: TableAxis[] = [{ coordinate: 'identity', grid: times }, ...states];
  const point = [horizon === 'infinite' ? 0 : t, ...x];
  const inside = point.length === axes.length && axes.every((axis, d) => isWithin(axis, point[d]));
  if (!inside) return { inside: false, value: null, controls: null };
  const corners = multilinearCorners(axes, point);
  return {
    inside: true,
    value: weightedSum(corners, value, 1, 0),
    controls: controls.map((axis, j) => {
      const read = 'values' in axis ? nearestEntry : weightedSum;
      return read(corners, control, controls.length, j);
    }),
  };
}

function isWithin({ grid }: TableAxis, x: number): boolean {
  return x >= grid[0] && x <= grid[grid.length - 1];
}

/** Entry `entry` of the `width` numbers that a node has at each level; levels are the slowest axis of the corners. */
function weightedSum(
  corners: readonly TableCorner[],
  levels: readonly Float64Array[],
  width: number,
  entry: number,
): number {
  return corners.reduce((sum, corner) => sum + corner.weight * entryAt(corner, levels, width, entry), 0);
}

/** The entry at the corner of the largest weight, the first of equals. */
function nearestEntry(
  corners: readonly TableCorner[],
  levels: readonly Float64Array[],
  width: number,
  entry: number,
): number {
  const nearest = corners.reduce((best, corner) => (corner.weight > best.weight ? corner : best));
  return entryAt(nearest, levels, width, entry);
}

function entryAt({ offset }: TableCorner, levels: readonly Float64Array[], width: number, entry: number): number {
  const nodes = levels[0].length / width;
  return levels[Math.floor(offset / nodes)][(offset % nodes) * width + entry];
}
