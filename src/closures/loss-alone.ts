import { z } from 'zod';
import { nonnegative, positive } from '../artifacts/shared/common.js';
import type { Closure } from './closure.js';
import { floor, noiseGain, observationDeviation, rateScale } from './fields.js';
import { initialSchema } from './initial.js';
import { PRIORS } from './priors.js';
import { naturalParameters, PEAK_IS_UNIT, slowDomain, slowFall } from './scaling.js';
import type { FilterState, FilterUpdate, StateFilter } from './state-filter.js';

const INITIAL_DEVIATION = 0.1;

const filterSchema = z.strictObject({
  kind: z
    .literal('loss_alone')
    .describe('Kind of the filter: loss_alone, which follows one state, the excess of the loss over its floor.'),
  parameters: z
    .strictObject({
      floor,
      slow_rate: positive.describe(
        'Coefficient of the fall of the excess, which is u slow_rate excess^slow_exponent in an update at the rate u.',
      ),
      slow_exponent: positive.describe(
        'Exponent of the excess in its fall u slow_rate excess^slow_exponent, without a unit.',
      ),
      noise_gain: noiseGain,
      process_deviation: nonnegative.describe(
        'Standard deviation that the logarithm of the excess gains in one update at the rate rate_scale.',
      ),
      observation_deviation: observationDeviation,
      rate_scale: rateScale,
    })
    .describe(
      'Parameters of the loss floor + excess, where an update at the rate u adds -u slow_rate excess^slow_exponent + ' +
        'u^2 noise_gain (floor + excess) to the excess.',
    ),
  initial: initialSchema(1),
});

type LossAloneFilter = z.output<typeof filterSchema>;

/**
 * Loss alone, the scalar picture of Gu & Guo (2021), kept as the negative control: with E = loss - floor
 *   dE = (-u a E^p + u^2 n (floor + E) + (u / U)^2 q^2 E / 2) dt + (u / U) q E dW,
 * so that ln E walks as the filter does. Its minimiser is myopic: one state cannot know that annealing later releases the
 * noise held in stiff directions.
 */
export const lossAlone = {
  name: 'loss_alone',
  assumes: 'the loss alone decides how it goes on, whatever the rates before',
  remark: 'the scalar picture, kept as the negative control',
  neverFollowed: 'it ranks good schedules backwards, because it cannot know what a decay will release',
  priors: PRIORS,
  filterSchema,
  recursion,
  filter(values, scales) {
    const { floor, slow_rate, slow_exponent, noise_gain } = naturalParameters(values, scales);
    return {
      kind: 'loss_alone',
      parameters: {
        floor,
        slow_rate,
        slow_exponent,
        noise_gain,
        process_deviation: values.slow_process_deviation,
        observation_deviation: values.observation_deviation,
        rate_scale: scales.peak,
      },
      initial: { mean: [Math.log(scales.firstLoss - floor)], covariance: [[INITIAL_DEVIATION ** 2]] },
    };
  },
  origin: {
    floor: 'floor_share',
    slow_rate: 'initial_decay',
    slow_exponent: 'curvature',
    noise_gain: 'noise_share',
    process_deviation: 'slow_process_deviation',
    observation_deviation: 'observation_deviation',
    rate_scale: PEAK_IS_UNIT,
  },
  equations: {
    drift: [
      '-u * slow_rate * excess^slow_exponent + u^2 * noise_gain * (floor + excess) + ' +
        '(u / rate_scale)^2 * process_deviation^2 * excess / 2',
    ],
    covariance: [['(u / rate_scale)^2 * process_deviation^2 * excess^2']],
    drift_breaks: [],
    loss: 'floor + excess',
  },
  // Experiments used to give the nodes of the two-state closure alone.
  axes: { excess: { words: 'excess', nodes: 31, nodesLike: 'slow', mayVanish: false } },
  fall: slowFall,
  mapRemark: null,
  states(parameters, scales) {
    const { floor, slow_rate, slow_exponent } = parameters;
    const domain = slowDomain({ floor, slow_rate, slow_exponent }, scales);
    return [{ name: 'excess', domain, coordinate: 'log', start: scales.firstLoss - floor }];
  },
} satisfies Closure<keyof typeof PRIORS, LossAloneFilter>;

/**
 * Filter of the closure `loss_alone`, x = ln E, loss = floor + E. With rate u, a, p, n of the parameters:
 *   predict  E' = E exp(-u a E^(p-1)) + u^2 n (floor + E),   P' = F^2 P + (u / rate_scale)^2 q^2,  F = dx'/dx
 *   update   y = loss + e, Var e = (r loss)^2:  K = P H / V, H = E, V = H^2 P + (r loss)^2,
 *            x += K (y - loss),  P' = (1 - K H)^2 P + K^2 (r loss)^2.
 */
function recursion({ parameters, initial }: LossAloneFilter): StateFilter {
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
