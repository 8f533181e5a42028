import type { StateAxis } from '../problem/control-problem.js';

/** Nodes as a list, the last state fastest. */
export interface Lattice {
  readonly axes: readonly StateAxis[];
  /** Nodes of each axis where differences are taken: x or ln x. */
  readonly coordinates: readonly (readonly number[])[];
  readonly size: number;
}

/** A neighbour along an axis: which way, how far, and the factor of the variance in its weight. */
export interface Side {
  readonly offset: 1 | -1;
  readonly distance: number;
  readonly varianceFactor: number;
}

/** Where a node's neighbours are. */
export interface NodeGeometry {
  /** Those along each axis, below first; one at a face. */
  readonly sides: readonly (readonly Side[])[];
  /** Diagonal neighbours as offsets along both axes; none next to a face or with one state. */
  readonly corners: readonly (readonly [number, number])[];
  /** Nodes of the sides, axis by axis, then of the corners. */
  readonly neighbours: readonly number[];
}

const CORNERS = [
  [1, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
] as const;

export function buildLattice(axes: readonly StateAxis[]): Lattice {
  return {
    axes,
    coordinates: axes.map(({ grid, coordinate }) => (coordinate === 'log' ? grid.map(Math.log) : grid)),
    size: axes.reduce((product, axis) => product * axis.grid.length, 1),
  };
}

/** Index of a node along each axis. */
export function positionOf({ axes }: Lattice, node: number): number[] {
  const position: number[] = [];
  let rest = node;
  for (let d = axes.length - 1; d >= 0; d -= 1) {
    position[d] = rest % axes[d].grid.length;
    rest = Math.floor(rest / axes[d].grid.length);
  }
  return position;
}

export function stateOf(lattice: Lattice, node: number): number[] {
  return positionOf(lattice, node).map((i, d) => lattice.axes[d].grid[i]);
}

/** A node in words, for messages. */
export function placeOf(lattice: Lattice, node: number): string {
  const x = stateOf(lattice, node);
  return lattice.axes.map(({ name }, d) => `${name} = ${x[d].toPrecision(4)}`).join(', ');
}

export function nodeGeometry(lattice: Lattice, node: number): NodeGeometry {
  const position = positionOf(lattice, node);
  const sides = lattice.axes.map((_axis, d) => axisSides(lattice.coordinates[d], position[d]));
  const corners = sides.length === 2 && sides.every((pair) => pair.length === 2) ? CORNERS : [];
  const strides = lattice.axes.map((_axis, d) =>
    lattice.axes.slice(d + 1).reduce((n, axis) => n * axis.grid.length, 1),
  );
  const along = sides.flatMap((pair, d) => pair.map(({ offset }) => node + offset * strides[d]));
  return { sides, corners, neighbours: [...along, ...corners.map(([i, j]) => node + i * strides[0] + j * strides[1])] };
}

/** At a face the ghost node mirrors the inner one, which then bears the variance of both: 1/h^2. */
function axisSides(z: readonly number[], i: number): Side[] {
  const below = i > 0 ? z[i] - z[i - 1] : null;
  const above = i < z.length - 1 ? z[i + 1] - z[i] : null;
  const side = (offset: 1 | -1, h: number, other: number | null): Side => ({
    offset,
    distance: h,
    varianceFactor: other === null ? 1 / (h * h) : 1 / (h * (h + other)),
  });
  return [...(below === null ? [] : [side(-1, below, above)]), ...(above === null ? [] : [side(1, above, below)])];
}
