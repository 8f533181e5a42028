import * as tf from '@tensorflow/tfjs';
import type { LinfAscent } from '../../../networks/network.js';

/**
 * The start projected, then K steps x <- clip(clean + clip(x + alpha sign(g(x)) - clean, -radius, radius), 0, 1) without leaving tensors: the float32
 * operations of `linfBall` (src/attacks/balls.ts), one kernel each.
 * @param gradient - g, of the shape of its argument
 * @returns x after the last step
 */
export function ascendOnTensors(
  gradient: (x: tf.Tensor) => tf.Tensor,
  start: tf.Tensor,
  clean: tf.Tensor,
  { steps, alpha, radius }: LinfAscent,
): tf.Tensor {
  const projected = (moved: tf.Tensor): tf.Tensor => {
    const delta = tf.clipByValue(tf.sub(moved, clean), -radius, radius);
    return tf.clipByValue(tf.add(clean, delta), 0, 1);
  };
  let x = tf.tidy(() => projected(start));
  for (let k = 0; k < steps; k += 1) {
    const before = x;
    x = tf.tidy(() => projected(tf.add(before, tf.mul(tf.sign(gradient(before)), alpha))));
    before.dispose();
  }
  return x;
}
