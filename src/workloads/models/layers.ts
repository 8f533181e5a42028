import * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../../artifacts/experiment.js';

/** A layer with its shapes known: the parameters it owns, and its map from activations to activations. */
export interface Layer {
  readonly outputShape: readonly number[];
  /** Weights first, then the bias; empty for a layer without parameters. */
  readonly parameterShapes: readonly (readonly number[])[];
  /** Values that enter one output unit, and output values that one input enters: the scale of the initial weights. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** @param x - [n, ...input shape] */
  apply(parameters: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor;
}

type Convolution = Extract<LayerSpec, { type: 'conv2d' }>;
type Pooling = Extract<LayerSpec, { type: 'max_pool' | 'mean_pool' }>;

/**
 * The layer of a description on inputs of a shape (without the batch axis).
 * @returns the layer, or what is wrong: the shape it got, the shape it needs, and the remedy where there is one
 */
export function buildLayer(spec: LayerSpec, shape: readonly number[]): Layer | string {
  switch (spec.type) {
    case 'dense':
      return dense(spec.units, shape);
    case 'conv2d':
      return convolution(spec, shape);
    case 'max_pool':
    case 'mean_pool':
      return pooling(spec, shape);
    case 'relu':
      return withoutParameters(shape, (x) => tf.relu(x));
    case 'flatten':
      return withoutParameters([size(shape)], (x) => tf.reshape(x, [-1, size(shape)]));
  }
}

/** y = x W + b. */
function dense(units: number, shape: readonly number[]): Layer | string {
  if (shape.length !== 1) {
    return `got inputs of shape ${shown(shape)} and needs [values]: put { "type": "flatten" } before it`;
  }
  return {
    outputShape: [units],
    parameterShapes: [[shape[0], units], [units]],
    fanIn: shape[0],
    fanOut: units,
    apply: ([weights, bias], x) => tf.add(tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D), bias),
  };
}

/** y[i, j, f] = b[f] + sum_{a, b, c} x[s i + a - p, s j + b - p, c] W[a, b, c, f]. */
function convolution({ filters, kernel, stride, padding }: Convolution, shape: readonly number[]): Layer | string {
  if (shape.length !== 3) return needsImages(shape);
  const [height, width, channels] = shape;
  const sides = [height, width].map((side) => outputSide(side, kernel, stride, padding));
  if (Math.min(...sides) < 1) return tooSmall('kernel', kernel, shape);
  return {
    outputShape: [...sides, filters],
    parameterShapes: [[kernel, kernel, channels, filters], [filters]],
    fanIn: kernel * kernel * channels,
    fanOut: kernel * kernel * filters,
    apply: ([weights, bias], x) => tf.add(tf.conv2d(x as tf.Tensor4D, weights as tf.Tensor4D, stride, padding), bias),
  };
}

/** The largest or the mean value of each window; windows that would stick out are left out. */
function pooling({ type, size: window, stride = window }: Pooling, shape: readonly number[]): Layer | string {
  if (shape.length !== 3) return needsImages(shape);
  const sides = shape.slice(0, 2).map((side) => outputSide(side, window, stride, 'valid'));
  if (Math.min(...sides) < 1) return tooSmall('window', window, shape);
  const pool = type === 'max_pool' ? tf.maxPool : tf.avgPool;
  return withoutParameters([...sides, shape[2]], (x) => pool(x as tf.Tensor4D, window, stride, 'valid'));
}

function withoutParameters(outputShape: readonly number[], map: (x: tf.Tensor) => tf.Tensor): Layer {
  return { outputShape, parameterShapes: [], fanIn: 0, fanOut: 0, apply: (_, x) => map(x) };
}

function outputSide(side: number, kernel: number, stride: number, padding: 'same' | 'valid'): number {
  return Math.ceil((padding === 'same' ? side : side - kernel + 1) / stride);
}

function needsImages(shape: readonly number[]): string {
  return `got inputs of shape ${shown(shape)} and needs images [height, width, channels]`;
}

function tooSmall(part: string, side: number, shape: readonly number[]): string {
  return `got inputs of shape ${shown(shape)} and needs at least [${side}, ${side}, channels] for its ${part} of ${side}`;
}

export function shown(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
