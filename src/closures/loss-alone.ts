import type { Closure } from './closure.js';
import { naturalParameters, PEAK_IS_UNIT, slowDomain, value } from './scaling.js';

const INITIAL_DEVIATION = 0.1;

/**
 * Loss alone, the scalar picture of Gu & Guo (2021), kept as the negative control: with E = loss - floor
 *   dE = (-u a E^p + u^2 n (floor + E)) dt + ...
 * Its minimiser is myopic: one state cannot know that annealing later releases the noise held in stiff directions.
 */
export const lossAlone: Closure = {
  name: 'loss_alone',
  assumes: 'the loss alone decides how it goes on, whatever the rates before',
  filter(theta, scales) {
    const { floor, slow_rate, slow_exponent, noise_gain } = naturalParameters(theta, scales);
    return {
      kind: 'loss_alone',
      parameters: {
        floor,
        slow_rate,
        slow_exponent,
        noise_gain,
        process_deviation: value(theta, 'slow_process_deviation'),
        observation_deviation: value(theta, 'observation_deviation'),
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
    drift: ['-u * slow_rate * excess^slow_exponent + u^2 * noise_gain * (floor + excess)'],
    covariance: [['(u / rate_scale)^2 * process_deviation^2 * excess^2']],
    drift_breaks: [],
    loss: 'floor + excess',
  },
  states(parameters, scales) {
    const { floor, slow_rate, slow_exponent } = parameters;
    const domain = slowDomain({ floor, slow_rate, slow_exponent }, scales);
    return [{ name: 'excess', domain, coordinate: 'log', start: scales.firstLoss - floor }];
  },
};
