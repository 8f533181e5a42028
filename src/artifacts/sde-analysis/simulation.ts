import { z } from 'zod';
import { count, finite, nonnegative, positiveCount } from '../shared/common.js';

const numbers = z.array(finite);

const summarySchema = z.strictObject({
  mean: finite.describe('Mean.'),
  mean_error: nonnegative.describe('Standard error of the mean.'),
  variance: nonnegative.describe('Variance.'),
  variance_error: nonnegative.describe('Standard error of the variance.'),
  quantiles: numbers.describe('Quantiles at 5, 25, 50, 75 and 95 %.'),
  quantile_bands: z
    .array(z.tuple([finite, finite]))
    .describe('A band of 95 % confidence for each quantile, free of any assumption on the law.'),
});

const quantitySchema = z.strictObject({
  name: z.string().describe('The quantity: a weight, or an observable as its expression.'),
  real: z.array(summarySchema).describe('The real iteration, at each time.'),
  first: z.array(summarySchema).describe('The SDE of first order, at each time.'),
  second: z.array(summarySchema).describe('The SDE of second order, at each time.'),
});

/** Real runs and paths of the SDE side by side. */
export const simulationSchema = z.strictObject({
  seed: count.describe('Seed of the samples and of the noise.'),
  runs: positiveCount.describe('Number of real runs.'),
  paths: positiveCount.describe('Number of paths of each SDE.'),
  times: numbers.describe('The times at which they are summarised, in units of t.'),
  substeps: z
    .strictObject({
      first: positiveCount.describe('Steps of Euler-Maruyama within an update, for the SDE of first order.'),
      second: positiveCount.describe('Steps of the second-order scheme within an update, for the SDE of second order.'),
    })
    .describe('Steps of the numerical schemes within one update.'),
  interpolation_error: nonnegative
    .nullable()
    .describe(
      'Largest difference of interpolated coefficients from exact ones, relative to their size. Null where none is ' +
        'interpolated.',
    ),
  quantities: z.array(quantitySchema).describe('What is compared: the law of each quantity at each time.'),
  sentences: z.array(z.string()).describe('What the comparison says, in words.'),
});

export type Simulation = z.output<typeof simulationSchema>;
