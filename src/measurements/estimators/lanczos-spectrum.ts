import { lanczos, type Quadrature } from '../../math/lanczos.js';
import type { WeightLoss } from './weight-loss.js';
import { hessianVectorProduct } from './hessian-vector-product.js';

/** A residual of float32 products below this share is their rounding. */
const EXHAUSTED = 1e-5;

/**
 * What a vector sees of the Hessian of a loss, as Gauss quadrature by Lanczos (`lanczos`): curvatures lambda_i with shares
 * w_i of |v|^2. From a minibatch noise vector, |v|^2 w_i lambda_i tells where in the spectrum the noise is fed in; from
 * the gradient, where the loss is still to be had; from a random vector, sum_i w_i lambda_i is tr H / parameters.
 *
 * @param loss - with frozen perturbations: Lanczos needs a symmetric H
 * @param start - v, [parameters]
 * @param steps - Hessian-vector products, two gradients each
 *
 * @example
 * const { values, weights, norm } = lanczosSpectrum(loss.frozenAt(theta), theta, noise, 8);
 * const energies = weights.map((w) => w * norm ** 2); // noise energy at each curvature
 */
export function lanczosSpectrum(
  loss: WeightLoss,
  weights: Float32Array,
  start: Float64Array,
  steps: number,
): Quadrature {
  return lanczos((v) => hessianVectorProduct(loss, weights, v), start, steps, EXHAUSTED);
}
