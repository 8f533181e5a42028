import { z } from 'zod';
import { nonnegative, positive } from '../artifacts/shared/common.js';
import type { Closure, Flow } from './closure.js';
import { floor, noiseGain, observationDeviation, rateScale } from './fields.js';
import { initialSchema } from './initial.js';
import { PRIORS } from './priors.js';
import { naturalParameters, PEAK_IS_UNIT, slowDomain, slowFall } from './scaling.js';
import type { FilterState, FilterUpdate, StateFilter } from './state-filter.js';

/** The noise part never falls below this share of the loss, so that its logarithm stays finite: part of the recursion. */
const SMALLEST_NOISE_SHARE = 1e-12;

/** Deviation of ln(noise) gained per update at the peak. */
const NOISE_PROCESS_DEVIATION = 0.05;
const INITIAL_NOISE_SHARE = 1e-6;
const INITIAL_DEVIATIONS = { slow: 0.1, noise: 0.01 };

const filterSchema = z.strictObject({
  kind: z
    .literal('slow_noise_memory')
    .describe(
      'Kind of the filter: slow_noise_memory, which follows two states, the slow part and the noise part of the loss.',
    ),
  parameters: z
    .strictObject({
      floor,
      slow_rate: positive.describe(
        'Coefficient of the fall of the slow part, which is u slow_rate slow^slow_exponent in an update at the rate u.',
      ),
      slow_exponent: positive.describe(
        'Exponent of the slow part in its fall u slow_rate slow^slow_exponent, without a unit.',
      ),
      noise_gain: noiseGain,
      memory_rate: positive.describe(
        'Rate at which the noise part is forgotten: an update at the rate u keeps (1 - min(u memory_rate, 1))^2 of it.',
      ),
      slow_process_deviation: nonnegative.describe(
        'Standard deviation that the logarithm of the slow part gains in one update at the rate rate_scale.',
      ),
      noise_process_deviation: nonnegative.describe(
        'Standard deviation that the logarithm of the noise part gains in one update at the rate rate_scale.',
      ),
      observation_deviation: observationDeviation,
      rate_scale: rateScale,
    })
    .describe('Parameters of the loss floor + slow + noise, and of how the slow part and the noise part go on.'),
  initial: initialSchema(2),
});

type SlowNoiseFilter = z.output<typeof filterSchema>;

/**
 * Slow part + noise memory: loss = floor + S + N, with u the learning rate and one update as the unit of time
 *   dS = (-u a S^p + (u / U)^2 q_S^2 S / 2) dt + (u / U) q_S S dW,   N <- N (1 - min(u lam, 1))^2 + u^2 n loss,
 * and N gains (u / U)^2 q_N^2 N / 2 and (u / U) q_N N dW too, so that ln S and ln N walk as the filter's do (Ito).
 * S is the loss of the mean trajectory; N the loss held by gradient noise in stiff directions, which a lower rate
 * releases (findings on closures; noise term: Li, Tai & E 2017, eq. for the quadratic objective).
 */
