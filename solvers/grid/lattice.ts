import type { StateAxis } from '../problem/control-problem.js';

/** The nodes of all axes as one list, the last state fastest. */
export interface Lattice {
  readonly axes: readonly StateAxis[];
  /** Nodes of each axis where differences are taken: x or ln x. */
  readonly coordinates: readonly Float64Array[];
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly size: number;
}

export function buildLattice(axes: readonly StateAxis[]): Lattice {
  const shape = axes.map(({ grid }) => grid.length);
  return {
    axes,
    coordinates: axes.map(({ grid, coordinate }) =>
      Float64Array.from(grid, (x) => (coordinate === 'log' ? Math.log(x) : x)),
    ),
    shape,
    strides: shape.map((_, d) => shape.slice(d + 1).reduce((product, n) => product * n, 1)),
    size: shape.reduce((product, n) => product * n, 1),
  };
}

/** Index of a node along each axis. */
export function positionOf({ shape, strides }: Lattice, node: number): number[] {
  return strides.map((stride, d) => Math.floor(node / stride) % shape[d]);
}

/** States at a node, in natural units. */
export function stateOf(lattice: Lattice, node: number): number[] {
  return positionOf(lattice, node).map((i, d) => lattice.axes[d].grid[i]);
}

/** A node in words, for messages. */
export function placeOf(lattice: Lattice, node: number): string {
  const x = stateOf(lattice, node);
  return lattice.axes.map(({ name }, d) => `${name} = ${x[d].toPrecision(4)}`).join(', ');
}

/** The index along an axis that a periodic axis means by `i`; both its faces are the same point. */
export function wrapped(i: number, n: number): number {
  return i < 0 ? i + n - 1 : i > n - 1 ? i - n + 1 : i;
}

/** Spacings that differ by less, relative to the span, are even. */
const EVEN = 1e-9;

/** The spacing of points that lie evenly in their coordinate, null for others. */
export function evenSpacing(points: readonly number[], coordinate: StateAxis['coordinate']): number | null {
  const z = coordinate === 'log' ? points.map(Math.log) : points;
  const span = z[z.length - 1] - z[0];
  const h = span / (z.length - 1);
  return z.every((value, i) => Math.abs(value - z[0] - i * h) <= EVEN * span) ? h : null;
}
