import { z } from 'zod';
import { count, finite, nonnegative, positiveCount } from '../shared/common.js';

const numbers = z.array(finite);
const errors = z.array(nonnegative);
const matrix = z.array(numbers);

const densitySchema = z.strictObject({
  axes: matrix.describe('Nodes of the grid along each weight.'),
  values: errors.describe('Density at the nodes, the last weight fastest.'),
  real: errors.describe('Density of the real runs, by counts over the cells of the same nodes.'),
});

const lyapunovSchema = z.strictObject({
  first: matrix.describe('Of the SDE of first order.'),
  second: matrix.describe('Of the SDE of second order.'),
  real: matrix.describe('Of the real iteration.'),
});

const ratesSchema = z.strictObject({
  first: finite.describe('Of the SDE of first order.'),
  second: finite.describe('Of the SDE of second order.'),
  real: finite.describe('Of the real iteration.'),
});

const stationarySchema = z.strictObject({
  mean: numbers.describe('Mean of the weights.'),
  covariance: matrix.describe('Covariance matrix of the weights, row by row.'),
  spectral_gap: nonnegative
    .nullable()
    .describe("Gap of the generator's spectrum, per unit of t. Null where its slowest mode rotates."),
  density: densitySchema.describe('The density on a grid.'),
});

const realAveragesSchema = z.strictObject({
  runs: positiveCount.describe('Number of real runs.'),
  updates: positiveCount.describe('Updates of each run that are averaged over.'),
  forgotten: count.describe('Updates at the start of each run that are left out.'),
  mean: numbers.describe('Mean of the weights.'),
  mean_errors: errors.describe('Standard error of each mean.'),
  covariance: matrix.describe('Covariance matrix of the weights, row by row.'),
  covariance_errors: z.array(errors).describe('Standard error of each entry of the covariance.'),
  rate: finite
    .nullable()
    .describe(
      'Rate of convergence per unit of t, by the correlation of the slowest mode over one time constant. Null where it ' +
        'cannot be told.',
    ),
  rate_error: nonnegative.nullable().describe('Standard error of that rate. Null where there is no rate.'),
});

/** Invariant measure and rate of convergence. */
export const longRunSchema = z.strictObject({
  rate: finite.describe('The rate u that is held: its value at the horizon.'),
  rest_point: numbers.describe('The weights at which the mean field vanishes.'),
  linear: z.boolean().describe('Whether the mean field is linear, as far as it was looked at.'),
  lyapunov: lyapunovSchema.describe(
    'Stationary covariance by the Lyapunov equation of the linearisation at the rest point.',
  ),
  rates: ratesSchema.describe('Rate of convergence per unit of t: the slowest mode of the linearisation.'),
  stationary: stationarySchema
    .nullable()
    .describe(
      'Stationary law of the SDE of second order by the forward equation, for one and two weights. Null for more.',
    ),
  real: realAveragesSchema.describe('Real runs, averaged over time after they have forgotten their start.'),
  sentences: z.array(z.string()).describe('What the long run says, in words.'),
});

export type LongRun = z.output<typeof longRunSchema>;
