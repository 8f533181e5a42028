import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../../src/math/random.js';
import { FUSED_KERNEL, createFusedNetwork } from '../../../src/training/engines/fused/index.js';
import { tensorEngine } from '../../../src/training/engines/tfjs/index.js';
import { openCpu } from '../../../src/training/engines/tfjs/backends.js';
import type { Engine } from '../../../src/training/engines/index.js';
import { createModel, size } from '../../../src/workloads/models/index.js';
import { referenceLogits } from '../../helpers/reference-network.js';
import { within } from '../../helpers/within.js';
import { CASES, quadraticLoss } from './fused-models.js';

/** No multiple of the four rows of a tile. */
const EXAMPLES = 7;
/** Rounding of float32 in sums of up to some hundred numbers, relative to the largest of the array. */
const ROUNDING = { rel: 2e-6, because: 'float32 sums of some hundred numbers, in another order' } as const;

const KERNELS = FUSED_KERNEL === 'simd' ? (['simd'] as const) : (['simd', 'relaxed-simd'] as const);

let cpu: Engine;

beforeAll(async () => {
  tf.enableProdMode();
  cpu = tensorEngine(await openCpu());
});

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function expectClose(found: Float32Array, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  const differences = Float64Array.from(found, (value, i) => value - expected[i]);
  within(largest(differences) / largest(expected), 0, { abs: ROUNDING.rel, because: ROUNDING.because });
}

describe.each(KERNELS)('%s', (kernel) => {
  describe.each(CASES)('$name', ({ name, spec, inputShape, classes }) => {
    const model = createModel(spec, inputShape, classes);
    const stream = randomStream(1, `fused/${name}`);
    const parameters = model.parameterShapes.reduce((sum, shape) => sum + size(shape), 0);
    const weights = stream.fillUniform(new Float32Array(parameters), -0.6, 0.6);
    const inputs = stream.fillUniform(new Float32Array(EXAMPLES * size(inputShape)), -0.3, 1);
    const network = createFusedNetwork(model, EXAMPLES, kernel);
    network.load(weights);

    /** Logits of all examples in float64. */
    const exact = (theta: Float64Array, x: Float64Array): Float64Array[] =>
      Array.from({ length: EXAMPLES }, (_, i) => {
        const own = x.slice(i * network.inputSize, (i + 1) * network.inputSize);
        return referenceLogits(model.layers, theta, own, spec.normalization);
      });

    test('logits are those of the definition', () => {
      const expected = exact(Float64Array.from(weights), Float64Array.from(inputs));
      expectClose(
        network.logits(inputs),
        expected.flatMap((z) => [...z]),
      );
    });

    // Differences to both sides in float64: of 1e-6 they are good to 1e-9 where nothing switches.
    test.each(['inputs', 'weights'] as const)('slopes in the %s are those of differences', (argument) => {
      const gradient = Float64Array.from(network.gradients(inputs, quadraticLoss)[argument]);
      const lossAt = (v: Float64Array, h: number): number => {
        const moved = { inputs: Float64Array.from(inputs), weights: Float64Array.from(weights) };
        moved[argument].forEach((value, i) => (moved[argument][i] = value + h * v[i]));
        return exact(moved.weights, moved.inputs)
          .flatMap((z) => [...z])
          .reduce((sum, z) => sum + z * (z / 2 + 0.3), 0);
      };
      for (let draw = 0; draw < 4; draw += 1) {
        const v = Float64Array.from(gradient, () => stream.normal());
        const slope = gradient.reduce((sum, value, i) => sum + value * v[i], 0);
        const length = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
        const expected = (lossAt(v, 1e-6) - lossAt(v, -1e-6)) / 2e-6;
        within(slope, expected, { abs: 3e-6 * length, because: 'float32 gradients along a normal direction' });
      }
    });

    test('logits and gradients are those of TensorFlow.js', () => {
      const other = cpu.createNetwork(model, { inputShape, classes }, EXAMPLES);
      other.load(weights);
      const expected = other.gradients(inputs, quadraticLoss);
      expectClose(network.logits(inputs), other.logits(inputs));
      expectClose(network.inputGradient(inputs, quadraticLoss), expected.inputs);
      if (parameters > 0) expectClose(network.weightGradient(inputs, quadraticLoss), expected.weights);
      const both = network.gradients(inputs, quadraticLoss);
      expectClose(both.inputs, expected.inputs);
      if (parameters > 0) expectClose(both.weights, expected.weights);
      other.dispose();
    });
  });
});
