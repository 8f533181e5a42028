import type { ControlProblem } from '../problem/control-problem.js';
import { interpolate, rootsOf, type Quadratic } from './quadratic.js';

/** On [from, to] all coefficients of the equation at a node, in its coordinates, are these polynomials of the control. */
export interface NodePiece {
  readonly from: number;
  readonly to: number;
  /** One per state; none changes sign inside the piece. */
  readonly drift: readonly Quadratic[];
  /** Row-major. */
  readonly covariance: readonly Quadratic[];
  readonly cost: Quadratic;
}

/** The coefficients of the equation at a node under one control, in the coordinates of the axes. */
export interface NodeCoefficients {
  readonly drift: readonly number[];
  readonly covariance: readonly number[];
  readonly cost: number;
}

/** Breaks closer than this to each other or to a bound, relative to the larger bound, count as one. */
const SAME_BREAK = 1e-9;

/**
 * The polynomial pieces of a node: control interval cut at `controlBreaks` and at every root of a drift component, where
 * the upwind side changes.
 */
export function nodePieces(problem: ControlProblem, x: readonly number[]): NodePiece[] {
  return controlIntervals(problem, x).flatMap(([from, to]) => cutAtDriftRoots(polynomials(problem, x, from, to)));
}

/** The control interval of a node cut at its breaks; one point where its bounds agree. */
export function controlIntervals(problem: ControlProblem, x: readonly number[]): [number, number][] {
  const lower = problem.control.lower(x);
  const upper = problem.control.upper(x);
  const gap = SAME_BREAK * Math.max(Math.abs(lower), Math.abs(upper));
  if (upper - lower <= gap) return [[lower, lower]];
  const ends = [lower];
  for (const u of [...(problem.controlBreaks?.(x) ?? [])].sort((a, b) => a - b)) {
    if (u > ends[ends.length - 1] + gap && u < upper - gap) ends.push(u);
  }
  return [...ends, upper].slice(1).map((to, i) => [ends[i], to]);
}

/** Where a piece is sampled, as shares of its length: inside, because at its ends a neighbouring form may hold. */
const SAMPLES = [1 / 6, 1 / 2, 5 / 6];

function polynomials(problem: ControlProblem, x: readonly number[], from: number, to: number): NodePiece {
  if (from === to) return { from, to, ...constantPiece(coefficientsAt(problem, x, from)) };
  const at = SAMPLES.map((share) => from + share * (to - from));
  const samples = at.map((u) => coefficientsAt(problem, x, u));
  const through = (pick: (sample: NodeCoefficients) => number): Quadratic => interpolate(at, samples.map(pick));
  return {
    from,
    to,
    drift: samples[0].drift.map((_, i) => through((sample) => sample.drift[i])),
    covariance: samples[0].covariance.map((_, i) => through((sample) => sample.covariance[i])),
    cost: through((sample) => sample.cost),
  };
}

/** Coefficients as polynomials of degree 0: those of one control. */
export function constantPiece({ drift, covariance, cost }: NodeCoefficients): Omit<NodePiece, 'from' | 'to'> {
  const constant = (value: number): Quadratic => [value, 0, 0];
  return { drift: drift.map(constant), covariance: covariance.map(constant), cost: constant(cost) };
}

/** In the coordinate z = ln x (Ito): drift is b/x - s/(2 x^2) and covariance s_ij / (x_i x_j). */
export function coefficientsAt(problem: ControlProblem, x: readonly number[], u: number): NodeCoefficients {
  const n = x.length;
  const drift = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  problem.drift(x, u, drift);
  problem.covariance(x, u, covariance);
  const scale = problem.states.map(({ coordinate }, i) => (coordinate === 'log' ? x[i] : 1));
  return {
    drift: problem.states.map(({ coordinate }, i) =>
      coordinate === 'log' ? drift[i] / x[i] - covariance[i * n + i] / (2 * x[i] * x[i]) : drift[i],
    ),
    covariance: Array.from(covariance, (s, k) => s / (scale[Math.floor(k / n)] * scale[k % n])),
    cost: problem.runningCost(x, u),
  };
}

function cutAtDriftRoots(piece: NodePiece): NodePiece[] {
  return cutPiece(piece, piece.drift.flatMap(rootsOf));
}

/** The same polynomials on the intervals between the points. */
export function cutPiece(piece: NodePiece, points: readonly number[]): NodePiece[] {
  const inside = points.filter((u) => u > piece.from && u < piece.to);
  const ends = [piece.from, ...[...new Set(inside)].sort((a, b) => a - b), piece.to];
  return ends.slice(1).map((to, i) => ({ ...piece, from: ends[i], to }));
}
