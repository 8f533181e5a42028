import { z } from 'zod';
import { finite, nonnegative } from '../shared/common.js';

/** One number for each weight, in their order. */
const vector = z.array(finite);
const matrix = z.array(vector);
/** Of an estimate: 0 where it is exact, for quadrature its change to the next lower rule. */
const errors = z.array(nonnegative);

const standardErrorsSchema = z.strictObject({
  hbar: errors.describe('Of each component of hbar.'),
  covariance: z.array(errors).describe('Of each entry of the covariance.'),
  jacobian: z.array(errors).describe('Of each entry of the Jacobian.'),
  drift_1: errors.describe('Of each component of drift_1.'),
  drift_2: errors.describe('Of each component of drift_2.'),
  drift_2_full: errors.describe('Of each component of drift_2_full.'),
  adversarial_loss: nonnegative.describe('Of the adversarial loss.'),
  clean_loss: nonnegative.describe('Of the clean loss.'),
});

/** The coefficients of the SDE at one point, at the rate's value u at time 0 there. */
export const sdePointSchema = z.strictObject({
  at: z.record(z.string(), finite).describe('The weights of this point, by name.'),
  rate: finite.describe('The multiple u of eta that is in force here at time 0.'),
  hbar: vector.describe('Mean update field E h: the expected gradient at the perturbed inputs.'),
  covariance: matrix.describe('Covariance of the direction of a minibatch, Cov(h) / batch_size, row by row.'),
  jacobian: matrix.describe('Jacobian of the mean update field: d hbar_i / d theta_j, row by row.'),
  jacobian_method: z
    .enum(['pathwise', 'differences'])
    .describe('How the Jacobian was found: by derivatives along samples, or by differences of hbar.'),
  drift_1: vector.describe('Drift of first order, b0 = -u hbar.'),
  drift_2: vector.describe('Drift of second order with the rate held, b0 + eta b1 with b1 = -(u^2 / 2) (D hbar) hbar.'),
  drift_2_full: vector.describe('Drift of second order of a rate that varies continuously, with its derivatives.'),
  adversarial_loss: finite.describe('Expected loss at the perturbed inputs.'),
  clean_loss: finite.describe('Expected loss without attack.'),
  effective_loss: finite
    .nullable()
    .describe('G(at) - G(start) of the effective loss G, whose gradient is hbar. Null where there is none.'),
  asymmetry: nonnegative.describe(
    '|J - J^T| / |J| of the Jacobian J, in the Frobenius norm. hbar is the gradient of a loss only where it is 0.',
  ),
  method: z.enum(['exact', 'quadrature', 'monte_carlo']).describe('How the expectations were taken.'),
  standard_errors: standardErrorsSchema.describe(
    'Errors of the numbers above: 0 where they are exact; for quadrature the change from the next lower rule.',
  ),
});
