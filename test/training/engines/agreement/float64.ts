import type { LossName } from '../../../../src/artifacts/experiment.js';
import type { PlannedLayer } from '../../../../src/workloads/models/index.js';
import { EXAMPLES, type Case } from './cases.js';

/** Loops as a textbook has them, in float64: logits of one example. */
export function logitsOf({ model }: Case, weights: ArrayLike<number>, input: readonly number[]): number[] {
  const { mean = 0, standard_deviation: deviation = 1 } = model.spec.normalization ?? {};
  let next = 0;
  const read = (count: number): number[] => Array.from({ length: count }, () => weights[next++]);
  return model.layers.reduce(
    (x, layer) => applied(layer, x, read),
    input.map((value) => (value - mean) / deviation),
  );
}

function applied(
  { spec, inputShape, outputShape }: PlannedLayer,
  x: number[],
  read: (n: number) => number[],
): number[] {
  switch (spec.type) {
    case 'dense': {
      const [w, b] = [read(x.length * spec.units), read(spec.units)];
      return b.map((bias, unit) => x.reduce((sum, value, i) => sum + value * w[i * spec.units + unit], bias));
    }
    case 'relu':
      return x.map((value) => Math.max(0, value));
    case 'flatten':
      return x;
    case 'conv2d': {
      const { kernel, filters, stride, padding } = spec;
      const [height, width, channels] = inputShape;
      const w = read(kernel * kernel * channels * filters);
      const b = read(filters);
      const before = (side: number, out: number): number =>
        padding === 'valid' ? 0 : Math.floor(Math.max(0, (out - 1) * stride + kernel - side) / 2);
      const [top, left] = [before(height, outputShape[0]), before(width, outputShape[1])];
      return overOutputs(outputShape, (row, column, f) => {
        let sum = b[f];
        forEachOf(kernel, kernel, channels, (a, c, channel) => {
          const [i, j] = [row * stride + a - top, column * stride + c - left];
          if (i < 0 || j < 0 || i >= height || j >= width) return;
          sum += x[(i * width + j) * channels + channel] * w[((a * kernel + c) * channels + channel) * filters + f];
        });
        return sum;
      });
    }
    case 'max_pool':
    case 'mean_pool': {
      const { size, stride = size } = spec;
      const [, width, channels] = inputShape;
      return overOutputs(outputShape, (row, column, channel) => {
        const window: number[] = [];
        forEachOf(size, size, 1, (a, c) =>
          window.push(x[((row * stride + a) * width + column * stride + c) * channels + channel]),
        );
        if (spec.type === 'max_pool') return Math.max(...window);
        return window.reduce((sum, value) => sum + value, 0) / window.length;
      });
    }
  }
}

function overOutputs([height, width, channels]: readonly number[], value: (i: number, j: number, c: number) => number) {
  const values: number[] = [];
  forEachOf(height, width, channels, (i, j, c) => values.push(value(i, j, c)));
  return values;
}

function forEachOf(height: number, width: number, depth: number, visit: (i: number, j: number, c: number) => void) {
  for (let i = 0; i < height; i += 1) {
    for (let j = 0; j < width; j += 1) for (let c = 0; c < depth; c += 1) visit(i, j, c);
  }
}

/** The loss of logits z and a label. */
const FORMULAS: Readonly<Record<LossName, (z: readonly number[], label: number) => number>> = {
  cross_entropy: (z, label) => Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[label],
  margin: (z, label) => Math.max(...z.filter((_, c) => c !== label)) - z[label],
  squared: (z, label) => z.reduce((sum, value, c) => sum + (value - (c === label ? 1 : 0)) ** 2 / 2, 0),
};

/** Mean loss of all examples. */
function lossAt(one: Case, weights: ArrayLike<number>, inputs: readonly number[]): number {
  const width = inputs.length / EXAMPLES;
  return [...one.labels].reduce((sum, label, i) => {
    const z = logitsOf(one, weights, inputs.slice(i * width, (i + 1) * width));
    return sum + FORMULAS[one.loss](z, label) / EXAMPLES;
  }, 0);
}

/** So short that no relu or maximum switches, and long enough for 1e-9 in float64. */
const STEP = 1e-6;

interface Gradients {
  readonly logits: number[];
  readonly ofWeights: number[];
  readonly ofInputs: number[];
}

const known = new Map<Case, Gradients>();

/** Gradients of the mean loss by central differences, one coordinate after the other. */
export function differences(one: Case): Gradients {
  const found = known.get(one) ?? computed(one);
  known.set(one, found);
  return found;
}

function computed(one: Case): Gradients {
  const [weights, inputs] = [[...one.weights], [...one.inputs]];
  const slope = (point: number[], i: number): number => {
    const here = point[i];
    const [ahead, behind] = [STEP, -STEP].map((h) => {
      point[i] = here + h;
      return lossAt(one, weights, inputs);
    });
    point[i] = here;
    return (ahead - behind) / (2 * STEP);
  };
  const width = inputs.length / EXAMPLES;
  return {
    logits: Array.from({ length: EXAMPLES }, (_, i) =>
      logitsOf(one, weights, inputs.slice(i * width, (i + 1) * width)),
    ).flat(),
    ofWeights: weights.map((_, i) => slope(weights, i)),
    ofInputs: inputs.map((_, i) => slope(inputs, i)),
  };
}
