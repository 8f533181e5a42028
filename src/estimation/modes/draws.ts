import type { ModesFit } from '../../artifacts/coefficients/modes.js';
import type { RandomStream } from '../../math/random.js';
import { scaledCurvatures, type ModesCandidate, type ModesCandidates } from './fit.js';
import { lastVariance, type NormalEquations } from './least-squares.js';
import { nonnegativeNormal } from './nonnegative-normal.js';

/** As of the closures: the likelihood counts with a quarter of its logarithm, because no model is the truth. */
const LIKELIHOOD_POWER = 0.25;

type Draw = ModesFit['draws'][number];

/**
 * Draws of the modes: spectrum, exponents and whether there is a floor with weights exp(-power chi^2 / 2), chi^2 the squares over
 * the variance of the best fit's residuals, times what a floor that is equally likely anywhere up to the lowest loss keeps of its
 * own law (a floor that the runs do not show weighs as much as none), and then the coefficients from their normal law with 1 / power of the variance, conditioned on c >= 0.
 */
export function modesDraws(
  { candidates, count, lowest }: ModesCandidates,
  draws: number,
  stream: RandomStream,
): Pick<ModesFit, 'exponents' | 'draws'> {
  const least = Math.min(...candidates.map(({ squares }) => squares));
  const variance = least / Math.max(1, count - 4);
  const weights = candidates.map(
    ({ squares, equations }) =>
      Math.exp((-LIKELIHOOD_POWER * (squares - least)) / (2 * variance)) *
      (hasFloor(equations.right) ? floorShare(equations, variance, lowest) : 1),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const drawn = Array.from({ length: draws }, () => {
    let left = stream.uniform() * total;
    const index = weights.findIndex((weight) => (left -= weight) < 0);
    return candidates[Math.max(index, 0)];
  });
  const precision = LIKELIHOOD_POWER / Math.max(variance, Number.MIN_VALUE);
  return {
    exponents: drawn.map(({ slowExponent, noiseExponent }) => [slowExponent, noiseExponent]),
    draws: drawn.map((candidate) => drawOf(candidate, nonnegativeNormal(candidate, precision, stream))),
  };
}

const FLOOR = 3;

function hasFloor(coefficients: readonly number[]): boolean {
  return coefficients.length > FLOOR;
}

/** sqrt(2 pi) deviation / lowest, at most 1: the share of a flat prior on [0, lowest] that the posterior of the floor takes. */
function floorShare(equations: NormalEquations, variance: number, lowest: number): number {
  const deviation = Math.sqrt((variance / LIKELIHOOD_POWER) * lastVariance(equations));
  return Math.min(1, (Math.sqrt(2 * Math.PI) * deviation) / lowest);
}

function drawOf(
  { curvatures, slowExponent, noiseExponent }: ModesCandidate,
  [slow, feedback, constant, floor = 0]: readonly number[],
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
