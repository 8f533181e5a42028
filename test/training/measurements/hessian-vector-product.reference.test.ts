import { describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import type { ModelSpec } from '../../../src/artifacts/experiment/experiment.js';
import { randomStream, resumeStream } from '../../../src/math/random.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { batchLoss } from '../../../src/training/measurements/batch-loss.js';
import { hessianVectorProduct } from '../../../src/measurements/estimators/hessian-vector-product.js';
import { perturbInputs } from '../../../src/training/minibatch.js';
import { concatenated, separated } from '../../../src/training/weights.js';
import { crossEntropy } from '../../../src/losses/cross-entropy.js';
import type { PlannedLayer } from '../../../src/workloads/models/index.js';
import { CLASSES, pgd, problem } from './problem.js';

const last = [{ type: 'flatten' } as const, { type: 'dense', units: CLASSES } as const];
const convolution = { type: 'conv2d', filters: 3, kernel: 2, stride: 1, padding: 'valid' } as const;

/**
 * Smooth models take the default step. Where relus or maxima switch within it, the difference holds their jumps, which
 * automatic differentiation leaves out, so the step is short.
 */
const MODELS: [string, ModelSpec, number[], number | undefined][] = [
  ['softmax', { layers: last }, [6], undefined],
  [
    'two layers',
    {
      layers: [
        { type: 'dense', units: 5 },
        { type: 'dense', units: CLASSES },
      ],
    },
    [6],
    undefined,
  ],
  ['convolution, mean pool', { layers: [convolution, { type: 'mean_pool', size: 2 }, ...last] }, [5, 5, 2], undefined],
  ['relu', { layers: [{ type: 'dense', units: 9 }, { type: 'relu' }, ...last] }, [6], 1e-4],
  ['convolution, relu', { layers: [convolution, { type: 'relu' }, ...last] }, [4, 4, 2], 1e-4],
];

/** A layer by operations that TensorFlow.js differentiates twice: its own gradients of filters and of pools have none. */
function applied({ spec, inputShape }: PlannedLayer, [w, b]: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor {
  if (spec.type === 'dense') return tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b);
  if (spec.type === 'relu') return tf.relu(x);
  if (spec.type === 'flatten') return tf.reshape(x, [x.shape[0], -1]);
  if (spec.type === 'mean_pool') {
    const [height, width, depth] = inputShape;
    return tf.mean(tf.reshape(x, [-1, height / spec.size, spec.size, width / spec.size, spec.size, depth]), [2, 4]);
  }
  if (spec.type !== 'conv2d') throw new Error(spec.type);
  const [side, channels] = [inputShape[0] - spec.kernel + 1, inputShape[2]];
  const shifts = Array.from({ length: spec.kernel ** 2 }, (_, i) => [Math.floor(i / spec.kernel), i % spec.kernel]);
  const terms = shifts.map(([i, j]) => {
    const patch = tf.reshape(tf.slice(x, [0, i, j, 0], [x.shape[0], side, side, channels]), [-1, channels]);
    const filter = tf.reshape(tf.slice(w, [i, j, 0, 0], [1, 1, channels, spec.filters]), [channels, spec.filters]);
    return tf.matMul(patch as tf.Tensor2D, filter as tf.Tensor2D);
  });
  return tf.reshape(tf.add(tf.addN(terms), b), [x.shape[0], side, side, spec.filters]);
}

/** ln sum exp z by softplus: the second derivative that TensorFlow.js takes of exp is wrong, that of softplus is right. */
function logSumExp(z: tf.Tensor): tf.Tensor {
  return tf.squeeze(
    tf.split(z, CLASSES, 1).reduce((sum, column) => tf.add(sum, tf.softplus(tf.sub(column, sum)))),
    [1],
  );
}

/** H v by differentiating <grad L, v>. */
function exactProduct(
  {
    weights,
    inputs,
    labels,
    inputShape,
  }: { weights: Float32Array; inputs: Float32Array; labels: Int32Array; inputShape: number[] },
  layers: readonly PlannedLayer[],
  v: ArrayLike<number>,
): Float32Array {
  const shapes = layers.flatMap(({ parameterShapes }) => parameterShapes);
  const tensors = (values: Float32Array): tf.Tensor[] =>
    separated(values, shapes).map((part, i) => tf.tensor(part.slice(), [...shapes[i]]));
  return tf.tidy(() => {
    const x = tf.tensor(inputs, [labels.length, ...inputShape]);
    const y = tf.oneHot(tf.tensor1d([...labels], 'int32'), CLASSES).toFloat();
    const loss = (...w: tf.Tensor[]): tf.Scalar => {
      let next = 0;
      const z = layers.reduce((value, layer) => {
        const own = w.slice(next, (next += layer.parameterShapes.length));
        return applied(layer, own, value);
      }, x);
      return tf.mean(tf.sub(logSumExp(z), tf.sum(tf.mul(y, z), 1)));
    };
    const along = tensors(Float32Array.from(v));
    const slope = (...w: tf.Tensor[]): tf.Scalar =>
      tf.addN(
        tf
          .grads(loss)(w)
          .map((gradient, i) => tf.sum(tf.mul(gradient, along[i]))),
      ) as tf.Scalar;
    return concatenated(
      tf
        .grads(slope)(tensors(weights))
        .map((tensor) => tensor.dataSync<'float32'>()),
    );
  });
}

describe.each(['tfjs', 'fused'] as const)('Hessian-vector products on %s against two differentiations', (engine) => {
  test.each(MODELS)('%s, perturbations frozen', async (_name, spec, inputShape, relativeStep) => {
    // What differentiates twice runs on the back end of tfjs.
    await openEngine('tfjs', 'dense');
    const { network, weights, examples, model } = await problem(spec, inputShape, { engine });
    const [attack, noise] = [pgd(), randomStream(2, 'noise')];
    const frozen = batchLoss(network, examples, { attack, noise }).frozenAt(weights);
    network.load(weights);
    const stream = resumeStream(noise.state());
    const parts = [0, 8, 16].map((first) => {
      const end = Math.min(first + 8, 20);
      const part = {
        inputs: examples.inputs.subarray(first * network.inputSize, end * network.inputSize),
        labels: examples.labels.subarray(first, end),
      };
      return perturbInputs(network, part, { loss: crossEntropy, attack, stream }).slice();
    });
    const point = { weights, inputs: concatenated(parts), labels: examples.labels, inputShape };
    const random = randomStream(3, 'vector');
    const vectors = [frozen.gradient(weights), weights.map(() => random.normal())];
    for (const v of vectors) {
      const exact = exactProduct(point, model.layers, v);
      const product = hessianVectorProduct(frozen, weights, v, relativeStep);
      const error = Math.hypot(...product.map((value, i) => value - exact[i])) / Math.hypot(...exact);
      // The issue asks for 1e-2; float32 gradients and the step's third derivative leave less than half of it.
      expect(error).toBeLessThan(5e-3);
      expect(Math.hypot(...exact)).toBeGreaterThan(1e-2);
    }
    network.dispose();
  });
});

describe('the step', () => {
  /** L = (1/4) sum theta^4, H v = 3 theta^2 v, in float64. */
  const quartic = {
    loss: (theta: Float32Array) => theta.reduce((sum, t) => sum + t ** 4 / 4, 0),
    gradient: (theta: Float32Array) => Float64Array.from(theta, (t) => t ** 3),
  };

  test('central differences are of second order in it', () => {
    const theta = Float32Array.of(3, -4);
    const errors = [0.08, 0.04, 0.02].map((share) => {
      // (t + e v)^3 - (t - e v)^3 = 6 t^2 e v + 2 e^3 v^3, so the error is e^2 v^3 with e = share |theta| / |v|.
      const [product] = hessianVectorProduct(quartic, theta, [1, 0], share);
      return product - 27;
    });
    errors.slice(1).forEach((error, i) => expect(Math.log2(errors[i] / error)).toBeCloseTo(2, 1));
    expect(errors[0]).toBeCloseTo((0.08 * 5) ** 2, 3);
  });

  test('is a share of |theta| whatever the length of v, and H 0 = 0', () => {
    const theta = Float32Array.of(3, -4);
    const [a] = hessianVectorProduct(quartic, theta, [1, 0]);
    const [b] = hessianVectorProduct(quartic, theta, [1000, 0]);
    expect(b).toBeCloseTo(1000 * a, 6);
    expect([...hessianVectorProduct(quartic, theta, [0, 0])]).toEqual([0, 0]);
  });
});
