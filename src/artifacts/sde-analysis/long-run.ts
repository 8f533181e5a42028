import { z } from 'zod';
import { count, finite, nonnegative, positiveCount } from '../shared/common.js';

const numbers = z.array(finite);
const errors = z.array(nonnegative);
const matrix = z.array(numbers);

const densitySchema = z.strictObject({
  axes: matrix.describe('Nodes of the grid along each weight.'),
  values: errors.describe('Stationary density of the SDE at the nodes, the last weight fastest.'),
  real: errors.describe('Density of the real runs, by counts over the cells of the same nodes.'),
});

const lyapunovSchema = z.strictObject({
  first: matrix.describe('Stationary covariance matrix of the SDE of first order, row by row.'),
  second: matrix.describe('Stationary covariance matrix of the SDE of second order, row by row.'),
  real: matrix.describe('Stationary covariance matrix of the real SGD iteration, row by row.'),
});

const ratesSchema = z.strictObject({
  first: finite.describe('Rate of convergence of the SDE of first order, per unit of t.'),
  second: finite.describe('Rate of convergence of the SDE of second order, per unit of t.'),
  real: finite.describe('Rate of convergence of the real SGD iteration, per unit of t.'),
});

const stationarySchema = z.strictObject({
  mean: numbers.describe('Mean of the weights under the stationary law of the SDE.'),
  covariance: matrix.describe('Covariance matrix of the weights under the stationary law of the SDE, row by row.'),
  spectral_gap: nonnegative
    .nullable()
    .describe("Gap of the generator's spectrum, per unit of t. Null where its slowest mode rotates."),
  density: densitySchema.describe('Stationary density on a grid of the weights.'),
});

const realAveragesSchema = z.strictObject({
  runs: positiveCount.describe('Number of real SGD runs.'),
  updates: positiveCount.describe('Number of updates of each real run that are averaged over.'),
  forgotten: count.describe('Number of updates at the start of each real run that are left out.'),
  mean: numbers.describe('Mean of the weights over the real runs.'),
  mean_errors: errors.describe("Standard error of each weight's mean over the real runs."),
  covariance: matrix.describe('Covariance matrix of the weights over the real runs, row by row.'),
  covariance_errors: z
    .array(errors)
    .describe('Standard error of each entry of the covariance matrix over the real runs.'),
  rate: finite
    .nullable()
    .describe(
      'Rate of convergence of the real runs per unit of t, by the correlation of the slowest mode over one time ' +
        'constant. Null where it cannot be told.',
    ),
  rate_error: nonnegative
    .nullable()
    .describe("Standard error of the real runs' rate of convergence. Null where there is no rate."),
});

/** Invariant measure and rate of convergence. */
export const longRunSchema = z.strictObject({
  rate: finite.describe('Learning rate that is held, as a multiple u of eta: its value at the horizon.'),
  rest_point: numbers.describe('Weights of the rest point, at which the mean field vanishes.'),
  linear: z.boolean().describe('Whether the mean field is linear, as far as it was looked at.'),
  lyapunov: lyapunovSchema.describe(
    'Stationary covariance by the Lyapunov equation of the linearisation at the rest point.',
  ),
  rates: ratesSchema.describe(
    'Rates of convergence per unit of t, by the slowest mode of the linearisation at the rest point.',
  ),
  stationary: stationarySchema
    .nullable()
    .describe(
      'Stationary law of the SDE of second order by the forward equation, for one and two weights. Null for more.',
    ),
  real: realAveragesSchema.describe('Averages over time of real SGD runs after they have forgotten their start.'),
  sentences: z.array(z.string()).describe('Findings of the long run, one sentence each.'),
});

export type LongRun = z.output<typeof longRunSchema>;
