import { bracket, type TableAxis } from '../../src/math/interpolation.js';
import type { ControlProblem } from '../problem/control-problem.js';
import type { HjbSolution } from './solve.js';

/** Value and control at a point; null outside the kept levels or the grid. */
export type SolutionPoint =
  | { readonly inside: true; readonly value: number; readonly control: number }
  | { readonly inside: false; readonly value: null; readonly control: null };

/**
 * Value and control between the nodes: linear in time (between the kept levels) and in the coordinate of each axis. The
 * control at the horizon is that of the last step. Outside, nothing is clipped: `inside` is false.
 *
 * @param problem - the problem that was solved, for its axes
 * @param t - time, in the problem's unit
 * @param x - one number per state, in natural units
 *
 * @example
 * interpolateSolution(problem, solution, 0, [2.89]).value; // V(0, 2.89)
 */
export function interpolateSolution(
  { states }: Pick<ControlProblem, 'states'>,
  { times, value, control }: HjbSolution,
  t: number,
  x: readonly number[],
): SolutionPoint {
  const axes: TableAxis[] = [{ coordinate: 'identity', grid: times }, ...states];
  const point = [t, ...x];
  const inside = point.length === axes.length && axes.every((axis, d) => isWithin(axis, point[d]));
  if (!inside) return { inside: false, value: null, control: null };
  const corners = cornersOf(axes, point);
  return { inside: true, value: weightedSum(corners, value), control: weightedSum(corners, control) };
}

function isWithin({ grid }: TableAxis, x: number): boolean {
  return x >= grid[0] && x <= grid[grid.length - 1];
}

interface Corner {
  readonly level: number;
  readonly node: number;
  readonly weight: number;
}

/** Corners of the cell of a point with weights of product form; those of weight 0 are left out. */
function cornersOf(axes: readonly TableAxis[], point: readonly number[]): Corner[] {
  let corners: Corner[] = [{ level: 0, node: 0, weight: 1 }];
  axes.forEach((axis, d) => {
    const { index, weight } = bracket(axis, point[d]);
    corners = corners.flatMap((corner) =>
      [0, 1].map((upper) => ({
        level: d === 0 ? index + upper : corner.level,
        node: d === 0 ? 0 : corner.node * axis.grid.length + index + upper,
        weight: corner.weight * (upper === 1 ? weight : 1 - weight),
      })),
    );
  });
  return corners.filter(({ weight }) => weight > 0);
}

function weightedSum(corners: readonly Corner[], levels: readonly Float64Array[]): number {
  return corners.reduce((sum, { level, node, weight }) => sum + weight * levels[level][node], 0);
}