export const slowNoiseMemory = {
  name: 'slow_noise_memory',
  assumes: 'the noise is forgotten at one rate, and the slow part falls along the summed learning rate alone',
  remark: null,
  priors: PRIORS,
  filterSchema,
  recursion,
  filter(values, scales) {
    const { floor, ...shared } = naturalParameters(values, scales);
    return {
      kind: 'slow_noise_memory',
      parameters: {
        floor,
        ...shared,
        slow_process_deviation: values.slow_process_deviation,
        noise_process_deviation: NOISE_PROCESS_DEVIATION,
        observation_deviation: values.observation_deviation,
        rate_scale: scales.peak,
      },
      initial: {
        mean: [Math.log(scales.firstLoss - floor), Math.log(INITIAL_NOISE_SHARE * scales.firstLoss)],
        covariance: [
          [INITIAL_DEVIATIONS.slow ** 2, 0],
          [0, INITIAL_DEVIATIONS.noise ** 2],
        ],
      },
    };
  },
  flow,
  origin: {
    floor: 'floor_share',
    slow_rate: 'initial_decay',
    slow_exponent: 'curvature',
    noise_gain: 'noise_share',
    memory_rate: 'forgetting',
    slow_process_deviation: 'slow_process_deviation',
    noise_process_deviation: {
      reason: 'deviation of ln(noise) gained per update at the peak; runs of a few dozen updates do not show it',
    },
    observation_deviation: 'observation_deviation',
    rate_scale: PEAK_IS_UNIT,
  },
  equations: {
    drift: [
      '-u * slow_rate * slow^slow_exponent + (u / rate_scale)^2 * slow_process_deviation^2 * slow / 2',
      '-(1 - (1 - min(u * memory_rate, 1))^2) * noise + u^2 * noise_gain * (floor + slow + noise) + ' +
        '(u / rate_scale)^2 * noise_process_deviation^2 * noise / 2',
    ],
    covariance: [
      ['(u / rate_scale)^2 * slow_process_deviation^2 * slow^2', '0'],
      ['0', '(u / rate_scale)^2 * noise_process_deviation^2 * noise^2'],
    ],
    drift_breaks: ['1 / memory_rate'],
    loss: 'floor + slow + noise',
  },
  axes: {
    slow: { words: 'slow part', nodes: 31, mayVanish: false },
    noise: { words: 'noise part', nodes: 31, mayVanish: true },
  },
  fall: slowFall,
  mapRemark: 'Where the colours run parallel to the noise axis, noise held now is forgotten in time and costs nothing.',
  states(parameters, scales) {
    const { floor, slow_rate, slow_exponent, noise_gain, memory_rate } = parameters;
    const slow = slowDomain({ floor, slow_rate, slow_exponent }, scales);
    const forgotten = 1 - (1 - Math.min(scales.peak * memory_rate, 1)) ** 2;
    const share = (scales.peak ** 2 * noise_gain) / forgotten;
    const largest = Math.min(1.5 * share, 1) * scales.firstLoss;
    return [
      { name: 'slow', domain: slow, coordinate: 'log', start: scales.firstLoss - floor },
      { name: 'noise', domain: [1e-4 * largest, largest], coordinate: 'log', start: 1e-4 * largest },
    ];
  },
} satisfies Closure<keyof typeof PRIORS, SlowNoiseFilter>;

/**
 * Filter of the closure `slow_noise_memory`, x = (ln S, ln N), loss = floor + S + N. With rate u:
 *   predict  S' = S exp(-u a S^(p-1)),
 *            N' = max(N (1 - min(u lam, 1))^2 + u^2 n loss, 1e-12 loss),
 *            P' = F P F^T + (u / rate_scale)^2 diag(q_S^2, q_N^2),  F the Jacobian of x' in x
 *            (its second row is 0 where the bound on N' holds)
 *   update   y = loss + e, Var e = (r loss)^2:  H = (S, N), V = H P H^T + (r loss)^2, K = P H^T / V,
 *            x += K (y - loss),  P' = (I - K H) P (I - K H)^T + K K^T (r loss)^2.
 */
function recursion({ parameters, initial }: SlowNoiseFilter): StateFilter {
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

/** Fall of ln S in one update above which a block of updates is taken one by one. */
const FAST_FALL = 0.02;

/**
 * Over h updates at the rate u: S by the recursion, or where it moves slowly by the solution of dS = -u a S^p,
 *   S_h^-q = S^-q + q a u h,  q = p - 1,
 * and N by the geometric sum of its recursion, g = (1 - min(u lam, 1))^2 + u^2 n, with S at the middle of its logarithm:
 *   N_h = g^h N + u^2 n (floor + S) (1 - g^h) / (1 - g).
 */
function flow(parameters: Readonly<Record<string, number>>): Flow {
  const { floor, slow_rate: a, slow_exponent: p, noise_gain: n, memory_rate: lambda } = parameters;
  const q = p - 1;
  return (x, u, h) => {
    const before = x[0];
    const fall = u * a * Math.exp(q * before);
    if (h > 1 && fall < FAST_FALL) x[0] = before - Math.log1p(q * fall * h) / q;
    else for (let k = 0; k < h; k += 1) x[0] -= u * a * Math.exp(q * x[0]);
    const gain = u * u * n;
    const g = (1 - Math.min(u * lambda, 1)) ** 2 + gain;
    const power = h === 1 ? g : g ** h;
    const sum = h === 1 ? 1 : Math.abs(1 - g) < 1e-9 ? h : (1 - power) / (1 - g);
    const fed = floor + Math.exp(h === 1 ? before : (before + x[0]) / 2);
    const noise = power * Math.exp(x[1]) + gain * fed * sum;
    x[1] = Math.log(Math.max(noise, SMALLEST_NOISE_SHARE * fed));
  };
}
