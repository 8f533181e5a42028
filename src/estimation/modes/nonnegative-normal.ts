import type { RandomStream } from '../../math/random.js';
import { semidefiniteRoot } from '../../math/semidefinite-root.js';
import { Matrix, inverse } from 'ml-matrix';
import type { ModesCandidate } from './fit.js';

/** Steps of hit-and-run from the mode: directions have the covariance of the law itself, so that few are enough. */
const STEPS = 24;

/** Share of its own diagonal that is added to G, so that directions that the losses do not see stay bounded. */
const RIDGE = 1e-6;

/**
 * A draw of coefficients c from exp(-(precision / 2) (c - m)^T G (c - m)) on c >= 0, G m = r, by hit-and-run from the best fit
 * (Belisle, Romeijn & Smith 1993): a direction d = R z with R R^T the covariance of the free law, then a point on the line inside
 * the orthant from its normal law.
 */
export function nonnegativeNormal(
  { coefficients, equations: { gram, right } }: Pick<ModesCandidate, 'coefficients' | 'equations'>,
  precision: number,
  stream: RandomStream,
): number[] {
  const n = right.length;
  const scales = gram.map((row, i) => 1 / Math.sqrt(Math.max(row[i], Number.MIN_VALUE)));
  const G = gram.map((row, i) => row.map((g, j) => g * scales[i] * scales[j] + (i === j ? RIDGE : 0)));
  const root = semidefiniteRoot(inverse(new Matrix(G)).to2DArray()) ?? [];
  const c = coefficients.map((value, i) => value / scales[i]);
  const slope = (i: number): number => right[i] * scales[i] - G[i].reduce((sum, g, j) => sum + g * c[j], 0);
  for (let step = 0; step < STEPS; step += 1) {
    const z = root.map(() => stream.normal());
    const d = Array.from({ length: n }, (_, i) => root.reduce((sum, column, j) => sum + column[i] * z[j], 0));
    const curvature = d.reduce((sum, a, i) => sum + a * G[i].reduce((row, g, j) => row + g * d[j], 0), 0);
    const middle = d.reduce((sum, a, i) => sum + a * slope(i), 0) / curvature;
    const bounds = d.map((a, i) => -c[i] / a);
    const low = Math.max(-Infinity, ...bounds.filter((_, i) => d[i] > 0));
    const high = Math.min(Infinity, ...bounds.filter((_, i) => d[i] < 0));
    const t = truncatedNormal(middle, 1 / Math.sqrt(precision * curvature), [low, high], stream);
    d.forEach((a, i) => (c[i] = Math.max(0, c[i] + t * a)));
  }
  return c.map((value, i) => value * scales[i]);
}

/** Tries after which the point of the interval that is nearest to the middle is taken with an exponential tail's step. */
const TRIES = 50;

/** A normal deviate in an interval: by rejection, from the uniform law of the interval where that is short, else of the normal. */
function truncatedNormal(
  mean: number,
  deviation: number,
  [low, high]: readonly [number, number],
  stream: RandomStream,
): number {
  const [a, b] = [(low - mean) / deviation, (high - mean) / deviation];
  const nearest = Math.min(Math.max(0, a), b);
  if (b - a < 2) {
    for (let i = 0; i < TRIES; i += 1) {
      const x = a + (b - a) * stream.uniform();
      if (stream.uniform() < Math.exp((nearest * nearest - x * x) / 2)) return mean + deviation * x;
    }
    return mean + deviation * nearest;
  }
  for (let i = 0; i < TRIES; i += 1) {
    const x = Math.abs(nearest) > 1 ? tail(nearest, stream) : stream.normal();
    if (x >= a && x <= b) return mean + deviation * x;
  }
  return mean + deviation * nearest;
}

/** A normal deviate beyond a point far from 0 (Robert 1995): exponential steps, rejected. */
function tail(from: number, stream: RandomStream): number {
  const start = Math.abs(from);
  for (let i = 0; i < TRIES; i += 1) {
    const x = start - Math.log(1 - stream.uniform()) / start;
    if (stream.uniform() < Math.exp(-((x - start) ** 2) / 2)) return Math.sign(from) * x;
  }
  return from;
}
