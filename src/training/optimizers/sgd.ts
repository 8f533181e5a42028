import * as tf from '@tensorflow/tfjs';
import type { OptimizerSpec } from '../../artifacts/experiment.js';
import type { Optimizer, OptimizerStart } from './optimizer.js';
import { norm, TensorList, zeros } from './tensor-list.js';

/**
 * SGD as torch.optim.SGD has it (dampening 0), with the clip's factor c and the learning rate u:
 *   d = c g + weight_decay theta,   b <- momentum b + d from b = 0,
 *   theta <- theta - u d  without momentum,   - u b  with it,   - u (d + momentum b)  with Nesterov's.
 */
export function createSgd(spec: OptimizerSpec, { initial, shapes, resumed }: OptimizerStart): Optimizer {
  const { momentum, nesterov, weight_decay } = spec;
  const weights = new TensorList(resumed === null ? initial : resumed.tensors['weights'], shapes);
  const buffers =
    momentum === 0 ? null : new TensorList(resumed === null ? zeros(initial) : resumed.tensors['buffers'], shapes);

  function decayed(gradients: readonly tf.Tensor[], clipFactor: number): tf.Tensor[] {
    return gradients.map((g, i) => {
      const clipped = clipFactor === 1 ? g : tf.mul(g, clipFactor);
      return weight_decay === 0 ? clipped : tf.add(clipped, tf.mul(weights.tensors[i], weight_decay));
    });
  }

  function direction(d: readonly tf.Tensor[]): readonly tf.Tensor[] {
    if (buffers === null) return d;
    buffers.update((b, i) => tf.add(tf.mul(b, momentum), d[i]));
    return nesterov ? d.map((x, i) => tf.add(x, tf.mul(buffers.tensors[i], momentum))) : buffers.tensors;
  }

  return {
    gradientPoint: () => weights.tensors,
    step(gradients, { rate, clipFactor, gradientNorm }) {
      const isPlain = momentum === 0 && weight_decay === 0;
      const length = tf.tidy(() => {
        const step = direction(decayed(gradients, clipFactor));
        weights.update((w, i) => tf.sub(w, tf.mul(step[i], rate)));
        return rate * (isPlain ? clipFactor * gradientNorm : norm(step));
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
      if (buffers !== null) buffers.dispose();
    },
  };
}
