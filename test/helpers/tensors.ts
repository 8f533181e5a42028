import * as tf from '@tensorflow/tfjs';
import type { RandomStream } from '../../src/math/random.js';

/** The numbers of a tensor that `compute` returns; everything made on the way is freed. */
export function valuesOf(compute: () => tf.Tensor): number[] {
  const result = tf.tidy(compute);
  const values = [...result.dataSync()];
  result.dispose();
  return values;
}

export function uniforms(stream: RandomStream, shape: number[], low: number, high: number): tf.Tensor {
  return tf.tensor(stream.fillUniform(new Float32Array(tf.util.sizeFromShape(shape)), low, high), shape);
}

/** The loss -z_y of each example, labels in 0..classes-1: the simplest that an attack can raise. */
export function minusTrueLogit(logits: tf.Tensor, labels: readonly number[]): tf.Tensor1D {
  const oneHot = tf.oneHot(tf.tensor1d([...labels], 'int32'), logits.shape[1]!).toFloat();
  return tf.neg(tf.sum(tf.mul(oneHot, logits), 1));
}

export function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i])), Math.abs(a.length - b.length));
}
