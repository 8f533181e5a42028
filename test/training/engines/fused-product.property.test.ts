import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LayerSpec } from '../../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../../src/math/random.js';
import { createFusedNetwork, FUSED_KERNEL } from '../../../src/training/engines/fused/index.js';
import { createModel, size, type PlannedLayer } from '../../../src/workloads/models/index.js';
import { referenceLogits } from '../../helpers/reference-network.js';
import { within } from '../../helpers/within.js';

const KERNELS = FUSED_KERNEL === 'simd' ? (['simd'] as const) : (['simd', 'relaxed-simd'] as const);

interface Drawn {
  readonly layers: readonly LayerSpec[];
  readonly inputShape: readonly number[];
  readonly examples: number;
  readonly seed: number;
}

const seed = fc.nat({ max: 2 ** 31 });
const examples = fc.integer({ min: 1, max: 11 });

const dense = fc
  .record({ values: fc.integer({ min: 1, max: 40 }), units: fc.integer({ min: 1, max: 40 }), examples, seed })
  .map(({ values, units, ...rest }): Drawn => ({ layers: [{ type: 'dense', units }], inputShape: [values], ...rest }));

const convolution = fc
  .record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.integer({ min: 1, max: 9 }),
    filters: fc.integer({ min: 1, max: 10 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    padding: fc.constantFrom('same' as const, 'valid' as const),
    examples,
    seed,
  })
  .filter(({ padding, kernel, height, width }) => padding === 'same' || kernel <= Math.min(height, width))
  .map(({ height, width, channels, filters, kernel, stride, padding, ...rest }): Drawn => ({
    layers: [{ type: 'conv2d', filters, kernel, stride, padding }, { type: 'flatten' }],
    inputShape: [height, width, channels],
    ...rest,
  }));

/** Number of logits that the layers give. */
function classesOf({ layers, inputShape }: Drawn): number {
  const [first] = layers;
  if (first.type === 'dense') return first.units;
  if (first.type !== 'conv2d') throw new Error('no product');
  const { kernel, stride, padding, filters } = first;
  const side = (length: number): number => Math.ceil((padding === 'same' ? length : length - kernel + 1) / stride);
  return side(inputShape[0]) * side(inputShape[1]) * filters;
}

/** Logits of all examples in float64. */
function exactLogits(layers: readonly PlannedLayer[], weights: Float64Array, inputs: Float64Array): Float64Array {
  const length = size(layers[0].inputShape);
  const each = Array.from({ length: inputs.length / length }, (_, e) =>
    referenceLogits(layers, weights, inputs.slice(e * length, (e + 1) * length)),
  );
  return Float64Array.from(each.flatMap((z) => [...z]));
}

/** Logits, and the gradient of <D, f(x; theta)>, which is linear in x - 0 and in theta, along two directions each. */
function check(kernel: (typeof KERNELS)[number], drawn: Drawn): void {
  const { layers } = createModel({ layers: [...drawn.layers] }, drawn.inputShape, classesOf(drawn));
  const network = createFusedNetwork({ layers, spec: { layers: [...drawn.layers] } }, drawn.examples + 2, kernel);
  const stream = randomStream(drawn.seed, 'product');
  const uniforms = (length: number): Float32Array => stream.fillUniform(new Float32Array(length), -1, 1);
  const [weights, inputs] = [uniforms(network.parameters), uniforms(drawn.examples * network.inputSize)];
  const D = uniforms(drawn.examples * network.classes);
  network.load(weights);
  const logits = Float64Array.from(network.logits(inputs));
  const gradients = network.gradients(inputs, (_, gradient) => gradient.set(D));
  const [theta, x] = [weights, inputs].map((values) => Float64Array.from(values));
  const exact = exactLogits(layers, theta, x);
  expect(logits.length).toBe(exact.length);
  logits.forEach((z, i) => within(z, exact[i], { abs: 1e-5, because: 'up to 200 products below 1 in float32' }));
  for (let draw = 0; draw < 2; draw += 1) {
    const [v, w] = [x, theta].map((values) => Float64Array.from(uniforms(values.length)));
    const atZero = dot(D, exactLogits(layers, theta, new Float64Array(x.length)));
    compare(gradients.inputs, v, dot(D, exactLogits(layers, theta, v)) - atZero);
    compare(gradients.weights, w, dot(D, exactLogits(layers, w, x)));
  }
}

function compare(gradient: Float32Array, direction: Float64Array, expected: number): void {
  const length = Math.sqrt(dot(gradient, gradient));
  const because = 'roundings of float32 sums, which add up as their root';
  within(dot(gradient, direction), expected, { abs: 3e-6 * length, because });
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  return Float64Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
}

describe.each(KERNELS)('%s: logits and both gradients of one layer are sums of products', (kernel) => {
  test('dense, of every size', () => {
    fc.assert(
      fc.property(dense, (drawn) => check(kernel, drawn)),
      { numRuns: 60 },
    );
  });

  test('convolutions of every kernel, stride and padding', () => {
    fc.assert(
      fc.property(convolution, (drawn) => check(kernel, { ...drawn, examples: 1 + (drawn.examples % 3) })),
      { numRuns: 60 },
    );
  });
});
