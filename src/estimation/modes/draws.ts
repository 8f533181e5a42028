import type { ModesFit } from '../../artifacts/coefficients/modes.js';
import { semidefiniteRoot } from '../../math/semidefinite-root.js';
import type { RandomStream } from '../../math/random.js';
import { scaledCurvatures, type ModesCandidate, type ModesCandidates } from './fit.js';

/** As of the closures: the likelihood counts with a quarter of its logarithm, because no model is the truth. */
const LIKELIHOOD_POWER = 0.25;

type Draw = ModesFit['draws'][number];

/**
 * Draws of the modes: spectrum and exponents with weights exp(-power chi^2 / 2), chi^2 the squares over the variance of the best
 * fit's residuals, and then the coefficients from their normal law with 1 / power of the variance, not below 0.
 */
export function modesDraws(
  fit: ModesCandidates,
  count: number,
  stream: RandomStream,
): Pick<ModesFit, 'exponents' | 'draws'> {
  const least = Math.min(...fit.candidates.map(({ squares }) => squares));
  const variance = least / Math.max(1, fit.count - 4);
  const weights = fit.candidates.map(({ squares }) =>
    Math.exp((-LIKELIHOOD_POWER * (squares - least)) / (2 * variance)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const drawn = Array.from({ length: count }, () => {
    let left = stream.uniform() * total;
    const index = weights.findIndex((weight) => (left -= weight) < 0);
    return fit.candidates[Math.max(index, 0)];
  });
  return {
    exponents: drawn.map(({ slowExponent, noiseExponent }) => [slowExponent, noiseExponent]),
    draws: drawn.map((candidate) => drawOf(candidate, drawnCoefficients(candidate, variance, stream))),
  };
}

/** The exponents and the coefficients of least squares themselves. */
export function bestModes({ candidates }: ModesCandidates): Draw {
  const best = candidates.reduce((low, candidate) => (candidate.squares < low.squares ? candidate : low));
  return drawOf(best, best.coefficients);
}

function drawnCoefficients({ coefficients, spread }: ModesCandidate, variance: number, stream: RandomStream): number[] {
  const scale = Math.sqrt(variance / LIKELIHOOD_POWER);
  const normals = coefficients.map(() => stream.normal());
  const root = semidefiniteRoot(spread) ?? [];
  return coefficients.map((c, i) =>
    Math.max(0, c + scale * root.reduce((sum, column, j) => sum + column[i] * normals[j], 0)),
  );
}

function drawOf(
  { curvatures, slowExponent, noiseExponent }: ModesCandidate,
  [slow, feedback, constant, floor]: readonly number[],
): Draw {
  const digits = (value: number): number => Number(value.toPrecision(6));
  const scaled = scaledCurvatures(curvatures);
  return {
    curvatures: curvatures.map(digits),
    floor: digits(floor),
    slow: scaled.map((l) => digits(slow * l ** slowExponent)),
    noise: scaled.map((l) => digits(l ** (1 + noiseExponent))),
    feedback: digits(feedback),
    constant: digits(constant),
  };
}
