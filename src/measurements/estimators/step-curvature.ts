import type { WeightLoss } from './weight-loss.js';
import { moved } from './moved.js';

/** How a loss changes along a step, by second differences. */
export interface StepCurvature {
  /** L(theta). */
  readonly loss: number;
  /** <s, grad L> for the step theta - s, up to third derivatives: what the step gains to first order. */
  readonly slope: number;
  /** s^T H s, up to fourth derivatives: twice what the step loses to curvature. */
  readonly curvature: number;
}

/**
 * Slope and curvature of a loss along the step theta -> theta - s, from losses at both sides of theta:
 *   slope = (L(theta + s) - L(theta - s)) / 2,   curvature = L(theta + s) - 2 L(theta) + L(theta - s),
 * so that L(theta - s) = L(theta) - slope + curvature / 2 exactly. With s = u g of a minibatch, and L of other examples
 * under common random numbers (attack noise included), their means are u a and u^2 c_d of the reduced SDE,
 * c_d = hbar^T H hbar + tr(H S): the rate of the best single step is u slope / curvature.
 * Rounding of float32 logits adds about 1e-7 to either.
 *
 * @param step - s, [parameters]
 * @returns what three losses say, attacks included; the network is left with other weights loaded
 *
 * @example
 * const step = gradient.map((g) => rate * g);
 * const { slope, curvature } = stepCurvature(loss, theta, step);
 * const bestRate = (rate * slope) / curvature;
 */
export function stepCurvature(loss: WeightLoss, weights: Float32Array, step: ArrayLike<number>): StepCurvature {
  const [behind, here, ahead] = [1, 0, -1].map((share) => loss.loss(moved(weights, share, step)));
  return { loss: here, slope: (behind - ahead) / 2, curvature: behind - 2 * here + ahead };
}
