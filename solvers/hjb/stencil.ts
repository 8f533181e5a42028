import type { ControlProblem, StateAxis } from '../problem/control-problem.js';
import { evaluate, nodePieces, type NodePiece, type Quadratic } from './node-pieces.js';

/** Upwind weights of one control piece: each a quadratic in the control, for the neighbour at the same index. */
export interface StencilPiece {
  readonly from: number;
  readonly to: number;
  readonly cost: Quadratic;
  readonly weights: readonly Quadratic[];
}

/** The discrete generator at a node: neighbours, and for every control piece their weights. */
export interface NodeStencil {
  readonly neighbours: readonly number[];
  readonly pieces: readonly StencilPiece[];
}

/** Nodes as a list, the last state fastest. */
export interface Lattice {
  readonly axes: readonly StateAxis[];
  readonly coordinates: readonly (readonly number[])[];
  readonly size: number;
}

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

/**
 * Stencils of all nodes. With h-, h+ the distances to the neighbours along an axis, mu and s drift and variance there:
 *   w- = max(-mu, 0)/h- + s/(h- (h- + h+)),   w+ = max(mu, 0)/h+ + s/(h+ (h- + h+)).
 * At a reflecting face the ghost node mirrors the inner one: w = max(inward mu, 0)/h + s/h^2. A covariance s12 goes to
 * the two corners of its sign, s12/(2 h1 h2) each, taken off the four axis weights (7-point stencil, monotone where
 * s_ii/h_i >= |s12|/h_j).
 */
export function buildStencils(problem: ControlProblem, lattice: Lattice): NodeStencil[] {
  return Array.from({ length: lattice.size }, (_, node) => {
    const position = positionOf(lattice, node);
    const pieces = nodePieces(problem, stateOf(lattice, node));
    const sides = lattice.axes.map((_axis, d) => axisSides(lattice, d, position[d]));
    const corners = lattice.axes.length === 2 ? cornerOffsets(sides) : [];
    const strides = lattice.axes.map((_axis, d) =>
      lattice.axes.slice(d + 1).reduce((n, axis) => n * axis.grid.length, 1),
    );
    const axisNeighbours = sides.flatMap((pair, d) => pair.map(({ offset }) => node + offset * strides[d]));
    const cornerNeighbours = corners.map(([i, j]) => node + i * strides[0] + j * strides[1]);
    return {
      neighbours: [...axisNeighbours, ...cornerNeighbours],
      pieces: pieces.map((piece) => stencilPiece(piece, sides, corners)),
    };
  });
}

/** A neighbour along an axis: which way, how far, and the factors of drift and variance in its weight. */
interface Side {
  readonly offset: 1 | -1;
  readonly distance: number;
  readonly varianceFactor: number;
}

function axisSides({ coordinates }: Lattice, d: number, i: number): Side[] {
  const z = coordinates[d];
  const below = i > 0 ? z[i] - z[i - 1] : null;
  const above = i < z.length - 1 ? z[i + 1] - z[i] : null;
  const side = (offset: 1 | -1, h: number, other: number | null): Side => ({
    offset,
    distance: h,
    varianceFactor: 1 / (h * (h + (other ?? h))) + (other === null ? 1 / (2 * h * h) : 0),
  });
  return [...(below === null ? [] : [side(-1, below, above)]), ...(above === null ? [] : [side(1, above, below)])];
}

/** Diagonal neighbours of an inner node; none where a face is near. */
function cornerOffsets(sides: readonly (readonly Side[])[]): [number, number][] {
  const inner = sides.every((pair) => pair.length === 2);
  return inner
    ? [
        [1, 1],
        [-1, -1],
        [1, -1],
        [-1, 1],
      ]
    : [];
}

function stencilPiece(
  piece: NodePiece,
  sides: readonly (readonly Side[])[],
  corners: readonly (readonly number[])[],
): StencilPiece {
  const { from, to, cost } = piece;
  const n = sides.length;
  const middle = (from + to) / 2;
  const cross = corners.length > 0 ? piece.covariance[1] : ([0, 0, 0] as const);
  const spread = corners.length > 0 ? 1 / (2 * meanDistance(sides[0]) * meanDistance(sides[1])) : 0;
  const crossSign = Math.sign(evaluate(cross, middle));
  const axisWeights = sides.flatMap((pair, d) => {
    const upwind = Math.sign(evaluate(piece.drift[d], middle));
    return pair.map(({ offset, distance, varianceFactor }) => {
      const drifting = upwind === offset ? scaleBy(piece.drift[d], offset / distance) : ([0, 0, 0] as const);
      const diffusing = scaleBy(piece.covariance[d * n + d], varianceFactor);
      return add(add(drifting, diffusing), scaleBy(cross, -crossSign * spread));
    });
  });
  const cornerWeights = corners.map(([i, j]) =>
    i * j === crossSign ? scaleBy(cross, crossSign * spread) : ([0, 0, 0] as const),
  );
  return { from, to, cost, weights: [...axisWeights, ...cornerWeights] };
}

function meanDistance(pair: readonly Side[]): number {
  return pair.reduce((sum, { distance }) => sum + distance, 0) / pair.length;
}

function scaleBy([a, b, c]: Quadratic, factor: number): Quadratic {
  return [a * factor, b * factor, c * factor];
}

function add(p: Quadratic, q: Quadratic): Quadratic {
  return [p[0] + q[0], p[1] + q[1], p[2] + q[2]];
}
