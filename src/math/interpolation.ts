/** An axis of a table: strictly increasing nodes; `log`: distances are measured in ln. */
export interface TableAxis {
  readonly coordinate: 'identity' | 'log';
  readonly grid: readonly number[];
}

interface Bracket {
  readonly index: number;
  /** Share of the way from node `index` to the next, in [0, 1]. */
  readonly weight: number;
}

/**
 * Multilinear interpolation on a rectilinear grid, clamped to its edges:
 * sum over the corners of the cell of prod_d (w_d or 1 - w_d) value(corner).
 *
 * @param axes - one per dimension
 * @param values - row-major, first axis slowest; length is the product of the grid lengths
 * @param point - one coordinate per axis; positive where the axis coordinate is `log`
 */
export function interpolateTable(
  axes: readonly TableAxis[],
  values: readonly number[],
  point: readonly number[],
): number {
  const brackets = axes.map((axis, d) => bracket(axis, point[d]));
  let sum = 0;
  for (let corner = 0; corner < 1 << axes.length; corner += 1) {
    let weight = 1;
    let offset = 0;
    for (let d = 0; d < axes.length; d += 1) {
      const upper = (corner >> d) & 1;
      weight *= upper === 1 ? brackets[d].weight : 1 - brackets[d].weight;
      offset = offset * axes[d].grid.length + Math.min(brackets[d].index + upper, axes[d].grid.length - 1);
    }
    if (weight > 0) sum += weight * values[offset];
  }
  return sum;
}

/** The value at the node nearest to the point in each axis; ties go to the lower node. */
export function nearestTable(axes: readonly TableAxis[], values: readonly number[], point: readonly number[]): number {
  const offset = axes.reduce((sum, axis, d) => {
    const { index, weight } = bracket(axis, point[d]);
    return sum * axis.grid.length + index + (weight > 0.5 ? 1 : 0);
  }, 0);
  return values[offset];
}

/** Cell of a point on an axis, clamped to the ends. */
export function bracket({ coordinate, grid }: TableAxis, x: number): Bracket {
  const last = grid.length - 1;
  if (x <= grid[0]) return { index: 0, weight: 0 };
  if (x >= grid[last]) return { index: last, weight: 0 };
  const index = bisect(grid, x, 0, last);
  const along = coordinate === 'log' ? Math.log : (value: number): number => value;
  return { index, weight: (along(x) - along(grid[index])) / (along(grid[index + 1]) - along(grid[index])) };
}

/** The index i from `low` to `high` - 1 with grid[i] <= x < grid[i + 1]; what grid[low] and grid[high] are does not matter. */
export function bisect(grid: ArrayLike<number>, x: number, low: number, high: number): number {
  let [from, to] = [low, high];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (grid[middle] <= x) from = middle;
    else to = middle;
  }
  return from;
}

/** A corner of a cell: where its value is in a row-major table, and its weight. */
export interface TableCorner {
  readonly offset: number;
  readonly weight: number;
}

/** Corners of the cell of a point with weights of product form, the first axis slowest; those of weight 0 are left out. */
export function multilinearCorners(axes: readonly TableAxis[], point: readonly number[]): TableCorner[] {
  let corners: TableCorner[] = [{ offset: 0, weight: 1 }];
  axes.forEach((axis, d) => {
    const { index, weight } = bracket(axis, point[d]);
    corners = corners.flatMap((corner) =>
      [0, 1].map((upper) => ({
        offset: corner.offset * axis.grid.length + index + upper,
        weight: corner.weight * (upper === 1 ? weight : 1 - weight),
      })),
    );
  });
  return corners.filter(({ weight }) => weight > 0);
}
