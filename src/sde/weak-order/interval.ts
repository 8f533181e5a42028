import type { SgdModel } from '../model.js';

const abs = Math.abs;
const max = Math.max;
const min = Math.min;
const sqrt = Math.sqrt;

/** Standard deviations to either side of the mean path: less than 1e-20 of a normal law lies beyond. */
const DEVIATIONS = 10;

/** Where the mean path of one weight leads, and how far the iteration may stray from it. */
export interface Reach {
  /** Interval of the mean path alone. */
  readonly path: readonly [low: number, high: number];
  /** Interval to calculate on. */
  readonly wide: readonly [low: number, high: number];
}

/**
 * The mean path m' = -u hbar with the variance of its linear noise, v' = -2 (u hbar)' v + eta u^2 S, and the interval
 * around both.
 * @param widening - factor of the margin
 */
export function reachOf(model: SgdModel, eta: number, updates: number, widening: number): Reach {
  const [hbar, S, D, slope] = [new Float64Array(1), new Float64Array(1), new Float64Array(1), new Float64Array(1)];
  const theta = model.start.slice();
  let [low, high, v, margin] = [theta[0], theta[0], 0, 0];
  for (let n = 0; n < updates; n += 1) {
    const u = model.rate.value(n * eta, theta);
    model.rate.gradient(n * eta, theta, slope);
    model.meanFieldAndCovariance(theta, hbar, S);
    model.meanFieldJacobian(theta, D);
    v = v * (1 - eta * (u * D[0] + slope[0] * hbar[0])) ** 2 + eta * eta * u * u * S[0];
    theta[0] -= eta * u * hbar[0];
    low = min(low, theta[0]);
    high = max(high, theta[0]);
    margin = max(margin, sqrt(v), eta * abs(u) * sqrt(S[0]));
  }
  const aside = widening * (DEVIATIONS * margin + 0.1 * (high - low));
  return { path: [low, high], wide: [low - aside, high + aside] };
}
