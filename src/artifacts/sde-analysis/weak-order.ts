import { z } from 'zod';
import { count, finite, nonnegative, positive } from '../shared/common.js';

const numbers = z.array(finite);
const errors = z.array(nonnegative);

const orderSchema = z.strictObject({
  order: z
    .enum([
      ...['first', 'second_full', 'second_without_rate_derivatives'],
      ...['mean_field', 'joint', 'independent_noise', 'weights_noise'],
    ] as const)
    .describe(
      "Form of the SDE's drift: first, b0 alone; second_full, b0 + eta b1; second_without_rate_derivatives, b1 " +
        'without derivatives of u. With kept perturbations: mean_field, the joint mean field without noise; joint, ' +
        'with the joint noise of weights and perturbations; independent_noise, both as if independent; weights_noise, ' +
        'the noise of the weights alone.',
    ),
  errors: numbers.describe(
    'Weak error, E f(X_T) of the SDE less E f(theta_N) of the real SGD iteration, for each eta.',
  ),
  uncertainties: errors.describe(
    'Uncertainty of each weak error: numerical where the method is deterministic, else the standard error.',
  ),
  slope: finite
    .nullable()
    .describe('Slope of ln |error| over ln eta by regression. Null where too few errors stand out.'),
  slope_error: nonnegative
    .nullable()
    .describe('Standard error of the slope of ln |error| over ln eta. Null where there is no slope.'),
});

const observableSchema = z.strictObject({
  name: z.string().describe('Name of the observable f: its expression.'),
  expectations: numbers.describe('Expectation E f(theta_N) of the observable in the real SGD iteration, for each eta.'),
  uncertainties: errors.describe('Uncertainty of each expectation of the observable.'),
  orders: z.array(orderSchema).describe('Weak errors of each form of the SDE.'),
});

/** Weak error of the SDE against the real iteration. */
export const weakOrderSchema = z.strictObject({
  etas: z.array(positive).describe('Base learning rates eta that were compared.'),
  method: z
    .enum(['deterministic', 'monte_carlo'])
    .describe(
      'Method of the comparison: deterministic, both expectations by backward equations, or monte_carlo, by runs and ' +
        'paths for each eta.',
    ),
  runs: count.describe('Number of real SGD runs for each eta; 0 where the method is deterministic.'),
  paths: count.describe('Number of paths of the SDE for each eta; 0 where the method is deterministic.'),
  observables: z.array(observableSchema).describe('Weak errors of each observable.'),
  sentences: z.array(z.string()).describe('Findings on the weak errors, one sentence each.'),
});

export type WeakOrder = z.output<typeof weakOrderSchema>;
