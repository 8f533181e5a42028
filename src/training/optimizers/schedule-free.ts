import * as tf from '@tensorflow/tfjs';
import { norm, TensorList, type Optimizer, type OptimizerState } from './optimizer.js';

/**
 * Schedule-Free SGD (Defazio et al. 2024, arXiv 2405.15682): gradient g at y = (1 - beta) z + beta x, rate u,
 *   z <- z - u c g,   W <- W + u^2,   x <- x + (u^2 / W) (z - x);   the output is x.
 */
export function createScheduleFree(
  { beta }: { readonly beta: number },
  initial: readonly Float32Array[],
  shapes: readonly (readonly number[])[],
  resumed: OptimizerState | null,
): Optimizer {
  const x = new TensorList(resumed?.tensors['x'] ?? initial, shapes);
  const z = new TensorList(resumed?.tensors['z'] ?? initial, shapes);
  let weightSum = resumed?.numbers['weight_sum'] ?? 0;
  return {
    gradientPoint: () => x.tensors.map((tensor, i) => tf.add(tf.mul(tensor, beta), tf.mul(z.tensors[i], 1 - beta))),
    step(gradients, { rate, clipFactor }) {
      z.update((tensor, i) => tf.sub(tensor, tf.mul(gradients[i], rate * clipFactor)));
      weightSum += rate * rate;
      const share = (rate * rate) / weightSum;
      const length = tf.tidy(() => share * norm(z.tensors.map((tensor, i) => tf.sub(tensor, x.tensors[i]))));
      x.update((tensor, i) => tf.add(tensor, tf.mul(tf.sub(z.tensors[i], tensor), share)));
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
