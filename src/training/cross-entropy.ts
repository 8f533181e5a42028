import * as tf from '@tensorflow/tfjs';

/**
 * Softmax cross-entropy of each example, l = ln sum_c exp z_c - sum_c y_c z_c, with its gradient p - y, p = softmax(z),
 * in closed form: through its parts it costs a third of a small network's gradient. Values are summed in float64.
 *
 * @param logits - z, [n, classes]; the only argument in which it is differentiable, twice too
 * @param labels - y, [n, classes], each row with sum 1
 * @returns [n]
 */
export function crossEntropies(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  const operation = tf.customGrad((z, save) => {
    (save as tf.GradSaveFunc)([z as tf.Tensor, labels]);
    return {
      value: lossValues(z as tf.Tensor2D, labels),
      gradFunc: (upstream: tf.Tensor, [savedLogits, savedLabels]: tf.Tensor[]) =>
        tf.mul(tf.sub(tf.softmax(savedLogits), savedLabels), tf.expandDims(upstream, 1)),
    };
  });
  return operation(logits) as tf.Tensor1D;
}

function lossValues(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  const [n, classes] = logits.shape;
  const z = logits.dataSync();
  const y = labels.dataSync();
  const losses = new Float32Array(n);
  for (let i = 0; i < n; i += 1) losses[i] = lossOf(z, y, i * classes, (i + 1) * classes);
  return tf.tensor1d(losses);
}

/** The loss of the example whose logits and labels lie at first..last - 1; the largest logit is taken out of the sum. */
function lossOf(z: Float32Array | Int32Array | Uint8Array, y: typeof z, first: number, last: number): number {
  let largest = -Infinity;
  for (let c = first; c < last; c += 1) largest = Math.max(largest, z[c]);
  let sum = 0;
  let labelled = 0;
  for (let c = first; c < last; c += 1) {
    sum += Math.exp(z[c] - largest);
    if (y[c] !== 0) labelled += y[c] * (z[c] - largest);
  }
  return Math.log(sum) - labelled;
}
