import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { openEngine } from '../../../src/training/engines/index.js';
import { methodSchema, type Method, type MethodInput } from '../../../src/training/method.js';
import {
  createOptimizer,
  dot,
  norm,
  type Optimizer,
  type OptimizerState,
  type StepTaken,
} from '../../../src/training/optimizers/index.js';

function optimizerOf(
  spec: MethodInput['optimizer'],
  initial: number[],
  resumed: OptimizerState | null = null,
): Optimizer {
  const { optimizer } = methodSchema.parse({ schedule: { name: 'constant', rate: 1 }, optimizer: spec });
  return createOptimizer(optimizer, { initial: [Float32Array.from(initial)], shapes: [[initial.length]], resumed });
}

const read = (tensors: readonly tf.Tensor[]): number[] => tensors.flatMap((tensor) => [...tensor.dataSync()]);
const pointOf = (optimizer: Optimizer): number[] => tf.tidy(() => read(optimizer.gradientPoint()));

/** One step with this gradient; the loss is 1 unless told. */
function step(optimizer: Optimizer, gradient: number[], rate: number, { clipFactor = 1, loss = 1 } = {}): StepTaken {
  const g = [tf.tensor1d(gradient)];
  const taken = optimizer.step(g, { rate, clipFactor, loss, gradientNorm: norm(g) });
  tf.dispose(g);
  return taken;
}

function expectClose(got: number[], expected: number[]): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected[i]))),
  );
}

beforeAll(async () => {
  await openEngine('tfjs');
});

describe('sgd, two steps by hand from theta = (1, -2)', () => {
  // theta_1 = (1, -2) - 0.1 (3, 4) = (0.7, -2.4), |step| = 0.5; theta_2 = theta_1 - 0.2 (-1, 0) = (0.9, -2.4).
  test('plain', () => {
    const sgd = optimizerOf({ name: 'sgd' }, [1, -2]);
    expect(step(sgd, [3, 4], 0.1).length).toBeCloseTo(0.5, 7);
    expectClose(read(sgd.output()), [0.7, -2.4]);
    expect(step(sgd, [-1, 0], 0.2).length).toBeCloseTo(0.2, 7);
    expectClose(read(sgd.output()), [0.9, -2.4]);
  });

  // Factor 1/2: (1, -2) - 0.1 (1.5, 2).
  test('clipped', () => {
    const sgd = optimizerOf({ name: 'sgd' }, [1, -2]);
    expect(step(sgd, [3, 4], 0.1, { clipFactor: 0.5 }).length).toBeCloseTo(0.25, 7);
    expectClose(read(sgd.output()), [0.85, -2.2]);
  });

  // b_1 = (3, 4), theta_1 = (0.7, -2.4); b_2 = 0.9 (3, 4) + (-1, 0) = (1.7, 3.6), theta_2 = theta_1 - 0.1 b_2.
  test('momentum 0.9', () => {
    const sgd = optimizerOf({ name: 'sgd', momentum: 0.9 }, [1, -2]);
    step(sgd, [3, 4], 0.1);
    expectClose(read(sgd.output()), [0.7, -2.4]);
    expect(step(sgd, [-1, 0], 0.1).length).toBeCloseTo(0.1 * Math.hypot(1.7, 3.6), 6);
    expectClose(read(sgd.output()), [0.53, -2.76]);
  });

  // d_1 = g + 0.9 b_1 = 1.9 (3, 4); d_2 = (-1, 0) + 0.9 (1.7, 3.6) = (0.53, 3.24).
  test("Nesterov's momentum 0.9", () => {
    const sgd = optimizerOf({ name: 'sgd', momentum: 0.9, nesterov: true }, [1, -2]);
    step(sgd, [3, 4], 0.1);
    expectClose(read(sgd.output()), [0.43, -2.76]);
    step(sgd, [-1, 0], 0.1);
    expectClose(read(sgd.output()), [0.377, -3.084]);
  });

  // d_1 = (3, 4) + 0.5 (1, -2) = (3.5, 3), theta_1 = (0.65, -2.3); d_2 = (-1, 0) + 0.5 theta_1 = (-0.675, -1.15).
  test('weight decay 0.5', () => {
    const sgd = optimizerOf({ name: 'sgd', weight_decay: 0.5 }, [1, -2]);
    expect(step(sgd, [3, 4], 0.1).length).toBeCloseTo(0.1 * Math.hypot(3.5, 3), 6);
    step(sgd, [-1, 0], 0.1);
    expectClose(read(sgd.output()), [0.7175, -2.185]);
  });

  // The clip acts on the gradient alone: d_1 = 0.5 (3, 4) + 0.5 (1, -2) = (2, 1).
  test('weight decay is not clipped', () => {
    const sgd = optimizerOf({ name: 'sgd', weight_decay: 0.5 }, [1, -2]);
    step(sgd, [3, 4], 0.1, { clipFactor: 0.5 });
    expectClose(read(sgd.output()), [0.8, -2.1]);
  });
});

