import type { LossAloneFilter } from '../../artifacts/coefficients/filter.js';
import type { FilterState, FilterUpdate, StateFilter } from './filter.js';

/**
 * Filter of the closure `loss_alone`, x = ln E, loss = floor + E. With rate u, a, p, n of the parameters:
 *   predict  E' = E exp(-u a E^(p-1)) + u^2 n (floor + E),   P' = F^2 P + (u / rate_scale)^2 q^2,  F = dx'/dx
 *   update   y = loss + e, Var e = (r loss)^2:  K = P H / V, H = E, V = H^2 P + (r loss)^2,
 *            x += K (y - loss),  P' = (1 - K H)^2 P + K^2 (r loss)^2.
 */
export function lossAloneFilter({ parameters, initial }: LossAloneFilter): StateFilter {
  const { floor, slow_rate: a, slow_exponent: p, noise_gain: n, rate_scale } = parameters;
  const q = parameters.process_deviation;
  const r = parameters.observation_deviation;
  const start: FilterState = { mean: initial.mean, covariance: initial.covariance.flat() };
  return {
    kind: 'loss_alone',
    stateNames: ['excess'],
    init: () => start,
    predict({ mean: [x], covariance: [P] }, u) {
      const E = Math.exp(x);
      const decay = u * a * E ** (p - 1);
      const kept = Math.exp(-decay);
      const gain = u * u * n;
      const noise = gain * (1 + floor / E);
      // E'/E = kept + noise; without noise its logarithm is -decay, which exp may underflow.
      const next = noise === 0 ? x - decay : x + Math.log(kept + noise);
      const F = noise === 0 ? 1 - (p - 1) * decay : (kept * (1 - (p - 1) * decay) + gain) / (kept + noise);
      return { mean: [next], covariance: [F * F * P + (u / rate_scale) ** 2 * q * q] };
    },
    update({ mean: [x], covariance: [P] }, y): FilterUpdate {
      const H = Math.exp(x);
      const loss = floor + H;
      const R = (r * loss) ** 2;
      const V = H * H * P + R;
      const K = (P * H) / V;
      const innovation = y - loss;
      const state = { mean: [x + K * innovation], covariance: [(1 - K * H) ** 2 * P + K * K * R] };
      return { state, innovation, innovationVariance: V };
    },
    states: ({ mean }) => [Math.exp(mean[0])],
    predictedLoss: ({ mean }) => floor + Math.exp(mean[0]),
  };
}
