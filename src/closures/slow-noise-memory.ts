import type { Closure } from './closure.js';
import { naturalParameters, PEAK_IS_UNIT, slowDomain, value } from './scaling.js';

/** Deviation of ln(noise) gained per update at the peak. */
const NOISE_PROCESS_DEVIATION = 0.05;
const INITIAL_NOISE_SHARE = 1e-6;
const INITIAL_DEVIATIONS = { slow: 0.1, noise: 0.01 };

/**
 * Slow part + noise memory: loss = floor + S + N, with u the learning rate and one update as the unit of time
 *   dS = -u a S^p dt + ...,   N <- N (1 - min(u lam, 1))^2 + u^2 n loss.
 * S is the loss of the mean trajectory; N the loss held by gradient noise in stiff directions, which a lower rate
 * releases (findings on closures; noise term: Li, Tai & E 2017, eq. for the quadratic objective).
 */
export const slowNoiseMemory: Closure = {
  name: 'slow_noise_memory',
  assumes: 'the noise is forgotten at one rate, and the slow part falls along the summed learning rate alone',
  filter(theta, scales) {
    const { floor, ...shared } = naturalParameters(theta, scales);
    return {
      kind: 'slow_noise_memory',
      parameters: {
        floor,
        ...shared,
        slow_process_deviation: value(theta, 'slow_process_deviation'),
        noise_process_deviation: NOISE_PROCESS_DEVIATION,
        observation_deviation: value(theta, 'observation_deviation'),
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
      '-u * slow_rate * slow^slow_exponent',
      '-(1 - (1 - min(u * memory_rate, 1))^2) * noise + u^2 * noise_gain * (floor + slow + noise)',
    ],
    covariance: [
      ['(u / rate_scale)^2 * slow_process_deviation^2 * slow^2', '0'],
      ['0', '(u / rate_scale)^2 * noise_process_deviation^2 * noise^2'],
    ],
    drift_breaks: ['1 / memory_rate'],
    loss: 'floor + slow + noise',
  },
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
};
