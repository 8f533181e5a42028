import type * as tensorflow from '@tensorflow/tfjs';
import type { RandomStream } from '../../src/math/random.js';
import type { TensorModel } from '../../src/workloads/index.js';

/** Share of the running statistics that one batch replaces. */
export const MOMENTUM = 0.1;

/** A softmax regression whose six inputs are normalised over the batch, y = (x - mean) / sqrt(variance + 1e-5). */
export function batchNormModel(tf: typeof tensorflow): TensorModel {
  return {
    spec: null,
    parameterShapes: [[6, 3], [3]],
    initialise: (stream: RandomStream) => [
      Float32Array.from({ length: 18 }, () => 0.5 * stream.normal()),
      new Float32Array(3),
    ],
    statistics: { shapes: [[6], [6]], initialise: () => [new Float32Array(6), new Float32Array(6).fill(1)] },
    logits([weights, bias], inputs, { training, statistics, moveStatistics }) {
      const ofBatch = tf.moments(inputs, 0);
      const batch = [ofBatch.mean, ofBatch.variance];
      const [mean, variance] = training ? batch : statistics;
      moveStatistics(statistics.map((old, i) => tf.add(tf.mul(old, 1 - MOMENTUM), tf.mul(batch[i], MOMENTUM))));
      const normalised = tf.div(tf.sub(inputs, mean), tf.sqrt(tf.add(variance, 1e-5)));
      return tf.add(
        tf.matMul(normalised as tensorflow.Tensor2D, weights as tensorflow.Tensor2D),
        bias,
      ) as tensorflow.Tensor2D;
    },
  };
}
