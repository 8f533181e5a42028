import { beforeAll, describe, expect, test } from '@jest/globals';
import type { LayerSpec, ModelSpec } from '../../../src/artifacts/experiment/experiment.js';
import type { HjbLrError } from '../../../src/errors.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { createModel } from '../../../src/workloads/index.js';

const flatten: LayerSpec = { type: 'flatten' };
const dense = (units: number): LayerSpec => ({ type: 'dense', units });
const convolution = (kernel: number, stride = 1, padding: 'same' | 'valid' = 'valid'): LayerSpec => ({
  type: 'conv2d',
  filters: 1,
  kernel,
  stride,
  padding,
});

/** Logits of one input under given weights. */
function logits(layers: LayerSpec[], shape: number[], weights: number[][], input: number[], classes: number): number[] {
  return logitsOf({ layers }, shape, weights, input, classes);
}

function logitsOf(
  spec: ModelSpec,
  inputShape: number[],
  weights: number[][],
  input: number[],
  classes: number,
): number[] {
  const network = engine.createNetwork(createModel(spec, inputShape, classes), { inputShape, classes }, 1);
  network.load(Float32Array.from(weights.flat()));
  const values = [...network.logits(Float32Array.from(input))];
  network.dispose();
  return values;
}

function errorOf(layers: LayerSpec[], shape: number[], classes: number): HjbLrError {
  try {
    createModel({ layers }, shape, classes);
  } catch (error) {
    return error as HjbLrError;
  }
  throw new Error('no error');
}

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine('tfjs', 'convolutional');
});

describe('layers, by hand', () => {
  test('dense: (1, 2) [[1, 2], [3, 4]] + (10, 20) = (17, 30)', () => {
    expect(
      logits(
        [dense(2)],
        [2],
        [
          [1, 2, 3, 4],
          [10, 20],
        ],
        [1, 2],
        2,
      ),
    ).toEqual([17, 30]);
  });

  test('relu: max(0, (7, 10) + (-5, 0)) = (2, 10), and (0, 10) with -20', () => {
    const layers = [dense(2), { type: 'relu' } as const];
    expect(
      logits(
        layers,
        [2],
        [
          [1, 2, 3, 4],
          [-5, 0],
        ],
        [1, 2],
        2,
      ),
    ).toEqual([2, 10]);
    expect(
      logits(
        layers,
        [2],
        [
          [1, 2, 3, 4],
          [-20, 0],
        ],
        [1, 2],
        2,
      ),
    ).toEqual([0, 10]);
  });

  // Rows of the image: 1 2 3 / 4 5 6 / 7 8 9; filter 1 0 / 0 -1 and bias 1: top left minus bottom right = -4, plus 1.
  test('conv2d valid: every 2x2 window gives -3', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(logits([convolution(2), flatten], [3, 3, 1], [[1, 0, 0, -1], [1]], image, 4)).toEqual([-3, -3, -3, -3]);
  });

  // "same" pads a row and a column of zeros at the end of an odd excess: the last windows see 3 - 0, 6 - 0, 7, 8, 9.
  test('conv2d same: padding adds zeros', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const got = logits([convolution(2, 1, 'same'), flatten], [3, 3, 1], [[1, 0, 0, -1], [0]], image, 9);
    expect(got).toEqual([-4, -4, 3, -4, -4, 6, 7, 8, 9]);
  });

  test('conv2d with stride 2 sees the four corners of a 3x3 image', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(logits([convolution(1, 2), flatten], [3, 3, 1], [[2], [0]], image, 4)).toEqual([2, 6, 14, 18]);
  });

  test('pooling: largest and mean of each 2x2 window', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(logits([{ type: 'max_pool', size: 2 }, flatten], [2, 4, 1], [], image, 2)).toEqual([6, 8]);
    expect(logits([{ type: 'mean_pool', size: 2 }, flatten], [2, 4, 1], [], image, 2)).toEqual([3.5, 5.5]);
  });

  test('pooling with stride 1 overlaps; a window that sticks out is left out', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(logits([{ type: 'max_pool', size: 2, stride: 1 }, flatten], [3, 3, 1], [], image, 4)).toEqual([5, 6, 8, 9]);
    const rest = logits(
      [{ type: 'max_pool', size: 2 }, flatten, dense(2)],
      [3, 3, 1],
      [
        [1, 2],
        [0, 0],
      ],
      image,
      2,
    );
    expect(rest).toEqual([5, 10]);
  });

  test('normalization: ((1, 3) - 1) / 2 = (0, 1)', () => {
    const spec = { normalization: { mean: 1, standard_deviation: 2 }, layers: [dense(2)] };
    expect(logitsOf(spec, [2], [[1, 2, 3, 4], [0, 0]], [1, 3], 2)).toEqual([3, 4]); // prettier-ignore
  });
});

