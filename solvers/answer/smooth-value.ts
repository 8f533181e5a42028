import { bisect, type TableAxis } from '../../src/math/interpolation.js';
import type { HjbSolution } from '../march/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** Entries along an axis, and their weights. */
interface Stencil {
  readonly from: number;
  readonly weights: readonly number[];
}

/** Points of a stencil: cubic where an axis has as many. */
const POINTS = 4;

/**
 * The value between the nodes by cubic interpolation in time (between the kept levels) and in the coordinate of each axis:
 * two grids differ in it by the errors of their nodes, and hardly by that of the interpolation. At a node the value there.
 *
 * @param x - inside the grid
 */
export function smoothValueAt(
  { states, horizon }: Pick<ControlProblem, 'states' | 'horizon'>,
  { times, value }: HjbSolution,
  t: number,
  x: readonly number[],
): number {
  const inTime = stencilAt({ coordinate: 'identity', grid: times }, horizon === 'infinite' ? 0 : t);
  const inSpace = states.map((axis, d) => stencilAt(axis, x[d]));
  const sizes = states.map(({ grid }) => grid.length);
  return inTime.weights.reduce(
    (sum, weight, k) => (weight === 0 ? sum : sum + weight * sumOver(value[inTime.from + k], inSpace, sizes, 0, 0)),
    0,
  );
}

/** Over the entries of axis d and those after it, whose row-major index begins with `before`. */
function sumOver(
  level: Float64Array,
  stencils: readonly Stencil[],
  sizes: readonly number[],
  d: number,
  before: number,
): number {
  if (d === stencils.length) return level[before];
  const { from, weights } = stencils[d];
  let sum = 0;
  weights.forEach((weight, k) => {
    if (weight !== 0) sum += weight * sumOver(level, stencils, sizes, d + 1, before * sizes[d] + from + k);
  });
  return sum;
}

/** Lagrange's weights of the nodes around a point. */
function stencilAt({ grid, coordinate }: TableAxis, x: number): Stencil {
  const count = Math.min(POINTS, grid.length);
  const cell = grid.length < 2 ? 0 : bisect(grid, x, 0, grid.length - 1);
  const from = Math.min(Math.max(cell - 1, 0), grid.length - count);
  const along = coordinate === 'log' ? Math.log : (value: number): number => value;
  const nodes = grid.slice(from, from + count).map(along);
  const at = along(x);
  const weights = nodes.map((z, k) =>
    nodes.reduce((product, other, l) => (l === k ? product : (product * (at - other)) / (z - other)), 1),
  );
  return { from, weights };
}
