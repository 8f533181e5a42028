import { describe, expect, test } from '@jest/globals';
import type { LayerSpec } from '../../../src/artifacts/experiment/experiment.js';
import { attackSchema } from '../../../src/artifacts/experiment/attacks.js';
import type { HjbLrError } from '../../../src/errors.js';
import { randomStream } from '../../../src/math/random.js';
import { createFusedNetwork, FUSED_KERNEL, openFusedEngine } from '../../../src/training/engines/fused/index.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { TOOL_VERSION } from '../../../src/version.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { linfBall } from '../../../src/attacks/balls.js';
import { projectedAscent } from '../../../src/attacks/projected-ascent.js';
import { crossEntropy } from '../../../src/losses/cross-entropy.js';
import { createModel } from '../../../src/workloads/models/index.js';
import type { LogitGradient, Network } from '../../../src/networks/network.js';
import { within } from '../../helpers/within.js';
import { CASES, quadraticLoss } from './fused-models.js';

const flatten: LayerSpec = { type: 'flatten' };

/** The gradient of the logits themselves, summed. */
const ones: LogitGradient = (_, gradient) => void gradient.fill(1);

function network(layers: LayerSpec[], inputShape: number[], classes: number, capacity = 1): Network {
  return createFusedNetwork(createModel({ layers }, inputShape, classes), capacity);
}

function errorOf(attempt: () => unknown): HjbLrError {
  try {
    attempt();
  } catch (error) {
    return error as HjbLrError;
  }
  throw new Error('no error');
}

