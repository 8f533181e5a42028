import type { Prior } from './closure.js';

/**
 * Dimensionless parameters of the built-in closures, and the priors of all of them. L0 is the mean first loss of the pilot
 * runs, U the peak rate, D0 = L0 - floor.
 *
 * The medians and deviations summarise fits of the two-state closure to 26 whole runs each (13 schedules, 2 seeds) of
 * three development problems, none of them with a reported seed: see benchmarks/learning-rate/priors.md.
 */
export const PRIORS = {
  floor_share: {
    median: 0.15,
    logDeviation: 0.15,
    study: { median: 0.25, logDeviation: 0.3 },
    reason:
      'floor / L0: below what whole runs gave (0.2 to 0.35) and held there, because short runs take their own curvature for a floor and a floor that is too high stops the run early',
  },
  initial_decay: {
    median: 0.6,
    logDeviation: 1,
    reason: 'U slow_rate D0^(slow_exponent - 1): relative fall of the slow part per update at the peak',
  },
  curvature: { median: 3, logDeviation: 0.5, reason: 'slow_exponent - 1: whole runs gave 1.3 to 4.7' },
  noise_share: {
    median: 0.15,
    logDeviation: 0.5,
    reason: 'U noise_gain / (2 memory_rate): share of the loss that is noise at the peak; whole runs gave 0.08 to 0.22',
  },
  forgetting: {
    median: 0.2,
    logDeviation: 1,
    reason: 'U memory_rate: how fast the noise is forgotten at the peak, per update',
  },
  observation_deviation: { median: 0.08, logDeviation: 0.7, reason: 'deviation of a minibatch loss as a share of it' },
  slow_process_deviation: {
    median: 0.02,
    logDeviation: 0.5,
    reason: 'deviation of ln(slow) gained per update at the peak',
  },
} as const satisfies Record<string, Prior>;