describe('schedule_free, two steps by hand from theta = 4 with beta = 0.9', () => {
  // Step 1: y = 4, z = 4 - 0.5 * 2 = 3, W = 0.25, share 1: x = 3, |step| = 1.
  // Step 2: y = 3, z = 3 - 1 * 4 = -1, W = 1.25, share 0.8: x = 3 - 0.8 * 4 = -0.2; then y = 0.1 (-1) + 0.9 (-0.2).
  test('weights of the average are the squared rates', () => {
    const free = optimizerOf({ name: 'schedule_free' }, [4]);
    expectClose(pointOf(free), [4]);
    expect(step(free, [2], 0.5).length).toBeCloseTo(1, 6);
    expectClose(read(free.output()), [3]);
    expect(step(free, [4], 1).length).toBeCloseTo(3.2, 6);
    expectClose(read(free.output()), [-0.2]);
    expectClose(pointOf(free), [-0.28]);
  });

  test('the clip scales the step of z', () => {
    const free = optimizerOf({ name: 'schedule_free' }, [4]);
    step(free, [2], 0.5, { clipFactor: 0.25 });
    expectClose(read(free.output()), [3.75]);
  });
});

describe('d_adaptation, two steps by hand from theta = (0, 0)', () => {
  // |g_0| = 5, L_0 = 10: d = 1e-3 * 10 / 5 = 2e-3, u = 4e-4; r = 0, s = u (3, 4), |s| = 2e-3: d stays.
  // Step 2, g = (3, 4) again: r = u <g, s> = 4e-4 * 4e-4 * 25 = 4e-6, s = 8e-4 (3, 4), |s| = 4e-3: 2 r / |s| = 2e-3.
  // Step 3: r = 4e-6 + 4e-4 * 8e-4 * 25 = 1.2e-5, |s| = 6e-3: d = 4e-3, so that the next rate is 8e-4.
  test('d grows while gradients point the same way', () => {
    const adaptation = optimizerOf({ name: 'd_adaptation' }, [0, 0]);
    const taken = [1, 2, 3, 4].map(() => step(adaptation, [3, 4], 99, { loss: 10 }));
    [4e-4, 4e-4, 4e-4, 8e-4].forEach((rate, i) => expect(taken[i].rate / rate).toBeCloseTo(1, 6));
    expect(taken[0].length).toBeCloseTo(2e-3, 9);
    expectClose(read(adaptation.output()), [-6e-3, -8e-3]);
  });

  test('the reading is the rate at the end: d / |g_0|', () => {
    const adaptation = optimizerOf({ name: 'd_adaptation' }, [0, 0]);
    [1, 2, 3].forEach(() => step(adaptation, [3, 4], 99, { loss: 10 }));
    const { reading, distance } = adaptation.summary();
    expect(distance / 4e-3).toBeCloseTo(1, 6);
    expect(reading / 8e-4).toBeCloseTo(1, 6);
  });

  test('stops once d stands still, not before the minimum of updates', () => {
    const adaptation = optimizerOf({ name: 'd_adaptation', minimum_updates: 10 }, [0, 0]);
    const answers = Array.from({ length: 10 }, (_, i) => {
      step(adaptation, i % 2 === 0 ? [3, 4] : [-3, -4], 99, { loss: 10 });
      return adaptation.finished();
    });
    expect(answers.slice(0, 9)).toEqual(Array(9).fill(null));
    expect(answers[9]).toBe('the distance grew by 0.0 % over the last 40 % of the updates');
  });

  test('does not stop while d grows', () => {
    const adaptation = optimizerOf({ name: 'd_adaptation', minimum_updates: 10 }, [0, 0]);
    for (let i = 0; i < 20; i += 1) {
      step(adaptation, [3, 4], 99, { loss: 10 });
      expect(adaptation.finished()).toBeNull();
    }
  });
});

