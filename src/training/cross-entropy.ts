import * as tf from '@tensorflow/tfjs';

/**
 * Softmax cross-entropy of each example, l = -sum_c y_c ln p_c with p = softmax(z); its gradient in z, p - y, is given
 * in closed form because the chain of its parts costs a third of a small network's gradient.
 *
 * @param logits - z, [n, classes]; the only argument in which it is differentiable
 * @param labels - y, one-hot [n, classes]
 * @returns [n]
 */
export function crossEntropies(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  const operation = tf.customGrad((z, save) => {
    const logProbabilities = tf.logSoftmax(z as tf.Tensor2D);
    (save as tf.GradSaveFunc)([logProbabilities]);
    return {
      value: tf.neg(tf.sum(tf.mul(labels, logProbabilities), 1)),
      gradFunc: (upstream: tf.Tensor, [saved]: tf.Tensor[]) =>
        tf.mul(tf.sub(tf.exp(saved), labels), tf.expandDims(upstream, 1)),
    };
  });
  return operation(logits) as tf.Tensor1D;
}
