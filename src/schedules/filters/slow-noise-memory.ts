import type { SlowNoiseFilter } from '../../artifacts/coefficients/filter.js';
import type { FilterState, FilterUpdate, StateFilter } from './filter.js';

/** The noise part never falls below this share of the loss, so that its logarithm stays finite: part of the recursion. */
export const SMALLEST_NOISE_SHARE = 1e-12;

/**
 * Filter of the closure `slow_noise_memory`, x = (ln S, ln N), loss = floor + S + N. With rate u:
 *   predict  S' = S exp(-u a S^(p-1)),
 *            N' = max(N (1 - min(u lam, 1))^2 + u^2 n loss, 1e-12 loss),
 *            P' = F P F^T + (u / rate_scale)^2 diag(q_S^2, q_N^2),  F the Jacobian of x' in x
 *            (its second row is 0 where the bound on N' holds)
 *   update   y = loss + e, Var e = (r loss)^2:  H = (S, N), V = H P H^T + (r loss)^2, K = P H^T / V,
 *            x += K (y - loss),  P' = (I - K H) P (I - K H)^T + K K^T (r loss)^2.
 */
export function slowNoiseFilter({ parameters, initial }: SlowNoiseFilter): StateFilter {
  const { floor, slow_rate: a, slow_exponent: p, noise_gain: n, memory_rate: lambda, rate_scale } = parameters;
  const qS = parameters.slow_process_deviation;
  const qN = parameters.noise_process_deviation;
  const r = parameters.observation_deviation;
  const start: FilterState = { mean: initial.mean, covariance: initial.covariance.flat() };
  return {
    kind: 'slow_noise_memory',
    stateNames: ['slow', 'noise'],
    init: () => start,
    predict({ mean: [s, v], covariance: [P00, P01, , P11] }, u) {
      const S = Math.exp(s);
      const N = Math.exp(v);
      const loss = floor + S + N;
      const decay = u * a * S ** (p - 1);
      const kept = (1 - Math.min(u * lambda, 1)) ** 2;
      const gain = u * u * n;
      const noise = N * kept + gain * loss;
      const bound = SMALLEST_NOISE_SHARE * loss;
      const bounded = noise < bound;
      const next = bounded ? bound : noise;
      const F00 = 1 - (p - 1) * decay;
      const F10 = bounded ? 0 : (gain * S) / next;
      const F11 = bounded ? 0 : ((kept + gain) * N) / next;
      const scale2 = (u / rate_scale) ** 2;
      const C00 = F00 * F00 * P00 + scale2 * qS * qS;
      const C01 = F00 * (F10 * P00 + F11 * P01);
      const C11 = F10 * F10 * P00 + 2 * F10 * F11 * P01 + F11 * F11 * P11 + scale2 * qN * qN;
      return { mean: [s - decay, Math.log(next)], covariance: [C00, C01, C01, C11] };
    },
    update({ mean: [s, v], covariance: [P00, P01, , P11] }, y): FilterUpdate {
      const HS = Math.exp(s);
      const HN = Math.exp(v);
      const loss = floor + HS + HN;
      const R = (r * loss) ** 2;
      const PHS = P00 * HS + P01 * HN;
      const PHN = P01 * HS + P11 * HN;
      const V = HS * PHS + HN * PHN + R;
      const KS = PHS / V;
      const KN = PHN / V;
      const innovation = y - loss;
      const A00 = 1 - KS * HS;
      const A01 = -KS * HN;
      const A10 = -KN * HS;
      const A11 = 1 - KN * HN;
      const C00 = A00 * A00 * P00 + 2 * A00 * A01 * P01 + A01 * A01 * P11 + KS * KS * R;
      const C01 = A00 * A10 * P00 + (A00 * A11 + A01 * A10) * P01 + A01 * A11 * P11 + KS * KN * R;
      const C11 = A10 * A10 * P00 + 2 * A10 * A11 * P01 + A11 * A11 * P11 + KN * KN * R;
      const state = { mean: [s + KS * innovation, v + KN * innovation], covariance: [C00, C01, C01, C11] };
      return { state, innovation, innovationVariance: V };
    },
    states: ({ mean }) => [Math.exp(mean[0]), Math.exp(mean[1])],
    predictedLoss: ({ mean }) => floor + Math.exp(mean[0]) + Math.exp(mean[1]),
  };
}
