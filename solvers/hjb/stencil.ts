import type { ControlProblem } from '../problem/control-problem.js';
import { nodeGeometry, stateOf, type Lattice, type NodeGeometry, type Side } from './lattice.js';
import { coefficientsAt, constantPiece, cutPiece, nodePieces, type NodePiece } from './node-pieces.js';
import type { Scheme } from './options.js';
import { add, evaluate, rootsOf, scaleBy, ZERO, type Quadratic } from './quadratic.js';

/** Weights of one control piece: each a quadratic in the control, for the neighbour at the same index. */
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

/** Stencils of all nodes, exact on every control piece. */
export function buildStencils(problem: ControlProblem, lattice: Lattice, scheme: Scheme): NodeStencil[] {
  return Array.from({ length: lattice.size }, (_, node) => {
    const geometry = nodeGeometry(lattice, node);
    const pieces = nodePieces(problem, stateOf(lattice, node));
    const cut = scheme === 'hybrid' ? pieces.flatMap((piece) => cutAtHybridSwitches(piece, geometry)) : pieces;
    return { neighbours: geometry.neighbours, pieces: cut.map((piece) => stencilPiece(piece, geometry, scheme)) };
  });
}

/** The stencil of a node under one control: weights and cost of degree 0. */
export function stencilUnder(
  problem: ControlProblem,
  x: readonly number[],
  u: number,
  geometry: NodeGeometry,
  scheme: Scheme,
): StencilPiece {
  const piece = { from: u, to: u, ...constantPiece(coefficientsAt(problem, x, u)) };
  return stencilPiece(piece, geometry, scheme);
}

/**
 * Weights of a piece. With h-, h+ the distances to the neighbours along an axis, mu and s drift and variance there:
 *   upwind  w- = max(-mu, 0)/h- + s/(h- (h- + h+)),   w+ = max(mu, 0)/h+ + s/(h+ (h- + h+)),
 *   hybrid  w-+ = (max(s, |mu| h) -+ mu h) / (2 h^2)   where h- = h+ = h.
 * At a reflecting face: w = max(inward mu, 0)/h + s/h^2. A covariance s12 goes to the two corners of its sign, taken off
 * the four axis weights (7-point stencil, monotone where s_ii/h_i >= |s12|/h_j).
 */
function stencilPiece(piece: NodePiece, { sides, corners }: NodeGeometry, scheme: Scheme): StencilPiece {
  const middle = (piece.from + piece.to) / 2;
  const cross = crossWeight(piece, sides, corners);
  const axisWeights = sides.flatMap((pair, d) => {
    const drift = piece.drift[d];
    const variance = piece.covariance[d * sides.length + d];
    if (scheme === 'hybrid' && isEven(pair)) {
      const h = pair[0].distance;
      const free = freeVariance(variance, cross.weight, h);
      if (evaluate(free, middle) >= 0) return hybridWeights(drift, free, h, middle);
    }
    return pair.map((side) => add(upwindWeight(drift, variance, side, middle), scaleBy(cross.weight, -1)));
  });
  const cornerWeights = corners.map(([i, j]) => (i * j === cross.sign ? cross.weight : ZERO));
  return { from: piece.from, to: piece.to, cost: piece.cost, weights: [...axisWeights, ...cornerWeights] };
}

/** Upwind weight of one neighbour, before the covariance takes its part. A drift that is not finite stays so. */
function upwindWeight(drift: Quadratic, variance: Quadratic, side: Side, middle: number): Quadratic {
  const inside = evaluate(drift, middle);
  const isDownwind = Math.sign(inside) === -side.offset || inside === 0;
  const drifting = isDownwind ? ZERO : scaleBy(drift, side.offset / side.distance);
  return add(drifting, scaleBy(variance, side.varianceFactor));
}

/** What the covariance leaves of the variance, in units of variance. */
function freeVariance(variance: Quadratic, cross: Quadratic, h: number): Quadratic {
  return add(variance, scaleBy(cross, -2 * h * h));
}

function hybridWeights(drift: Quadratic, variance: Quadratic, h: number, middle: number): Quadratic[] {
  const inside = evaluate(drift, middle);
  const bearing = Math.abs(inside) * h > evaluate(variance, middle) ? scaleBy(drift, Math.sign(inside) * h) : variance;
  return [-1, 1].map((offset) => add(scaleBy(bearing, 1 / (2 * h * h)), scaleBy(drift, offset / (2 * h))));
}

/** Cuts where |mu| h = s along an axis on which the hybrid weights are taken. */
function cutAtHybridSwitches(piece: NodePiece, { sides, corners }: NodeGeometry): NodePiece[] {
  const cross = crossWeight(piece, sides, corners).weight;
  const switches = sides.flatMap((pair, d) => {
    if (!isEven(pair)) return [];
    const h = pair[0].distance;
    const free = freeVariance(piece.covariance[d * sides.length + d], cross, h);
    return [h, -h].flatMap((signed) => rootsOf(add(scaleBy(piece.drift[d], signed), scaleBy(free, -1))));
  });
  return cutPiece(piece, switches);
}

/**
 * Weight of each of the two corners that bear the covariance, |s12| / (h1+ h2+ + h1- h2-) for s12 > 0 (for s12 < 0 the
 * other two corners), so that sum_k w_k dx_k dy_k = s12 on any spacing.
 */
function crossWeight(
  piece: NodePiece,
  sides: NodeGeometry['sides'],
  corners: NodeGeometry['corners'],
): { weight: Quadratic; sign: number } {
  if (corners.length === 0) return { weight: ZERO, sign: 0 };
  const sign = Math.sign(evaluate(piece.covariance[1], (piece.from + piece.to) / 2));
  if (sign === 0) return { weight: ZERO, sign };
  const bearing = corners.filter(([i, j]) => i * j === sign);
  const spread = bearing.reduce((sum, [i, j]) => sum + distanceTo(sides[0], i) * distanceTo(sides[1], j), 0);
  return { weight: scaleBy(piece.covariance[1], sign / spread), sign };
}

function distanceTo(pair: readonly Side[], offset: number): number {
  return pair[offset < 0 ? 0 : 1].distance;
}

/** Two neighbours at the same distance, up to the rounding of the nodes. */
function isEven(pair: readonly Side[]): boolean {
  if (pair.length < 2) return false;
  const [below, above] = pair.map(({ distance }) => distance);
  return Math.abs(above - below) <= 1e-6 * (above + below);
}
