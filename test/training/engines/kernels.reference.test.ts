import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../../src/math/random.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { largestDifference, uniforms, valuesOf } from '../../helpers/tensors.js';

/** The cpu back end is TensorFlow.js's own plain JavaScript: it shares no kernel with wasm. */
async function onCpu(compute: () => tf.Tensor): Promise<number[]> {
  await tf.setBackend('cpu');
  const values = valuesOf(compute);
  await tf.setBackend('wasm');
  return values;
}

/** Buffers of the wasm back end, those that the engine does not track included. */
function buffers(): number {
  return (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
}

beforeAll(async () => {
  await openEngine('tfjs', 'module');
});

describe('matrix product', () => {
  const product = (a: number[], b: number[], transposeA: boolean, transposeB: boolean) => (): tf.Tensor => {
    const stream = randomStream(1, 'factors');
    return tf.matMul(uniforms(stream, a, -1, 1), uniforms(stream, b, -1, 1), transposeA, transposeB);
  };

  test.each([
    [[5, 7], [7, 3], false, false],
    [[7, 5], [7, 3], true, false],
    [[5, 7], [3, 7], false, true],
    [[7, 5], [3, 7], true, true],
    [[2, 7, 5], [2, 7, 3], true, false],
    [[2, 5, 7], [2, 3, 7], false, true],
    [[1, 9], [4, 9], false, true],
  ])('%j by %j, transposed %j and %j', async (a, b, transposeA, transposeB) => {
    const compute = product(a, b, transposeA, transposeB);
    // Sums of at most 9 products of float32 numbers below 1.
    expect(largestDifference(valuesOf(compute), await onCpu(compute))).toBeLessThan(2e-6);
  });

  test('the transpose that is kept goes with its factor, and belongs to that shape', () => {
    const before = buffers();
    const stream = randomStream(2, 'factors');
    tf.tidy(() => {
      const x = uniforms(stream, [2, 6], -1, 1);
      const w = uniforms(stream, [3, 6], -1, 1);
      const first = tf.matMul(x, w, false, true).dataSync();
      expect(tf.matMul(x, w, false, true).dataSync()).toEqual(first);
      const reshaped = tf.reshape(w, [9, 2]);
      const left = tf.slice(x, [0, 0], [2, 2]);
      const direct = tf.matMul(left, tf.transpose(reshaped)).dataSync();
      expect(tf.matMul(left, reshaped, false, true).dataSync()).toEqual(direct);
    });
    expect(buffers()).toBe(before);
  });
});

describe('gradients of a convolution', () => {
  type Padding = 'same' | 'valid' | number;

  /** Gradient of sum(upstream * (images convolved with the filter)) in one of the two. */
  const gradient = (of: 'filter' | 'images', x: number[], filter: number[], stride: number, padding: Padding) => () => {
    const stream = randomStream(3, 'convolution');
    const images = uniforms(stream, x, -1, 1) as tf.Tensor4D;
    const weights = uniforms(stream, filter, -1, 1) as tf.Tensor4D;
    const rounding = typeof padding === 'number' ? 'floor' : undefined;
    const convolution = (image: tf.Tensor, w: tf.Tensor): tf.Tensor4D =>
      tf.conv2d(image as tf.Tensor4D, w as tf.Tensor4D, stride, padding, 'NHWC', 1, rounding);
    const upstream = uniforms(stream, convolution(images, weights).shape, -1, 1);
    if (of === 'images') return tf.grad((image) => tf.sum(tf.mul(upstream, convolution(image, weights))))(images);
    return tf.grad((w) => tf.sum(tf.mul(upstream, convolution(images, w))))(weights);
  };

  test.each<[number[], number[], number, Padding]>([
    [[2, 6, 6, 1], [3, 3, 1, 4], 1, 'same'],
    [[2, 6, 6, 1], [3, 3, 1, 4], 1, 'valid'],
    [[3, 8, 7, 2], [3, 2, 2, 5], 2, 'same'],
    [[3, 9, 8, 3], [5, 5, 3, 2], 2, 'valid'],
    [[1, 7, 7, 4], [1, 1, 4, 3], 1, 'valid'],
    [[2, 7, 5, 2], [4, 4, 2, 3], 3, 'same'],
    [[2, 5, 5, 2], [3, 3, 2, 2], 2, 1],
  ])('images %j, filter %j, stride %d, padding %j', async (x, filter, stride, padding) => {
    for (const of of ['filter', 'images'] as const) {
      const compute = gradient(of, x, filter, stride, padding);
      expect(largestDifference(valuesOf(compute), await onCpu(compute))).toBeLessThan(1e-5);
    }
  });

  test.each(['filter', 'images'] as const)('patches too many for one matrix are laid out in parts: %s', async (of) => {
    const compute = gradient(of, [40, 92, 92, 1], [5, 5, 1, 1], 1, 'same');
    const wasm = valuesOf(compute);
    const cpu = await onCpu(compute);
    const largest = cpu.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Sums of 340,000 products in another order: float32 roundings of 6e-8 add up as the root of their number.
    expect(largestDifference(wasm, cpu) / largest).toBeLessThan(5e-5);
  });

  test('leaves tensors outside the tidy alone, and frees what it makes', () => {
    const stream = randomStream(4, 'convolution');
    const images = uniforms(stream, [2, 6, 6, 1], -1, 1) as tf.Tensor4D;
    const weights = uniforms(stream, [3, 3, 1, 4], -1, 1) as tf.Tensor4D;
    const loss = (image: tf.Tensor, w: tf.Tensor): tf.Scalar =>
      tf.sum(tf.square(tf.conv2d(image as tf.Tensor4D, w as tf.Tensor4D, 1, 'same')));
    const before = { values: [...images.dataSync()], buffers: buffers(), tensors: tf.memory().numTensors };
    tf.tidy(() => void tf.grads(loss)([images, weights]));
    expect({ values: [...images.dataSync()], buffers: buffers(), tensors: tf.memory().numTensors }).toEqual(before);
    tf.dispose([images, weights]);
  });
});

describe('pooling and its gradient', () => {
  const pooled = (pool: typeof tf.maxPool, x: number[], size: number, stride: number, padding: 'same' | 'valid') => {
    const images = (): tf.Tensor4D => uniforms(randomStream(5, 'pooling'), x, -2, 0.5) as tf.Tensor4D;
    const upstream = (shape: number[]): tf.Tensor => uniforms(randomStream(6, 'pooling'), shape, -1, 1);
    const apply = (image: tf.Tensor): tf.Tensor => pool(image as tf.Tensor4D, size, stride, padding);
    return {
      forward: () => apply(images()),
      backward: () => tf.grad((image) => tf.sum(tf.mul(upstream(apply(image).shape), apply(image))))(images()),
    };
  };

  test.each<['maxPool' | 'avgPool', number[], number, number, 'same' | 'valid']>([
    ['maxPool', [2, 4, 4, 3], 2, 2, 'valid'],
    ['maxPool', [2, 7, 6, 2], 3, 2, 'valid'],
    ['maxPool', [2, 7, 5, 2], 3, 1, 'same'],
    ['maxPool', [1, 5, 5, 1], 1, 1, 'valid'],
    ['avgPool', [2, 4, 4, 3], 2, 2, 'valid'],
    ['avgPool', [2, 7, 6, 2], 3, 2, 'valid'],
    ['avgPool', [2, 7, 5, 2], 3, 1, 'same'],
    ['avgPool', [1, 5, 5, 1], 1, 1, 'valid'],
  ])('%s of %j, window %d, stride %d, padding %s', async (name, x, size, stride, padding) => {
    const { forward, backward } = pooled(tf[name], x, size, stride, padding);
    expect(largestDifference(valuesOf(forward), await onCpu(forward))).toBeLessThan(1e-6);
    expect(largestDifference(valuesOf(backward), await onCpu(backward))).toBeLessThan(1e-6);
  });
});
