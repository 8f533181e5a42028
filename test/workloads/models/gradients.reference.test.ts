import { beforeAll, describe, expect, test } from '@jest/globals';
import type { LayerSpec, ModelSpec } from '../../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { inPass } from '../../../src/networks/network.js';
import { dot } from '../../../src/math/vectors.js';
import { gradientOf, LOSSES, lossesOf } from '../../../src/losses/index.js';
import { createModel, size } from '../../../src/workloads/models/index.js';
import { within } from '../../helpers/within.js';

const CLASSES = 3;
const LABELS = Int32Array.of(0, 1, 2, 0, 1, 2);
const STEP = 5e-4;

const last: LayerSpec[] = [{ type: 'flatten' }, { type: 'dense', units: CLASSES }];
const convolution = { type: 'conv2d', filters: 4, kernel: 3, stride: 1, padding: 'same' } as const;

const MODELS: [string, ModelSpec, number[]][] = [
  ['dense', { layers: [{ type: 'dense', units: CLASSES }] }, [7]],
  ['relu', { layers: [{ type: 'dense', units: 9 }, { type: 'relu' }, { type: 'dense', units: CLASSES }] }, [7]],
  ['tanh', { layers: [{ type: 'dense', units: 9 }, { type: 'tanh' }, { type: 'dense', units: CLASSES }] }, [7]],
  [
    'dropout',
    {
      layers: [
        { type: 'dropout', rate: 0.5 },
        { type: 'dense', units: CLASSES },
      ],
    },
    [7],
  ],
  ['conv2d, same', { layers: [convolution, ...last] }, [6, 6, 2]],
  ['conv2d, valid, stride 2', { layers: [{ ...convolution, stride: 2, padding: 'valid' }, ...last] }, [7, 6, 2]],
  ['two convolutions', { layers: [convolution, { ...convolution, stride: 2 }, ...last] }, [6, 6, 1]],
  ['max_pool', { layers: [convolution, { type: 'max_pool', size: 2 }, ...last] }, [6, 6, 1]],
  ['mean_pool', { layers: [convolution, { type: 'mean_pool', size: 3, stride: 1 }, ...last] }, [6, 6, 1]],
  ['normalization', { normalization: { mean: 0.3, standard_deviation: 0.4 }, layers: last }, [3, 2, 1]],
];

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine('tfjs', 'convolutional');
});

describe.each(MODELS)('%s', (name, spec, inputShape) => {
  const model = createModel(spec, inputShape, CLASSES);
  const stream = randomStream(1, `gradients/${name}`);
  const uniforms = (length: number, low: number, high: number): Float32Array =>
    stream.fillUniform(new Float32Array(length), low, high);
  const parameters = model.parameterShapes.reduce((sum, shape) => sum + size(shape), 0);
  const inputs = LABELS.length * size(inputShape);

  /** Slope of the mean loss along a random direction v in one argument: by the gradient, and to either side by differences. */
  function slopes(argument: 'weights' | 'inputs', gradient: 'one' | 'both') {
    const network = engine.createNetwork(model, { inputShape, classes: CLASSES }, LABELS.length);
    const point = { weights: uniforms(parameters, -0.7, 0.7), inputs: uniforms(inputs, 0, 0.7) };
    const v = uniforms(point[argument].length, -1, 1);
    const lossAt = (h: number): number => {
      const moved = { ...point, [argument]: point[argument].map((value, i) => value + h * v[i]) };
      network.load(moved.weights);
      const losses = lossesOf(LOSSES.cross_entropy, network.logits(moved.inputs), LABELS);
      return losses.reduce((sum, loss) => sum + loss / LABELS.length, 0);
    };
    const [behind, here, ahead] = [-STEP, 0, STEP].map(lossAt);
    network.load(point.weights);
    const loss = gradientOf(LOSSES.cross_entropy, LABELS, new Float64Array(LABELS.length), 1 / LABELS.length);
    const one = argument === 'weights' ? network.weightGradient : network.inputGradient;
    const slope = dot(
      gradient === 'one' ? one(point.inputs, loss) : network.gradients(point.inputs, loss)[argument],
      v,
    );
    network.dispose();
    return { slope, ahead: (ahead - here) / STEP, behind: (here - behind) / STEP };
  }

  test.each([
    ['weights', 'one'],
    ['inputs', 'one'],
    ['weights', 'both'],
    ['inputs', 'both'],
  ] as const)('%s, %s', (argument, gradient) => {
    const draws = Array.from({ length: 16 }, () => slopes(argument, gradient));
    // Where the slopes to either side differ, a relu or a maximum switches within the step.
    const smooth = draws.filter(({ ahead, behind }) => Math.abs(ahead - behind) < 4e-3);
    expect(smooth.length).toBeGreaterThan(3);
    for (const { slope, ahead, behind } of smooth) {
      within(slope, (ahead + behind) / 2, { rel: 3e-3, abs: 2e-3, because: 'a kink below 4e-3, float32 losses' });
      expect(slope).not.toBe(0);
    }
  });
});

test('dropout sets a quarter of the values to 0 in updates and scales the rest by 4/3, by its stream; elsewhere it does nothing', () => {
  const values = 400;
  const model = createModel({ layers: [{ type: 'dropout', rate: 0.25 }] }, [values], values);
  const network = engine.createNetwork(model, { inputShape: [values], classes: values }, 1);
  network.load(new Float32Array(0));
  const ones = new Float32Array(values).fill(1);
  const updated = (seed: number): number[] => {
    network.dropout!.drawFrom(randomStream(seed, 'masks'));
    return inPass(network, 'update', () => [...network.logits(ones)]);
  };
  const first = updated(1);
  const dropped = first.filter((value) => value === 0).length;
  expect(first.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6)).toBe(true);
  // Binomial: 100 with a deviation of 8.7; this seed is fixed.
  within(dropped, 100, { abs: 26, because: 'three deviations of a binomial number' });
  expect(updated(1)).toEqual(first);
  expect(updated(2)).not.toEqual(first);
  expect(inPass(network, 'train', () => [...network.logits(ones)])).toEqual([...ones]);
  expect([...network.logits(ones)]).toEqual([...ones]);
  network.dispose();
});
