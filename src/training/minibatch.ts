import * as tf from '@tensorflow/tfjs';
import type { RandomStream } from '../math/random.js';
import type { Attack, Examples, InputLosses, Model } from '../workloads/workload.js';

export interface Minibatch {
  /** [n, ...inputShape] */
  readonly inputs: tf.Tensor;
  /** One-hot labels [n, classes]. */
  readonly labels: tf.Tensor2D;
}

/** The examples of these indices as tensors. */
export function gatherBatch(examples: Examples, indices: ArrayLike<number>, inputShape: readonly number[], classes: number): Minibatch {
  const n = indices.length;
  const size = examples.inputs.length / examples.count;
  const inputs = new Float32Array(n * size);
  const labels = new Float32Array(n * classes);
  for (let i = 0; i < n; i += 1) {
    inputs.set(examples.inputs.subarray(indices[i] * size, (indices[i] + 1) * size), i * size);
    labels[i * classes + examples.labels[indices[i]]] = 1;
  }
  return { inputs: tf.tensor(inputs, [n, ...inputShape]), labels: tf.tensor2d(labels, [n, classes]) };
}

/** Indices drawn with replacement. */
export function drawIndices(count: number, n: number, stream: RandomStream): Int32Array {
  return Int32Array.from({ length: n }, () => stream.integer(count));
}

/** Softmax cross-entropy of each example, [n]. */
export function crossEntropies(model: Model, weights: readonly tf.Tensor[], inputs: tf.Tensor, labels: tf.Tensor2D): tf.Tensor1D {
  return tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(model.logits(weights, inputs))), 1));
}

/** Inputs perturbed by the attack against these weights; the inputs themselves without an attack. */
export function perturbInputs(
  model: Model,
  weights: readonly tf.Tensor[],
  { inputs, labels }: Minibatch,
  attack: Attack | null,
  stream: RandomStream,
): tf.Tensor {
  if (attack === null) return inputs;
  const losses: InputLosses = (x) => crossEntropies(model, weights, x, labels);
  return attack.perturb(losses, inputs, stream);
}

/**
 * Mean loss at the perturbed points and its gradient in the weights, the perturbation held fixed (Danskin: the partial
 * gradient d_theta l at x + delta^K).
 */
export function lossAndGradient(
  model: Model,
  weights: readonly tf.Tensor[],
  perturbed: tf.Tensor,
  labels: tf.Tensor2D,
): { loss: number; gradients: tf.Tensor[] } {
  const meanLoss = (...parameters: tf.Tensor[]): tf.Scalar => tf.mean(crossEntropies(model, parameters, perturbed, labels));
  const { value, grads } = tf.valueAndGrads(meanLoss)([...weights]);
  return { loss: value.dataSync()[0], gradients: grads };
}
