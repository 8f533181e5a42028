import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerStart } from './optimizer.js';
import { norm, TensorList } from './tensor-list.js';

/**
 * Schedule-Free SGD (Defazio et al. 2024, arXiv 2405.15682) from z = x = theta_0, W = 0: with the gradient g at
 * y = x + (1 - beta) (z - x), the clip's factor c and the learning rate u,
 *   z <- z - u c g,   W <- W + u^2,   x <- x + (u^2 / W) (z - x).
 * The weights that are evaluated are x. While u = 0 nothing moves.
 */
export function createScheduleFree(
  { beta }: { readonly beta: number },
  { initial, shapes, resumed }: OptimizerStart,
): Optimizer {
  const x = new TensorList(resumed === null ? initial : resumed.tensors['x'], shapes);
  const z = new TensorList(resumed === null ? initial : resumed.tensors['z'], shapes);
  let weightSum = resumed === null ? 0 : resumed.numbers['weight_sum'];
  return {
    gradientPoint: () => x.tensors.map((mean, i) => tf.add(mean, tf.mul(tf.sub(z.tensors[i], mean), 1 - beta))),
    step(gradients, { rate, clipFactor }) {
      if (rate === 0) return { rate, length: 0 };
      z.update((tensor, i) => tf.sub(tensor, tf.mul(gradients[i], rate * clipFactor)));
      weightSum += rate * rate;
      const share = (rate * rate) / weightSum;
      const length = tf.tidy(() => {
        const steps = x.tensors.map((mean, i) => tf.mul(tf.sub(z.tensors[i], mean), share));
        x.update((mean, i) => tf.add(mean, steps[i]));
        return norm(steps);
      });
      return { rate, length };
    },
    output: () => x.tensors,
    finished: () => null,
    summary: () => ({}),
    state: () => ({ tensors: { x: x.values(), z: z.values() }, numbers: { weight_sum: weightSum } }),
    dispose() {
      x.dispose();
      z.dispose();
    },
  };
}
