import { z } from 'zod';
import { count, finite, nonnegative, positiveCount } from '../shared/common.js';

const numbers = z.array(finite);

const summarySchema = z.strictObject({
  mean: finite.describe('Mean of the quantity at one time.'),
  mean_error: nonnegative.describe("Standard error of the quantity's mean."),
  variance: nonnegative.describe('Variance of the quantity at one time.'),
  variance_error: nonnegative.describe("Standard error of the quantity's variance."),
  quantiles: numbers.describe('Quantiles of the quantity at 5, 25, 50, 75 and 95 %.'),
  quantile_bands: z
    .array(z.tuple([finite, finite]))
    .describe('Band [low, high] of 95 % confidence for each quantile, free of any assumption on the law.'),
});

const quantitySchema = z.strictObject({
  name: z.string().describe('Name of the quantity: a weight, or an observable as its expression.'),
  real: z.array(summarySchema).describe('Law of the quantity in the real SGD iteration, at each time.'),
  first: z.array(summarySchema).describe('Law of the quantity in the SDE of first order, at each time.'),
  second: z.array(summarySchema).describe('Law of the quantity in the SDE of second order, at each time.'),
});

/** Real runs and paths of the SDE side by side. */
export const simulationSchema = z.strictObject({
  seed: count.describe('Seed of the samples of the real runs and of the noise of the SDE.'),
  runs: positiveCount.describe('Number of real SGD runs.'),
  paths: positiveCount.describe('Number of paths of each SDE.'),
  times: numbers.describe('Times at which runs and paths are summarised, in units of t.'),
  substeps: z
    .strictObject({
      first: positiveCount.describe('Number of steps of Euler-Maruyama within an update, for the SDE of first order.'),
      second: positiveCount.describe(
        'Number of steps of the second-order scheme within an update, for the SDE of second order.',
      ),
    })
    .describe('Numbers of steps of the numerical schemes within one update.'),
  interpolation_error: nonnegative
    .nullable()
    .describe(
      'Largest difference of interpolated coefficients from exact ones, relative to their size. Null where none is ' +
        'interpolated.',
    ),
  quantities: z.array(quantitySchema).describe('Quantities that are compared, with the law of each at each time.'),
  sentences: z.array(z.string()).describe('Findings of the comparison, one sentence each.'),
});

export type Simulation = z.output<typeof simulationSchema>;
