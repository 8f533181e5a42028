import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import type { LayerSpec, ModelSpec } from '../../../src/artifacts/experiment.js';
import { randomStream } from '../../../src/math/random.js';
import { crossEntropies } from '../../../src/training/cross-entropy.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { createModel } from '../../../src/workloads/index.js';
import { uniforms } from '../../helpers/tensors.js';
import { within } from '../../helpers/within.js';

const EXAMPLES = 6;
const CLASSES = 3;
const STEP = 5e-4;

const last: LayerSpec[] = [{ type: 'flatten' }, { type: 'dense', units: CLASSES }];
const convolution = { type: 'conv2d', filters: 4, kernel: 3, stride: 1, padding: 'same' } as const;

const MODELS: [string, ModelSpec, number[]][] = [
  ['dense', { layers: [{ type: 'dense', units: CLASSES }] }, [7]],
  ['relu', { layers: [{ type: 'dense', units: 9 }, { type: 'relu' }, { type: 'dense', units: CLASSES }] }, [7]],
  ['conv2d, same', { layers: [convolution, ...last] }, [6, 6, 2]],
  ['conv2d, valid, stride 2', { layers: [{ ...convolution, stride: 2, padding: 'valid' }, ...last] }, [7, 6, 2]],
  ['two convolutions', { layers: [convolution, { ...convolution, stride: 2 }, ...last] }, [6, 6, 1]],
  ['max_pool', { layers: [convolution, { type: 'max_pool', size: 2 }, ...last] }, [6, 6, 1]],
  ['mean_pool', { layers: [convolution, { type: 'mean_pool', size: 3, stride: 1 }, ...last] }, [6, 6, 1]],
  ['normalization', { normalization: { mean: 0.3, standard_deviation: 0.4 }, layers: last }, [3, 2, 1]],
];

beforeAll(async () => {
  await openEngine('tfjs');
});

describe.each(MODELS)('%s', (name, spec, inputShape) => {
  const model = createModel(spec, inputShape, CLASSES);
  const stream = randomStream(1, `gradients/${name}`);

  /** Mean loss as a function of all parameters and, last, the inputs. */
  function lossOf(points: readonly tf.Tensor[]): tf.Scalar {
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), CLASSES).toFloat() as tf.Tensor2D;
    return tf.mean(crossEntropies(model.logits(points.slice(0, -1), points[points.length - 1]), labels));
  }

  /** Slope of the loss along a random direction v in one argument: by the gradient, and to either side by differences. */
  function slopes(argument: number): { gradient: number; ahead: number; behind: number } {
    const [gradient, ahead, behind] = tf.tidy(() => {
      const shapes = [...model.parameterShapes.map((shape) => [...shape]), [EXAMPLES, ...inputShape]];
      const points = shapes.map((shape, i) => uniforms(stream, shape, i === shapes.length - 1 ? 0 : -0.7, 0.7));
      const direction = uniforms(stream, points[argument].shape, -1, 1);
      const lossAt = (h: number): number => {
        const moved = points.map((p, i) => (i === argument ? tf.add(p, tf.mul(direction, h)) : p));
        return lossOf(moved).dataSync()[0];
      };
      const gradients = tf.grads((...p: tf.Tensor[]) => lossOf(p))(points);
      const product = tf.sum(tf.mul(gradients[argument], direction)).dataSync()[0];
      return [product, (lossAt(STEP) - lossAt(0)) / STEP, (lossAt(0) - lossAt(-STEP)) / STEP];
    });
    return { gradient, ahead, behind };
  }

  test.each([...model.parameterShapes.map((_, i) => i), model.parameterShapes.length])('argument %d', (argument) => {
    const draws = Array.from({ length: 12 }, () => slopes(argument));
    // Where the slopes to either side differ, a relu or a maximum switches within the step.
    const smooth = draws.filter(({ ahead, behind }) => Math.abs(ahead - behind) < 4e-3);
    expect(smooth.length).toBeGreaterThan(3);
    for (const { gradient, ahead, behind } of smooth) {
      within(gradient, (ahead + behind) / 2, { rel: 3e-3, abs: 2e-3, because: 'a kink below 4e-3, float32 losses' });
      expect(gradient).not.toBe(0);
    }
  });
});
