import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { crossEntropies } from '../../src/training/cross-entropy.js';
import { openEngine } from '../../src/training/engines/index.js';
import { largestDifference, valuesOf } from '../helpers/tensors.js';

const LOGITS = [0, 0, 0, 1, -2, 0.5, 120, -3, 0, -90, 20, 3];
const LABELS = [1, 0, 0, 0, 0, 1, 0, 1, 0, 0.25, 0.5, 0.25];

const z = (): tf.Tensor2D => tf.tensor2d(LOGITS, [4, 3]);
const y = (): tf.Tensor2D => tf.tensor2d(LABELS, [4, 3]);
/** The same through TensorFlow.js's own logSoftmax and its chain of gradients. */
const chained = (logits: tf.Tensor): tf.Tensor1D =>
  tf.neg(tf.sum(tf.mul(y(), tf.logSoftmax(logits as tf.Tensor2D)), 1));
const upstream = (): tf.Tensor1D => tf.tensor1d([1, -2, 0.5, 3]);

beforeAll(async () => {
  await openEngine('tfjs');
});

// ln 3 by hand; 123 because the other two logits are 123 and 120 below the largest: exp(-120) is lost beside 1.
test('values: ln 3 for equal logits, z_max - z_y for a sure and wrong prediction', () => {
  const values = valuesOf(() => crossEntropies(z(), y()));
  expect(Math.abs(values[0] - Math.log(3))).toBeLessThan(1e-7);
  expect(values[2]).toBe(123);
});

test('values agree with logSoftmax', () => {
  const expected = valuesOf(() => chained(z()));
  // Losses up to 123 in float32: half a unit in the last place is 4e-6.
  expect(
    largestDifference(
      valuesOf(() => crossEntropies(z(), y())),
      expected,
    ),
  ).toBeLessThan(1e-5);
});

test('the gradient is softmax(z) - y times the upstream gradient', () => {
  const direct = valuesOf(() =>
    tf.grad((logits) => tf.sum(tf.mul(upstream(), crossEntropies(logits as tf.Tensor2D, y()))))(z()),
  );
  const expected = valuesOf(() => tf.grad((logits) => tf.sum(tf.mul(upstream(), chained(logits))))(z()));
  expect(largestDifference(direct, expected)).toBeLessThan(1e-6);
});

test('the second derivative exists: d/dt of p - y along v is (diag(p) - p p^T) v', () => {
  const logits = [0.3, -0.2, 0.9];
  const v = [1, 2, -1];
  const labels = (): tf.Tensor2D => tf.tensor2d([0, 1, 0], [1, 3]);
  const gradient = (x: tf.Tensor): tf.Tensor => tf.grad((u) => tf.sum(crossEntropies(u as tf.Tensor2D, labels())))(x);
  const product = valuesOf(() =>
    tf.grad((x) => tf.sum(tf.mul(gradient(x), tf.tensor2d(v, [1, 3]))))(tf.tensor2d(logits, [1, 3])),
  );
  const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
  const p = logits.map((x) => Math.exp(x) / total);
  const mean = p.reduce((sum, pi, i) => sum + pi * v[i], 0);
  expect(
    largestDifference(
      product,
      p.map((pi, i) => pi * (v[i] - mean)),
    ),
  ).toBeLessThan(1e-6);
});

test('a logit that is not a number gives a loss that is none', () => {
  expect(valuesOf(() => crossEntropies(tf.tensor2d([NaN, 0], [1, 2]), tf.tensor2d([0, 1], [1, 2])))).toEqual([NaN]);
  expect(valuesOf(() => crossEntropies(tf.tensor2d([Infinity, 0], [1, 2]), tf.tensor2d([0, 1], [1, 2])))).toEqual([
    NaN,
  ]);
});
