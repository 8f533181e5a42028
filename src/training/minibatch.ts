import * as tf from '@tensorflow/tfjs';
import type { RandomStream } from '../math/random.js';
import type { Attack, Examples, Model } from '../workloads/workload.js';
import { crossEntropies } from './cross-entropy.js';

export interface Minibatch {
  /** [n, ...inputShape] */
  readonly inputs: tf.Tensor;
  /** One-hot, [n, classes]. */
  readonly labels: tf.Tensor2D;
}

/** The examples of these indices as tensors. */
export function gatherBatch(
  examples: Examples,
  indices: Int32Array,
  { inputShape, classes }: { readonly inputShape: readonly number[]; readonly classes: number },
): Minibatch {
  const n = indices.length;
  const width = examples.inputs.length / examples.count;
  const inputs = new Float32Array(n * width);
  const labels = new Float32Array(n * classes);
  indices.forEach((example, i) => {
    inputs.set(examples.inputs.subarray(example * width, (example + 1) * width), i * width);
    labels[i * classes + examples.labels[example]] = 1;
  });
  return { inputs: tf.tensor(inputs, [n, ...inputShape]), labels: tf.tensor2d(labels, [n, classes]) };
}

/** n indices in 0..count-1, drawn with replacement. */
export function drawIndices(count: number, n: number, stream: RandomStream): Int32Array {
  return Int32Array.from({ length: n }, () => stream.integer(count));
}

/** The batch's inputs perturbed by the attack against these weights; the inputs themselves without an attack. */
export function perturbInputs(
  model: Model,
  weights: readonly tf.Tensor[],
  { inputs, labels }: Minibatch,
  attack: Attack | null,
  stream: RandomStream,
): tf.Tensor {
  if (attack === null) return inputs;
  return attack.perturb((x) => crossEntropies(model.logits(weights, x), labels), inputs, stream);
}

/**
 * Mean loss at the perturbed inputs and its gradient in the weights, the perturbation held fixed: the partial gradient
 * d_theta l(theta, x + delta^K), which is the whole one at an exact inner maximum (Danskin).
 */
export function lossAndGradient(
  model: Model,
  weights: readonly tf.Tensor[],
  perturbed: tf.Tensor,
  labels: tf.Tensor2D,
): { loss: number; gradients: tf.Tensor[] } {
  const meanLoss = (...parameters: tf.Tensor[]): tf.Scalar =>
    tf.mean(crossEntropies(model.logits(parameters, perturbed), labels));
  const { value, grads } = tf.valueAndGrads(meanLoss)([...weights]);
  return { loss: value.dataSync()[0], gradients: grads };
}
