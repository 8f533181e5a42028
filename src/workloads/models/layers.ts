import * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../../artifacts/experiment.js';

/** A layer with its shapes known: parameters it owns, and its map from activations to activations. */
export interface Layer {
  readonly outputShape: readonly number[];
  readonly parameterShapes: readonly (readonly number[])[];
  /** Values entering one output unit: the scale of the initial weights. */
  readonly fanIn: number;
  readonly fanOut: number;
  apply(parameters: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor;
}

/**
 * The layer of a description on inputs of a shape.
 * @returns the layer, or a sentence saying what is wrong with the shape
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
      return plain(shape, (x) => tf.relu(x));
    case 'flatten':
      return plain([size(shape)], (x) => tf.reshape(x, [-1, size(shape)]));
  }
}

function dense(units: number, shape: readonly number[]): Layer | string {
  if (shape.length !== 1) return `needs a flat input [n], got [${shape.join(', ')}]: put {"type": "flatten"} before it`;
  return {
    outputShape: [units],
    parameterShapes: [[shape[0], units], [units]],
    fanIn: shape[0],
    fanOut: units,
    apply: ([weights, bias], x) => tf.add(tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D), bias),
  };
}

function convolution(spec: Extract<LayerSpec, { type: 'conv2d' }>, shape: readonly number[]): Layer | string {
  const { filters, kernel, stride, padding } = spec;
  if (shape.length !== 3) return `needs images [height, width, channels], got [${shape.join(', ')}]`;
  const [height, width, channels] = shape;
  const out = [height, width].map((side) => outputSide(side, kernel, stride, padding));
  if (out.some((side) => side < 1)) return `has a kernel of ${kernel}, larger than its input [${shape.join(', ')}]`;
  return {
    outputShape: [out[0], out[1], filters],
    parameterShapes: [[kernel, kernel, channels, filters], [filters]],
    fanIn: kernel * kernel * channels,
    fanOut: kernel * kernel * filters,
    apply: ([weights, bias], x) => tf.add(tf.conv2d(x as tf.Tensor4D, weights as tf.Tensor4D, stride, padding), bias),
  };
}

function pooling(spec: Extract<LayerSpec, { type: 'max_pool' | 'mean_pool' }>, shape: readonly number[]): Layer | string {
  const stride = spec.stride ?? spec.size;
  if (shape.length !== 3) return `needs images [height, width, channels], got [${shape.join(', ')}]`;
  const out = [shape[0], shape[1]].map((side) => outputSide(side, spec.size, stride, 'valid'));
  if (out.some((side) => side < 1)) return `has a window of ${spec.size}, larger than its input [${shape.join(', ')}]`;
  const pool = spec.type === 'max_pool' ? tf.maxPool : tf.avgPool;
  return plain([out[0], out[1], shape[2]], (x) => pool(x as tf.Tensor4D, spec.size, stride, 'valid'));
}

function plain(outputShape: readonly number[], map: (x: tf.Tensor) => tf.Tensor): Layer {
  return { outputShape, parameterShapes: [], fanIn: 0, fanOut: 0, apply: (_, x) => map(x) };
}

function outputSide(side: number, kernel: number, stride: number, padding: 'same' | 'valid'): number {
  return Math.ceil((padding === 'same' ? side : side - kernel + 1) / stride);
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
