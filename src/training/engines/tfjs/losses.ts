import * as tf from '@tensorflow/tfjs';
import type { Loss } from '../../../networks/loss.js';
import type { LogitGradient } from '../../../networks/network.js';

/**
 * A scalar whose gradient in the logits is what `loss` says; its value is 0, because the gradient alone is wanted.
 * Differentiable once.
 */
export function sumOfLosses(logits: tf.Tensor2D, loss: LogitGradient): tf.Scalar {
  const operation = tf.customGrad((z, save) => {
    const gradient = new Float32Array((z as tf.Tensor).size);
    loss((z as tf.Tensor).dataSync<'float32'>(), gradient);
    (save as tf.GradSaveFunc)([tf.tensor(gradient, (z as tf.Tensor).shape)]);
    return { value: tf.scalar(0), gradFunc: (_: tf.Tensor, [ofLogits]: tf.Tensor[]) => tf.clone(ofLogits) };
  });
  return operation(logits) as tf.Scalar;
}

/** The loss of each example, [n], differentiable in the logits once. */
export function inputLosses(logits: tf.Tensor2D, loss: Loss, labels: Int32Array): tf.Tensor1D {
  const operation = tf.customGrad((z, save) => {
    const losses = new Float64Array(labels.length);
    const gradient = new Float32Array((z as tf.Tensor).size);
    loss.evaluate((z as tf.Tensor).dataSync<'float32'>(), labels, losses, gradient);
    (save as tf.GradSaveFunc)([tf.tensor(gradient, (z as tf.Tensor).shape)]);
    return {
      value: tf.tensor1d(Float32Array.from(losses)),
      gradFunc: (upstream: tf.Tensor, [ofLogits]: tf.Tensor[]) => tf.mul(ofLogits, tf.expandDims(upstream, 1)),
    };
  });
  return operation(logits) as tf.Tensor1D;
}
