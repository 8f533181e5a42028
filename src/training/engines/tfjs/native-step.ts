import * as tf from '@tensorflow/tfjs';

let replaced = false;

/**
 * Replaces tfjs-node's kernel of the unit step, which every gradient of relu calls: it fills two arrays in JavaScript and
 * selects twice, for the slope below 0 and for NaN. Here without either: [x > 0], and 0 for NaN.
 */
export function replaceNativeStep(): void {
  if (replaced) return;
  replaced = true;
  const original = tf.getKernel('Step', 'tensorflow');
  const kernelFunc: tf.KernelFunc = (given) => {
    if ((given.attrs as { alpha?: number }).alpha !== 0) return original.kernelFunc(given);
    return tf.tidy(() => tf.cast(tf.greater(given.inputs['x'] as tf.Tensor, 0), 'float32'));
  };
  tf.unregisterKernel('Step', 'tensorflow');
  tf.registerKernel({ ...original, kernelFunc });
}
