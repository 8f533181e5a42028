import * as tf from '@tensorflow/tfjs';
import type { ModelSpec } from '../../artifacts/experiment/experiment.js';
import type { PlannedLayer } from '../models/plan.js';
import { size } from '../../math/shape.js';

/** Logits [n, classes] of inputs [n, ...inputShape], differentiable in weights and inputs. */
export type TensorLogits = (weights: readonly tf.Tensor[], inputs: tf.Tensor) => tf.Tensor2D;

/** What becomes of values that a dropout layer of this rate is given. */
export type Dropped = (x: tf.Tensor, rate: number) => tf.Tensor;

/**
 * The logits of a declarative model on TensorFlow.js tensors.
 * @param dropped - leaves values as they are by default
 */
export function tensorLogits(
  { normalization }: ModelSpec,
  layers: readonly PlannedLayer[],
  dropped: Dropped = (x) => x,
): TensorLogits {
  return (weights, inputs) => {
    const normalized =
      normalization === undefined
        ? inputs
        : tf.div(tf.sub(inputs, normalization.mean), normalization.standard_deviation);
    return applyAll(layers, weights, normalized, dropped) as tf.Tensor2D;
  };
}

/** The layers one after the other, each with its own share of the weights. */
function applyAll(
  layers: readonly PlannedLayer[],
  weights: readonly tf.Tensor[],
  inputs: tf.Tensor,
  dropped: Dropped,
): tf.Tensor {
  let next = 0;
  return layers.reduce((x, layer) => {
    const first = next;
    next += layer.parameterShapes.length;
    return apply(layer, weights.slice(first, next), x, dropped);
  }, inputs);
}

/** @param x - [n, ...input shape] */
function apply(
  { spec, inputShape }: PlannedLayer,
  [weights, bias]: readonly tf.Tensor[],
  x: tf.Tensor,
  dropped: Dropped,
): tf.Tensor {
  switch (spec.type) {
    case 'dense':
      // y = x W + b
      return tf.add(tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D), bias);
    case 'conv2d':
      // y[i, j, f] = b[f] + sum_{a, b, c} x[s i + a - p, s j + b - p, c] W[a, b, c, f]
      return tf.add(tf.conv2d(x as tf.Tensor4D, weights as tf.Tensor4D, spec.stride, spec.padding), bias);
    case 'max_pool':
      return tf.maxPool(x as tf.Tensor4D, spec.size, spec.stride ?? spec.size, 'valid');
    case 'mean_pool':
      return tf.avgPool(x as tf.Tensor4D, spec.size, spec.stride ?? spec.size, 'valid');
    case 'relu':
      return tf.relu(x);
    case 'tanh':
      return tf.tanh(x);
    case 'dropout':
      return dropped(x, spec.rate);
    case 'flatten':
      return tf.reshape(x, [-1, size(inputShape)]);
  }
}
