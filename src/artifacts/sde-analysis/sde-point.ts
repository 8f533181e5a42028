import { z } from 'zod';
import { finite, nonnegative } from '../shared/common.js';

/** One number for each weight, in their order. */
const vector = z.array(finite);
const matrix = z.array(vector);
/** Of an estimate: 0 where it is exact, for quadrature its change to the next lower rule. */
const errors = z.array(nonnegative);

const standardErrorsSchema = z.strictObject({
  hbar: errors.describe('Error of each component of hbar, the mean update field.'),
  covariance: z.array(errors).describe('Error of each entry of the covariance matrix.'),
  jacobian: z.array(errors).describe('Error of each entry of the Jacobian matrix.'),
  drift_1: errors.describe('Error of each component of drift_1, the drift of first order.'),
  drift_2: errors.describe('Error of each component of drift_2, the drift of second order with the rate held.'),
  drift_2_full: errors.describe(
    'Error of each component of drift_2_full, the drift of second order of a varying rate.',
  ),
  adversarial_loss: nonnegative.describe('Error of the adversarial loss.'),
  clean_loss: nonnegative.describe('Error of the clean loss.'),
});

/** The coefficients of the SDE at one point, at the rate's value u at time 0 there. */
export const sdePointSchema = z.strictObject({
  at: z.record(z.string(), finite).describe('Weights of this point, by name.'),
  rate: finite.describe('Multiple u of eta that is in force at this point at time 0.'),
  hbar: vector.describe('Mean update field hbar = E h, the expected gradient at the perturbed inputs.'),
  covariance: matrix.describe('Covariance matrix of the direction of a minibatch, Cov(h) / batch_size, row by row.'),
  jacobian: matrix.describe('Jacobian of the mean update field, d hbar_i / d theta_j, row by row.'),
  jacobian_method: z
    .enum(['pathwise', 'differences'])
    .describe('Method by which the Jacobian was found: pathwise derivatives along samples, or differences of hbar.'),
  drift_1: vector.describe('Drift of first order, b0 = -u hbar.'),
  drift_2: vector.describe('Drift of second order with the rate held, b0 + eta b1 with b1 = -(u^2 / 2) (D hbar) hbar.'),
  drift_2_full: vector.describe('Drift of second order of a rate that varies continuously, with its derivatives.'),
  adversarial_loss: finite.describe('Expected loss at the perturbed inputs.'),
  clean_loss: finite.describe('Expected loss without attack.'),
  effective_loss: finite
    .nullable()
    .describe(
      'Effective loss G less its value at the start, G(at) - G(start), where G has the gradient hbar. Null where ' +
        'there is none.',
    ),
  asymmetry: nonnegative.describe(
    'Asymmetry |J - J^T| / |J| of the Jacobian J, in the Frobenius norm. hbar is the gradient of a loss only where ' +
      'it is 0.',
  ),
  method: z
    .enum(['exact', 'quadrature', 'monte_carlo'])
    .describe('Method by which the expectations were taken: exact, quadrature or monte_carlo.'),
  standard_errors: standardErrorsSchema.describe(
    'Errors of the numbers at this point: 0 where they are exact, the change from the next lower rule for ' +
      'quadrature, standard errors for Monte Carlo.',
  ),
});
