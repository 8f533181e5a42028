import type { ControlProblem } from '../problem/control-problem.js';

/** c0 + c1 u + c2 u^2. */
export type Quadratic = readonly [number, number, number];

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

/**
 * The polynomial pieces of a node: control interval cut at `controlBreaks` and at every root of a drift component, where
 * the upwind side changes. In the coordinate z = ln x, drift is b/x - s/(2 x^2) and covariance s_ij / (x_i x_j).
 */
export function nodePieces(problem: ControlProblem, x: readonly number[]): NodePiece[] {
  const lower = problem.control.lower(x);
  const upper = problem.control.upper(x);
  const breaks = (problem.controlBreaks?.(x) ?? []).filter((u) => u > lower && u < upper).sort((a, b) => a - b);
  const ends = [lower, ...breaks, upper];
  return ends.slice(1).flatMap((to, i) => splitAtDriftRoots(polynomials(problem, x, ends[i], to)));
}

function polynomials(problem: ControlProblem, x: readonly number[], from: number, to: number): NodePiece {
  const n = x.length;
  // Strictly inside the piece: at its ends a neighbouring form may hold.
  const at = [1 / 6, 1 / 2, 5 / 6].map((share) => from + share * (to - from));
  const samples = (from === to ? [from] : at).map((u) => coefficientsAt(problem, x, u));
  const through = (pick: (sample: NodeCoefficients) => number): Quadratic =>
    from === to ? [pick(samples[0]), 0, 0] : interpolate(at, samples.map(pick));
  return {
    from,
    to,
    drift: Array.from({ length: n }, (_, i) => through((sample) => sample.drift[i])),
    covariance: Array.from({ length: n * n }, (_, i) => through((sample) => sample.covariance[i])),
    cost: through((sample) => sample.cost),
  };
}

interface NodeCoefficients {
  readonly drift: readonly number[];
  readonly covariance: readonly number[];
  readonly cost: number;
}

function coefficientsAt(problem: ControlProblem, x: readonly number[], u: number): NodeCoefficients {
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

function splitAtDriftRoots(piece: NodePiece): NodePiece[] {
  const roots = piece.drift.flatMap(rootsOf).filter((u) => u > piece.from && u < piece.to);
  const ends = [piece.from, ...[...new Set(roots)].sort((a, b) => a - b), piece.to];
  return ends.slice(1).map((to, i) => ({ ...piece, from: ends[i], to }));
}

/** Real roots of c0 + c1 u + c2 u^2, in the form that does not cancel. */
export function rootsOf([c0, c1, c2]: Quadratic): number[] {
  if (c2 === 0) return c1 === 0 ? [] : [-c0 / c1];
  const discriminant = c1 * c1 - 4 * c2 * c0;
  if (discriminant < 0) return [];
  const q = -(c1 + (c1 < 0 ? -1 : 1) * Math.sqrt(discriminant)) / 2;
  return q === 0 ? [0] : [q / c2, c0 / q];
}

/** The quadratic through three points. */
function interpolate([a, b, c]: readonly number[], [fa, fb, fc]: readonly number[]): Quadratic {
  const ab = (fb - fa) / (b - a);
  const bc = (fc - fb) / (c - b);
  const c2 = (bc - ab) / (c - a);
  const c1 = ab - c2 * (a + b);
  return [fa - c1 * a - c2 * a * a, c1, c2];
}

export function evaluate([c0, c1, c2]: Quadratic, u: number): number {
  return c0 + u * (c1 + u * c2);
}
