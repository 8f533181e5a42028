import { Matrix, inverse } from 'ml-matrix';
import type { PilotRun } from '../observations.js';
import { modeHistory } from './features.js';
import { dot } from '../../math/vectors.js';

/** Exponents of the power laws that are tried: A_i = C_A l_i^al, B_i = l_i^(1 + be). */
const SLOW_EXPONENTS = [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1, 1.2];
const NOISE_EXPONENTS = [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25];

/** One spectrum and pair of exponents, with the coefficients of least squares. */
export interface ModesCandidate {
  readonly curvatures: readonly number[];
  readonly slowExponent: number;
  readonly noiseExponent: number;
  /** [C_A, feedback, constant, floor], each >= 0; exponents are of curvatures over their geometric mean. */
  readonly coefficients: readonly number[];
  /** Sum of squared relative residuals. */
  readonly squares: number;
  /** (X^T X)^-1 of the coefficients that are above 0, the others' rows 0. */
  readonly spread: readonly (readonly number[])[];
}

export interface ModesCandidates {
  readonly candidates: readonly ModesCandidate[];
  /** Losses that were fitted. */
  readonly count: number;
}

/**
 * loss = floor + sum A_i a_i + sum B_i b_i, where b_i is fed by u^2 (feedback loss + constant), for all spectra and exponents,
 * by least squares on the relative residuals with coefficients >= 0. Of a run that forked, the updates that it shares count in the run that it left.
 */
export function fitModes(runs: readonly PilotRun[], spectra: readonly (readonly number[])[]): ModesCandidates {
  const candidates = spectra.flatMap((curvatures) => fitSpectrum(runs, curvatures));
  const count = runs.reduce((sum, { losses, fork }) => sum + losses.length - (fork?.shared ?? 0), 0);
  return { candidates, count };
}

function fitSpectrum(runs: readonly PilotRun[], curvatures: readonly number[]): ModesCandidate[] {
  const scaled = scaledCurvatures(curvatures);
  const rows = runs.flatMap((run) => ownRows(run, curvatures));
  const noises = NOISE_EXPONENTS.map((exponent) => {
    const B = scaled.map((l) => l ** (1 + exponent));
    return rows.map(({ fed, constant }) => [dot(B, fed), dot(B, constant)]);
  });
  return SLOW_EXPONENTS.flatMap((slowExponent) => {
    const A = scaled.map((l) => l ** slowExponent);
    const slow = rows.map((row) => dot(A, row.slow));
    return NOISE_EXPONENTS.map((noiseExponent, j): ModesCandidate => {
      const design = rows.map(({ loss }, k) => [slow[k], ...noises[j][k], 1].map((value) => value / loss));
      return { curvatures, slowExponent, noiseExponent, ...nonnegativeLeastSquares(design) };
    });
  });
}

/** Over their geometric mean. */
export function scaledCurvatures(curvatures: readonly number[]): number[] {
  const middle = Math.exp(curvatures.reduce((sum, l) => sum + Math.log(l), 0) / curvatures.length);
  return curvatures.map((l) => l / middle);
}

function ownRows(run: PilotRun, curvatures: readonly number[]) {
  const { slow, fed, constant } = modeHistory(run, curvatures);
  const rows = slow.map((a, k) => ({ slow: a, fed: fed[k], constant: constant[k], loss: run.losses[k] }));
  return rows.slice(run.fork?.shared ?? 0);
}

/** min sum (x_k . c - 1)^2 over c >= 0: the best of the least squares over every set of columns that is feasible. */
function nonnegativeLeastSquares(design: readonly (readonly number[])[]) {
  const n = design[0].length;
  const columns = Array.from({ length: n }, (_, j) => j);
  const gram = columns.map((j) => columns.map((k) => design.reduce((sum, row) => sum + row[j] * row[k], 0)));
  const right = columns.map((j) => design.reduce((sum, row) => sum + row[j], 0));
  let best = { coefficients: Array<number>(n).fill(0), squares: design.length, spread: zeros(n) };
  for (let mask = 1; mask < 1 << n; mask += 1) {
    const chosen = columns.filter((j) => (mask >> j) & 1);
    const solved = leastSquares(gram, right, chosen);
    if (solved === null || solved.coefficients.some((c) => c < 0)) continue;
    const [coefficients, spread] = [Array<number>(n).fill(0), zeros(n)];
    chosen.forEach((j, i) => {
      coefficients[j] = solved.coefficients[i];
      chosen.forEach((k, l) => (spread[j][k] = solved.spread[i][l]));
    });
    const squares = residualSquares(design, coefficients);
    if (squares < best.squares) best = { coefficients, squares, spread };
  }
  return best;
}

/** The normal equations of some columns, each scaled to length one; null where they are singular. */
function leastSquares(
  gram: readonly (readonly number[])[],
  right: readonly number[],
  columns: readonly number[],
): { coefficients: number[]; spread: number[][] } | null {
  const lengths = columns.map((j) => Math.sqrt(gram[j][j]));
  if (lengths.some((length) => !(length > 0 && Number.isFinite(length)))) return null;
  const scaled = columns.map((j, i) => columns.map((k, l) => gram[j][k] / (lengths[i] * lengths[l])));
  const inverted = inverse(new Matrix(scaled), true);
  const spread = columns.map((_, i) => columns.map((__, l) => inverted.get(i, l) / (lengths[i] * lengths[l])));
  const coefficients = spread.map((row) => row.reduce((sum, value, l) => sum + value * right[columns[l]], 0));
  return { coefficients, spread };
}

function residualSquares(design: readonly (readonly number[])[], coefficients: readonly number[]): number {
  return design.reduce((sum, row) => sum + (dot(coefficients, row) - 1) ** 2, 0);
}

function zeros(n: number): number[][] {
  return Array.from({ length: n }, () => Array<number>(n).fill(0));
}