describe('every optimizer', () => {
  const specs: Method['optimizer'][] = (
    [
      { name: 'sgd' },
      { name: 'sgd', momentum: 0.9, nesterov: true, weight_decay: 0.01 },
      { name: 'schedule_free' },
      { name: 'd_adaptation' },
    ] as MethodInput['optimizer'][]
  ).map((optimizer) => methodSchema.parse({ schedule: { name: 'constant', rate: 1 }, optimizer }).optimizer);

  test.each(specs.filter(({ name }) => name !== 'd_adaptation').map((spec) => [spec]))(
    '%j: rate 0 leaves the weights alone',
    (spec) => {
      const optimizer = optimizerOf(spec, [1, -2, 3]);
      expect(step(optimizer, [5, 6, 7], 0).length).toBe(0);
      expect(read(optimizer.output())).toEqual([1, -2, 3]);
      expect(pointOf(optimizer)).toEqual([1, -2, 3]);
      step(optimizer, [5, 6, 7], 0.1);
      expect(read(optimizer.output()).every(Number.isFinite)).toBe(true);
      step(optimizer, [5, 6, 7], 0);
      expect(read(optimizer.output()).every(Number.isFinite)).toBe(true);
    },
  );

  test.each(specs.map((spec) => [spec]))(
    '%j: state and back through JSON goes on bit for bit, and tensors are freed',
    (spec) => {
      const before = tf.memory().numTensors;
      const gradientAt = (k: number): number[] => [Math.sin(k), Math.cos(3 * k), 0.1 * k];
      const straight = optimizerOf(spec, [1, -2, 3]);
      for (let k = 0; k < 8; k += 1) step(straight, gradientAt(k), 0.1 / (k + 1));
      const cut = optimizerOf(spec, [1, -2, 3]);
      for (let k = 0; k < 4; k += 1) step(cut, gradientAt(k), 0.1 / (k + 1));
      const { tensors, numbers } = cut.state();
      const resumed = optimizerOf(spec, [0, 0, 0], {
        tensors,
        numbers: JSON.parse(JSON.stringify(numbers)) as Record<string, number>,
      });
      for (let k = 4; k < 8; k += 1) step(resumed, gradientAt(k), 0.1 / (k + 1));
      expect(resumed.state()).toEqual(straight.state());
      [straight, cut, resumed].forEach((optimizer) => optimizer.dispose());
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

describe('norms over all parameters', () => {
  test('(3, 4) and (12) have norm 13, a scalar among them too', () => {
    tf.tidy(() => {
      expect(norm([tf.tensor1d([3, 4]), tf.tensor2d([12], [1, 1])])).toBe(13);
      expect(norm([tf.tensor1d([3, 4]), tf.scalar(12)])).toBe(13);
      expect(dot([tf.tensor1d([3, 4])], [tf.tensor1d([2, -1])])).toBe(2);
    });
  });

  test('many small values beside a large one are not lost: 1 and 2^20 values of 2^-10', () => {
    tf.tidy(() => {
      expect(norm([tf.fill([1024, 1024], 2 ** -10), tf.tensor1d([1])])).toBeCloseTo(Math.SQRT2, 9);
    });
  });
});