describe('initial weights', () => {
  const layers: LayerSpec[] = [
    { type: 'conv2d', filters: 32, kernel: 5, stride: 1, padding: 'same' },
    { type: 'max_pool', size: 2 },
    { type: 'relu' },
    flatten,
    dense(10),
  ];
  const model = createModel({ layers }, [8, 8, 4], 10);
  const variance = (values: Float32Array): number => values.reduce((sum, x) => sum + x * x, 0) / values.length;

  test('parameters in the order of the layers, weights before bias', () => {
    expect(model.parameterShapes).toEqual([[5, 5, 4, 32], [32], [512, 10], [10]]);
  });

  test('He normal before a relu, Glorot normal for the rest, biases 0', () => {
    const [filter, filterBias, weights, bias] = model.initialise(randomStream(1, 'init'));
    // Sample variances of n normals have relative standard error sqrt(2 / n): 2.5 % and 2 %; four of them.
    expect(Math.abs(variance(filter) / (2 / 100) - 1)).toBeLessThan(0.1);
    expect(Math.abs(variance(weights) / (2 / 522) - 1)).toBeLessThan(0.08);
    expect([...filterBias, ...bias].every((value) => value === 0)).toBe(true);
  });

  test('the same stream gives the same weights', () => {
    expect(model.initialise(randomStream(1, 'init'))).toEqual(model.initialise(randomStream(1, 'init')));
    expect(model.initialise(randomStream(1, 'init'))).not.toEqual(model.initialise(randomStream(2, 'init')));
  });
});

describe('shapes that do not fit', () => {
  test('dense on an image names the layer, both shapes and the remedy', () => {
    const error = errorOf([dense(10)], [14, 14, 1], 10);
    expect(error.code).toBe('E_SHAPE');
    expect(error.message).toMatch(/^Layer 0 \(dense\) got inputs of shape \[14, 14, 1\] and needs \[values\]/);
    expect(error.message).toContain('put { "type": "flatten" } before it');
    expect(error.issues[0].path).toBe('workload.model.layers.0');
  });

  test.each<[string, LayerSpec[], number[], RegExp]>([
    ['conv2d on a row', [convolution(3)], [64], /Layer 0 \(conv2d\) got inputs of shape \[64\] and needs images/],
    ['a kernel too large', [convolution(5)], [4, 4, 1], /needs at least \[5, 5, channels\] for its kernel of 5/],
    ['a window too large', [{ type: 'mean_pool', size: 3 }], [2, 8, 1], /Layer 0 \(mean_pool\).*window of 3/],
    ['pooling after flatten', [flatten, { type: 'max_pool', size: 2 }], [4, 4, 1], /Layer 1 \(max_pool\).*\[16\]/],
    ['too few logits', [dense(9)], [4], /Layer 0 \(dense\) gives \[9\] and must give \[10\]/],
    [
      'an image in place of logits',
      [convolution(1)],
      [4, 4, 1],
      /Layer 0 \(conv2d\) gives \[4, 4, 1\] and must give \[10\]/,
    ],
  ])('%s', (_name, layers, shape, message) => {
    const error = errorOf(layers, shape, 10);
    expect(error.code).toBe('E_SHAPE');
    expect(error.message).toMatch(message);
  });
});
