import * as tf from '@tensorflow/tfjs';
import type { AttackSpec } from '../../artifacts/experiment.js';
import type { Attack } from '../workload.js';

/**
 * The inner loop of Gu & Guo (2021, arXiv 2105.08037), from delta^0 = 0 without a random start, K steps of
 *   delta^(k+1) = delta^k + eta_I (grad_x loss(x + delta^k) - lambda delta^k).
 * There is no ball and no clip to [0, 1]: the penalty alone bounds the perturbation, so perturbed inputs may leave the
 * box, and the scale of the loss matters.
 */
export function createPenalisedAscent(spec: Extract<AttackSpec, { type: 'penalised_ascent' }>): Attack {
  const { steps, eta_i, lambda } = spec;
  return {
    spec,
    gradientEvaluations: steps,
    perturb(losses, inputs) {
      return tf.tidy(() => {
        const gradient = tf.grad((x: tf.Tensor) => tf.sum(losses(x)));
        let delta: tf.Tensor = tf.zerosLike(inputs);
        for (let k = 0; k < steps; k += 1) {
          const ascent = tf.sub(gradient(tf.add(inputs, delta)), tf.mul(delta, lambda));
          delta = tf.add(delta, tf.mul(ascent, eta_i));
        }
        return tf.add(inputs, delta);
      });
    },
  };
}
