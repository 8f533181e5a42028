const floor = Math.floor;
const max = Math.max;
const min = Math.min;

/** Evenly spaced nodes, at least 4. */
export interface EvenAxis {
  readonly low: number;
  readonly high: number;
  readonly nodes: number;
}

/**
 * Interpolation of a smooth function on an even grid of one to three dimensions, by the cubic through the four nearest nodes
 * along each axis (Lagrange): an error of fourth order. Outside the grid the outermost cubic goes on.
 *
 * @param values - row-major, the first axis slowest
 *
 * @example
 * const square = cubicTable([{ low: 0, high: 3, nodes: 4 }], Float64Array.of(0, 1, 4, 9));
 * square([1.5]); // 2.25
 */
export function cubicTable(axes: readonly EvenAxis[], values: ArrayLike<number>): (point: ArrayLike<number>) => number {
  const n = axes.length;
  const steps = axes.map(({ low, high, nodes }) => (high - low) / (nodes - 1));
  const weights = new Float64Array(4 * n);
  const first = new Int32Array(n);
  const along = (axis: number, offset: number): number => {
    if (axis === n) return values[offset];
    let sum = 0;
    for (let k = 0; k < 4; k += 1) {
      sum += weights[4 * axis + k] * along(axis + 1, offset * axes[axis].nodes + first[axis] + k);
    }
    return sum;
  };
  return (point) => {
    for (let axis = 0; axis < n; axis += 1) {
      const place = (point[axis] - axes[axis].low) / steps[axis];
      first[axis] = max(0, min(axes[axis].nodes - 4, floor(place) - 1));
      cubicWeights(place - first[axis], weights, 4 * axis);
    }
    return along(0, 0);
  };
}

/** Lagrange's weights of the nodes 0, 1, 2, 3 at x. */
function cubicWeights(x: number, out: Float64Array, from: number): void {
  const [a, b, c, d] = [x, x - 1, x - 2, x - 3];
  out[from] = -(b * c * d) / 6;
  out[from + 1] = (a * c * d) / 2;
  out[from + 2] = -(a * b * d) / 2;
  out[from + 3] = (a * b * c) / 6;
}
