import * as tf from '@tensorflow/tfjs';
import type { OptimizerSpec } from '../../artifacts/experiment.js';
import { norm, TensorList, zeros, type Optimizer, type OptimizerState } from './optimizer.js';

/**
 * SGD with the semantics of torch.optim.SGD (dampening 0), c the clip's factor and u the learning rate:
 *   d = c g + weight_decay theta,  b <- momentum b + d (b = d at first),  d <- d + momentum b (Nesterov) or b,
 *   theta <- theta - u d.
 */
export function createSgd(
  spec: OptimizerSpec,
  initial: readonly Float32Array[],
  shapes: readonly (readonly number[])[],
  resumed: OptimizerState | null,
): Optimizer {
  const { momentum, nesterov, weight_decay } = spec;
  const weights = new TensorList(resumed?.tensors['weights'] ?? initial, shapes);
  const buffers = momentum > 0 ? new TensorList(resumed?.tensors['buffers'] ?? zeros(initial), shapes) : null;

  function direction(gradients: readonly tf.Tensor[], clipFactor: number): tf.Tensor[] {
    const d = gradients.map((g, i) => {
      const clipped = clipFactor === 1 ? g : tf.mul(g, clipFactor);
      return weight_decay === 0 ? clipped : tf.add(clipped, tf.mul(weights.tensors[i], weight_decay));
    });
    if (buffers === null) return d;
    buffers.update((b, i) => tf.add(tf.mul(b, momentum), d[i]));
    return nesterov ? d.map((x, i) => tf.add(x, tf.mul(buffers.tensors[i], momentum))) : [...buffers.tensors];
  }

  return {
    gradientPoint: () => weights.tensors,
    step(gradients, { rate, clipFactor, gradientNorm }) {
      const plain = momentum === 0 && weight_decay === 0;
      const length = tf.tidy(() => {
        const d = direction(gradients, clipFactor);
        weights.update((w, i) => tf.sub(w, tf.mul(d[i], rate)));
        return rate * (plain ? clipFactor * gradientNorm : norm(d));
      });
      return { rate, length };
    },
    output: () => weights.tensors,
    finished: () => null,
    summary: () => ({}),
    state: () => ({
      tensors: { weights: weights.values(), ...(buffers === null ? {} : { buffers: buffers.values() }) },
      numbers: {},
    }),
    dispose() {
      weights.dispose();
      buffers?.dispose();
    },
  };
}