describe('by hand', () => {
  test('the example of createFusedNetwork: 0.5 (1, -1) = (0.5, -0.5)', () => {
    const one = network([{ type: 'dense', units: 2 }], [1], 2);
    one.load(Float32Array.of(1, -1, 0, 0));
    expect([...one.logits(Float32Array.of(0.5))]).toEqual([0.5, -0.5]);
  });

  // Windows 3 3 / 1 3 and 0 0 / 0 0: the gradient goes to the first 3, and to the first 0.
  test('of equal numbers in a window the first one gets the gradient', () => {
    const pool = network([{ type: 'max_pool', size: 2 }, flatten], [2, 4, 1], 2);
    const image = Float32Array.of(3, 3, 0, 0, 1, 3, 0, 0);
    expect([...pool.inputGradient(image, ones)]).toEqual([1, 0, 1, 0, 0, 0, 0, 0]);
  });

  // Five channels are four at once and one alone.
  test.each([2, 3])('of equal images of side %d the first pixel gets the gradient, in every channel', (side) => {
    const pool = network([{ type: 'max_pool', size: side }, flatten], [side, side, 5], 5);
    const gradient = [...pool.inputGradient(new Float32Array(side * side * 5).fill(0.5), ones)];
    expect(gradient).toEqual(gradient.map((_, i) => (i < 5 ? 1 : 0)));
  });

  // Three windows of 2 by 2 with stride 1 see 1 5 2 9: 5 is the largest of two of them.
  test('gradients of overlapping windows add up', () => {
    const pool = network([{ type: 'max_pool', size: 2, stride: 1 }, flatten], [2, 4, 1], 3);
    const image = Float32Array.of(1, 5, 2, 9, 0, 0, 0, 0);
    expect([...pool.inputGradient(image, ones)]).toEqual([0, 2, 0, 1, 0, 0, 0, 0]);
  });

  test('relu has slope 0 at 0, and passes NaN on', () => {
    const relu = network([{ type: 'dense', units: 1 }, { type: 'relu' }], [1], 1);
    relu.load(Float32Array.of(2, -1));
    expect([...relu.inputGradient(Float32Array.of(0.5), ones)]).toEqual([0]);
    expect([...relu.inputGradient(Float32Array.of(0.75), ones)]).toEqual([2]);
    expect([...relu.logits(Float32Array.of(NaN))]).toEqual([NaN]);
  });

  test('no example gives no logit, and no gradient', () => {
    const one = network([{ type: 'dense', units: 2 }], [3], 2);
    one.load(new Float32Array(8).fill(1));
    expect(one.logits(new Float32Array(0))).toHaveLength(0);
    expect([...one.weightGradient(new Float32Array(0), ones)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe.each(CASES)('$name', ({ name, spec, inputShape, classes }) => {
  const EXAMPLES = 150;
  const model = createModel(spec, inputShape, classes);
  const many = createFusedNetwork(model, EXAMPLES);
  const stream = randomStream(2, `fused/${name}`);
  const uniforms = (length: number): Float32Array => stream.fillUniform(new Float32Array(length), 0, 1);
  const weights = uniforms(many.parameters).map((value) => value - 0.5);
  const inputs = uniforms(EXAMPLES * many.inputSize);
  many.load(weights);

  test('an example gives the same bits alone and in a batch of many blocks', () => {
    const one = createFusedNetwork(model, 1);
    one.load(weights);
    const logits = many.logits(inputs).slice();
    const gradient = many.inputGradient(inputs, quadraticLoss).slice();
    for (const i of [0, 3, 4, 77, 148, 149]) {
      const own = inputs.slice(i * many.inputSize, (i + 1) * many.inputSize);
      expect(logits.subarray(i * classes, (i + 1) * classes)).toEqual(one.logits(own));
      const part = gradient.subarray(i * many.inputSize, (i + 1) * many.inputSize);
      expect(part).toEqual(one.inputGradient(own, quadraticLoss));
    }
  });

  test('the gradient in the weights of many blocks is the sum of those of their examples', () => {
    const one = createFusedNetwork(model, 1);
    one.load(weights);
    const sum = new Float64Array(many.parameters);
    for (let i = 0; i < EXAMPLES; i += 1) {
      const own = inputs.slice(i * many.inputSize, (i + 1) * many.inputSize);
      one.weightGradient(own, quadraticLoss).forEach((value, k) => (sum[k] += value));
    }
    const largest = sum.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const because = 'float32 sums of some thousand numbers, in another order';
    many.weightGradient(inputs, quadraticLoss).forEach((value, k) => {
      within(value, sum[k], { abs: 5e-6 * largest, because });
    });
  });

  test('the ascent gives the bits of the plain one', () => {
    const ball = linfBall(0.1);
    const ascent = { steps: 3, alpha: 0.04, radius: ball.radius };
    const start = inputs.map((value, i) => value + (i % 2 === 0 ? 0.05 : -0.05));
    const { linfAscent, ...plain } = many;
    const expected = projectedAscent(plain, start.slice(), inputs, quadraticLoss, ball, ascent);
    expect(linfAscent!(start, inputs, quadraticLoss, ascent)).toEqual(expected);
  });

  test('an attack gives the same bits as without it, and its own points can be handed back to it', () => {
    const { linfAscent: _, ...plain } = many;
    const labels = Int32Array.from({ length: EXAMPLES }, (_value, i) => i % classes);
    const chained = (on: Network, copy: boolean): Float32Array => {
      const attack = createAttack(attackSchema.parse({ type: 'pgd', eps: 0.1, steps: 2 }));
      const noise = randomStream(3, 'noise');
      const perturb = (x: Float32Array): Float32Array => attack.perturb(on, { inputs: x, labels }, crossEntropy, noise);
      const once = perturb(inputs);
      return perturb(copy ? once.slice() : once).slice();
    };
    const expected = chained(plain, true);
    for (const on of [plain, many]) expect(chained(on, false)).toEqual(expected);
  });

  test('calls leave the memory as large as it is, and nothing of one batch in the next', () => {
    const before = many.logits(inputs);
    const [first, gradient] = [before.slice(), many.weightGradient(inputs, quadraticLoss).slice()];
    const size = before.buffer.byteLength;
    for (const n of [1, 5, 150, 42]) many.gradients(uniforms(n * many.inputSize), quadraticLoss);
    many.load(weights.map((value) => -value));
    many.gradients(inputs, quadraticLoss);
    many.load(weights);
    expect(many.weightGradient(inputs, quadraticLoss)).toEqual(gradient);
    const after = many.logits(inputs);
    expect(after).toEqual(first);
    expect(after.buffer).toBe(before.buffer);
    expect(after.buffer.byteLength).toBe(size);
  });
});

describe('the engine', () => {
  test('names its kernel and version, and is sound', async () => {
    const { info } = await openEngine('fused', 'dense');
    const kernel = Number(process.versions.node.split('.')[0]) < 22 ? 'simd' : 'relaxed-simd';
    expect(info).toEqual({ engine: 'fused', backend: 'wasm', kernel, threads: 1, version: TOOL_VERSION });
    expect(FUSED_KERNEL).toBe(kernel);
  });

  test('refuses a layer that it does not know, and a model on tensors', () => {
    const layers = createModel({ layers: [{ type: 'relu' }, { type: 'dense', units: 2 }] }, [3], 2).layers;
    const unknown = [layers[0], { ...layers[1], spec: { type: 'attention' } as unknown as LayerSpec }];
    const error = errorOf(() => createFusedNetwork({ layers: unknown, spec: { layers: [] } }, 1));
    expect(error).toMatchObject({ code: 'E_ENGINE', fields: { layer: 1, type: 'attention' } });
    expect(error.message).toContain('layer 1 (attention)');
    const onTensors = { spec: null, parameterShapes: [], initialise: () => [], logits: () => null as never };
    const refused = errorOf(() => openFusedEngine().createNetwork(onTensors, { inputShape: [1], classes: 1 }, 1));
    expect(refused).toMatchObject({ code: 'E_ENGINE' });
  });

  test('refuses buffers beyond 4 GiB', () => {
    const layers: LayerSpec[] = [{ type: 'dense', units: 2 }];
    expect(errorOf(() => network(layers, [1000], 2, 1_000_000))).toMatchObject({ code: 'E_ENGINE' });
  });

  test('refuses weights and inputs of another length', () => {
    const one = network([{ type: 'dense', units: 2 }], [3], 2);
    expect(errorOf(() => one.load(new Float32Array(7)))).toMatchObject({ code: 'E_SHAPE' });
    expect(errorOf(() => one.logits(new Float32Array(4)))).toMatchObject({ code: 'E_SHAPE' });
    expect(errorOf(() => one.logits(new Float32Array(6)))).toMatchObject({ code: 'E_SHAPE' });
  });
});
