import type { PlannedLayer } from '../../src/workloads/models/index.js';

/** Logits of one input in float64, each layer by its definition. */
export function referenceLogits(
  layers: readonly PlannedLayer[],
  weights: Float64Array,
  input: Float64Array,
  normalization = { mean: 0, standard_deviation: 1 },
): Float64Array {
  let x: Float64Array = input.map((value) => (value - normalization.mean) / normalization.standard_deviation);
  let next = 0;
  for (const layer of layers) {
    const [kernel, bias] = layer.parameterShapes.map((shape) => {
      const first = next;
      next += product(shape);
      return weights.subarray(first, next);
    });
    x = applied(layer, x, kernel, bias);
  }
  return x;
}

function applied(layer: PlannedLayer, x: Float64Array, kernel: Float64Array, bias: Float64Array): Float64Array {
  const { spec, outputShape } = layer;
  switch (spec.type) {
    case 'relu':
      return x.map((value) => Math.max(0, value));
    case 'flatten':
      return x;
    case 'dense':
      return bias.map((b, u) => x.reduce((sum, value, i) => sum + value * kernel[i * bias.length + u], b));
    case 'conv2d':
      return convolved(layer, x, kernel, bias);
    default:
      return Float64Array.from({ length: product(outputShape) }, (_, place) => pooled(layer, x, place));
  }
}

function convolved(layer: PlannedLayer, x: Float64Array, kernel: Float64Array, bias: Float64Array): Float64Array {
  if (layer.spec.type !== 'conv2d') throw new Error('no convolution');
  const { kernel: size, stride, padding } = layer.spec;
  const [height, width, channels] = layer.inputShape;
  const [rows, columns, filters] = layer.outputShape;
  const before = (side: number, outputs: number): number =>
    padding === 'valid' ? 0 : Math.floor(Math.max(0, (outputs - 1) * stride + size - side) / 2);
  const [top, left] = [before(height, rows), before(width, columns)];
  const y = new Float64Array(rows * columns * filters);
  for (let place = 0; place < y.length; place += 1) {
    const f = place % filters;
    const j = Math.floor(place / filters) % columns;
    const i = Math.floor(place / filters / columns);
    let sum = bias[f];
    for (let tap = 0; tap < size * size * channels; tap += 1) {
      const c = tap % channels;
      const b = Math.floor(tap / channels) % size;
      const a = Math.floor(tap / channels / size);
      const [r, s] = [i * stride + a - top, j * stride + b - left];
      if (r < 0 || r >= height || s < 0 || s >= width) continue;
      sum += x[(r * width + s) * channels + c] * kernel[tap * filters + f];
    }
    y[place] = sum;
  }
  return y;
}

function pooled({ spec, inputShape, outputShape }: PlannedLayer, x: Float64Array, place: number): number {
  if (spec.type !== 'max_pool' && spec.type !== 'mean_pool') throw new Error('no pooling');
  const { size, stride = size } = spec;
  const [, width, channels] = inputShape;
  const c = place % channels;
  const j = Math.floor(place / channels) % outputShape[1];
  const i = Math.floor(place / channels / outputShape[1]);
  const values = Array.from({ length: size * size }, (_, tap) => {
    const [r, s] = [i * stride + Math.floor(tap / size), j * stride + (tap % size)];
    return x[(r * width + s) * channels + c];
  });
  if (spec.type === 'max_pool') return Math.max(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, side) => all * side, 1);
}
