import { dot } from '../../math/vectors.js';
import type { PilotRun } from '../observations.js';
import { lossBlocks } from './features.js';
import { nonnegativeLeastSquares, withoutLast, type NonnegativeFit, type NormalEquations } from './least-squares.js';

/** Exponents of the power laws that are tried: A_i = C_A l_i^al, B_i = l_i^(1 + be). */
const SLOW_EXPONENTS = [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1, 1.2];
const NOISE_EXPONENTS = [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25];

/** One spectrum and pair of exponents, with the coefficients [C_A, feedback, constant] or [..., floor] >= 0 of least squares. */
export interface ModesCandidate extends NonnegativeFit {
  readonly curvatures: readonly number[];
  readonly slowExponent: number;
  /** Exponents are of curvatures over their geometric mean. */
  readonly noiseExponent: number;
  readonly equations: NormalEquations;
}

export interface ModesCandidates {
  /** Every spectrum and pair of exponents twice: without a floor and with one. */
  readonly candidates: readonly ModesCandidate[];
  /** Blocks of losses that were fitted. */
  readonly count: number;
  /** Their least mean loss. */
  readonly lowest: number;
}

/**
 * loss = floor + sum A_i a_i + sum B_i b_i, where b_i is fed by u^2 (feedback loss + constant), for all spectra and exponents,
 * by least squares on the relative residuals of block means, weighted by their updates, with coefficients >= 0.
 */
export function fitModes(runs: readonly PilotRun[], spectra: readonly (readonly number[])[]): ModesCandidates {
  const fitted = spectra.map((curvatures) => fitSpectrum(runs, curvatures));
  return { ...fitted[0], candidates: fitted.flatMap(({ candidates }) => candidates) };
}

function fitSpectrum(runs: readonly PilotRun[], curvatures: readonly number[]): ModesCandidates {
  const scaled = scaledCurvatures(curvatures);
  const blocks = runs.flatMap((run) => lossBlocks(run, curvatures));
  const weights = blocks.map(({ updates }) => updates);
  const column = (values: readonly number[]): number[] => values.map((value, k) => value / blocks[k].loss);
  const floor = column(blocks.map(() => 1));
  const noises = NOISE_EXPONENTS.map((exponent) => {
    const B = scaled.map((l) => l ** (1 + exponent));
    return [column(blocks.map(({ fed }) => dot(B, fed))), column(blocks.map(({ constant }) => dot(B, constant)))];
  });
  const candidates = SLOW_EXPONENTS.flatMap((slowExponent) => {
    const A = scaled.map((l) => l ** slowExponent);
    const slow = column(blocks.map((block) => dot(A, block.slow)));
    return NOISE_EXPONENTS.flatMap((noiseExponent, j): ModesCandidate[] => {
      const equations = normalEquations([slow, ...noises[j], floor], weights);
      const law = { curvatures, slowExponent, noiseExponent };
      return [withoutLast(equations), equations].map((some) => ({
        ...law,
        equations: some,
        ...nonnegativeLeastSquares(some),
      }));
    });
  });
  return { candidates, count: blocks.length, lowest: Math.min(...blocks.map(({ loss }) => loss)) };
}

/** Over their geometric mean. */
export function scaledCurvatures(curvatures: readonly number[]): number[] {
  const middle = Math.exp(curvatures.reduce((sum, l) => sum + Math.log(l), 0) / curvatures.length);
  return curvatures.map((l) => l / middle);
}

function normalEquations(columns: readonly (readonly number[])[], weights: readonly number[]): NormalEquations {
  const product = (a: readonly number[], b: readonly number[]): number =>
    weights.reduce((sum, w, k) => sum + w * a[k] * b[k], 0);
  const gram = columns.map((a) => columns.map((b) => product(a, b)));
  const right = columns.map((a) => weights.reduce((sum, w, k) => sum + w * a[k], 0));
  return { gram, right, total: weights.reduce((sum, w) => sum + w, 0) };
}
