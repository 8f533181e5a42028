import { describe, expect, test } from '@jest/globals';
import type { MethodInput } from '../../../src/training/method.js';
import { dot, norm } from '../../../src/math/vectors.js';
import type { Optimizer, OptimizerState, StepTaken } from '../../../src/training/optimizers/index.js';
import { optimizerOf as methodOptimizer } from '../../helpers/optimizer.js';
import { within } from '../../helpers/within.js';

type Rule = Omit<MethodInput, 'schedule'>;

function ruleOf(rule: Rule, initial: number[], resumed: OptimizerState | null = null): Optimizer {
  return methodOptimizer(rule, { initial: Float32Array.from(initial), updates: 8, resumed });
}

const optimizerOf = (optimizer: MethodInput['optimizer'], initial: number[]): Optimizer =>
  ruleOf({ optimizer }, initial);
const pointOf = (optimizer: Optimizer): number[] => [...optimizer.gradientPoint()];
const outputOf = (optimizer: Optimizer): number[] => [...optimizer.output()];

/** One step with this gradient; the loss is 1 unless told. */
function step(optimizer: Optimizer, gradient: number[], rate: number, { clipFactor = 1, loss = 1 } = {}): StepTaken {
  const g = Float32Array.from(gradient);
  return optimizer.step(g, { rate, clipFactor, loss, gradientNorm: norm(g) });
}

function expectClose(got: number[], expected: number[]): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected[i]))),
  );
}

describe('sgd, two steps by hand from theta = (1, -2)', () => {
  // theta_1 = (1, -2) - 0.1 (3, 4) = (0.7, -2.4), |step| = 0.5; theta_2 = theta_1 - 0.2 (-1, 0) = (0.9, -2.4).
  test('plain', () => {
    const sgd = optimizerOf({ name: 'sgd' }, [1, -2]);
    expect(step(sgd, [3, 4], 0.1).length).toBeCloseTo(0.5, 7);
    expectClose(outputOf(sgd), [0.7, -2.4]);
    expect(step(sgd, [-1, 0], 0.2).length).toBeCloseTo(0.2, 7);
    expectClose(outputOf(sgd), [0.9, -2.4]);
  });

  // Factor 1/2: (1, -2) - 0.1 (1.5, 2).
  test('clipped', () => {
    const sgd = optimizerOf({ name: 'sgd' }, [1, -2]);
    expect(step(sgd, [3, 4], 0.1, { clipFactor: 0.5 }).length).toBeCloseTo(0.25, 7);
    expectClose(outputOf(sgd), [0.85, -2.2]);
  });

  // b_1 = (3, 4), theta_1 = (0.7, -2.4); b_2 = 0.9 (3, 4) + (-1, 0) = (1.7, 3.6), theta_2 = theta_1 - 0.1 b_2.
  test('momentum 0.9', () => {
    const sgd = optimizerOf({ name: 'sgd', momentum: 0.9 }, [1, -2]);
    step(sgd, [3, 4], 0.1);
    expectClose(outputOf(sgd), [0.7, -2.4]);
    expect(step(sgd, [-1, 0], 0.1).length).toBeCloseTo(0.1 * Math.hypot(1.7, 3.6), 6);
    expectClose(outputOf(sgd), [0.53, -2.76]);
  });

  // d_1 = g + 0.9 b_1 = 1.9 (3, 4); d_2 = (-1, 0) + 0.9 (1.7, 3.6) = (0.53, 3.24).
  test("Nesterov's momentum 0.9", () => {
    const sgd = optimizerOf({ name: 'sgd', momentum: 0.9, nesterov: true }, [1, -2]);
    step(sgd, [3, 4], 0.1);
    expectClose(outputOf(sgd), [0.43, -2.76]);
    step(sgd, [-1, 0], 0.1);
    expectClose(outputOf(sgd), [0.377, -3.084]);
  });

  // d_1 = (3, 4) + 0.5 (1, -2) = (3.5, 3), theta_1 = (0.65, -2.3); d_2 = (-1, 0) + 0.5 theta_1 = (-0.675, -1.15).
  test('weight decay 0.5', () => {
    const sgd = optimizerOf({ name: 'sgd', weight_decay: 0.5 }, [1, -2]);
    expect(step(sgd, [3, 4], 0.1).length).toBeCloseTo(0.1 * Math.hypot(3.5, 3), 6);
    step(sgd, [-1, 0], 0.1);
    expectClose(outputOf(sgd), [0.7175, -2.185]);
  });

  // The clip acts on the gradient alone: d_1 = 0.5 (3, 4) + 0.5 (1, -2) = (2, 1).
  test('weight decay is not clipped', () => {
    const sgd = optimizerOf({ name: 'sgd', weight_decay: 0.5 }, [1, -2]);
    step(sgd, [3, 4], 0.1, { clipFactor: 0.5 });
    expectClose(outputOf(sgd), [0.8, -2.1]);
  });
});

describe('schedule_free, two steps by hand from theta = 4 with beta = 0.9', () => {
  // Step 1: y = 4, z = 4 - 0.5 * 2 = 3, W = 0.25, share 1: x = 3, |step| = 1.
  // Step 2: y = 3, z = 3 - 1 * 4 = -1, W = 1.25, share 0.8: x = 3 - 0.8 * 4 = -0.2; then y = 0.1 (-1) + 0.9 (-0.2).
  test('weights of the average are the squared rates', () => {
    const free = optimizerOf({ name: 'schedule_free' }, [4]);
    expectClose(pointOf(free), [4]);
    expect(step(free, [2], 0.5).length).toBeCloseTo(1, 6);
    expectClose(outputOf(free), [3]);
    expect(step(free, [4], 1).length).toBeCloseTo(3.2, 6);
    expectClose(outputOf(free), [-0.2]);
    expectClose(pointOf(free), [-0.28]);
  });

  test('the clip scales the step of z', () => {
    const free = optimizerOf({ name: 'schedule_free' }, [4]);
    step(free, [2], 0.5, { clipFactor: 0.25 });
    expectClose(outputOf(free), [3.75]);
  });
});

describe('schedule_free with its other weights, two steps by hand from theta = 4 with beta = 0.9', () => {
  // As above to x = z = 3, W = 0.5^2; step 2 at u = 0.25: z = 3 - 0.25 * 4 = 2, w = max(0.5, 0.25)^2 = 0.25: share 1/2.
  test('the largest rate so far weighs, so that a decay does not take weight away', () => {
    const free = optimizerOf({ name: 'schedule_free' }, [4]);
    step(free, [2], 0.5);
    step(free, [4], 0.25);
    expectClose(outputOf(free), [2.5]);
  });

  // Weights 1 and 2: x = 3 + 2/3 (2 - 3).
  test('weight_lr_power 0, weight_update_power 1: the number of the update', () => {
    const free = optimizerOf({ name: 'schedule_free', weight_lr_power: 0, weight_update_power: 1 }, [4]);
    step(free, [2], 0.5);
    step(free, [4], 0.25);
    expectClose(outputOf(free), [3 - 2 / 3]);
  });

  // z = 4 - 0.5 (2 + 0.25 * 4) = 2.5.
  test('the decay is of the point where the gradient is taken', () => {
    const free = optimizerOf({ name: 'schedule_free', weight_decay: 0.25 }, [4]);
    step(free, [2], 0.5);
    expectClose(outputOf(free), [2.5]);
  });
});

describe('adam, by hand from theta = (1, -2)', () => {
  // Step 1: m / (1 - beta1) = g, v / (1 - beta2) = g^2: each weight moves by u sign(g).
  test('the first step is the rate, whatever the gradient', () => {
    const adam = optimizerOf({ name: 'adam' }, [1, -2]);
    step(adam, [3, -4e-3], 0.1);
    expectClose(outputOf(adam), [0.9, -1.9]);
  });

  // Decoupled: 1 - 0.1 * 0.5 * 1 - 0.1; coupled: the gradient -1 + 0.5 * 1 is still negative.
  test('weight decay, decoupled and not', () => {
    const adamW = optimizerOf({ name: 'adam', weight_decay: 0.5 }, [1]);
    step(adamW, [3], 0.1);
    expectClose(outputOf(adamW), [0.85]);
    const adam = optimizerOf({ name: 'adam', weight_decay: 0.5, decoupled: false }, [1]);
    step(adam, [-1], 0.1);
    expectClose(outputOf(adam), [1.1]);
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
    expectClose(outputOf(adaptation), [-6e-3, -8e-3]);
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
  const momentum: Rule = { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weight_decay: 0.01 } };
  const rules: Rule[] = [
    { optimizer: { name: 'sgd' } },
    momentum,
    { optimizer: { name: 'schedule_free' } },
    { optimizer: { name: 'schedule_free', weight_decay: 0.01, weight_lr_power: 1, weight_update_power: 1 } },
    { optimizer: { name: 'adam' } },
    { optimizer: { name: 'adam', weight_decay: 0.01 } },
    { optimizer: { name: 'adam', weight_decay: 0.01, decoupled: false } },
    { optimizer: { name: 'prodigy' } },
    { optimizer: { name: 'prodigy', weight_decay: 0.01, bias_correction: true, safeguard_warmup: true } },
    { ...momentum, averaging: { kind: 'ema', decay: 0.7 } },
    { ...momentum, averaging: { kind: 'tail', start: 0.3 } },
    { ...momentum, averaging: { kind: 'polynomial' } },
    { optimizer: { name: 'prodigy' }, averaging: { kind: 'ema', decay: 0.7 } },
    { optimizer: { name: 'd_adaptation' } },
  ];

  // D-Adaptation does not use the rate; Prodigy's package skips the update at rate 0.
  test.each(rules.slice(0, -1).map((rule) => [rule]))('%j: rate 0 leaves the weights alone', (rule) => {
    const optimizer = ruleOf(rule, [1, -2, 3]);
    expect(step(optimizer, [5, 6, 7], 0).length).toBe(0);
    expect(outputOf(optimizer)).toEqual([1, -2, 3]);
    expect(pointOf(optimizer)).toEqual([1, -2, 3]);
    step(optimizer, [5, 6, 7], 0.1);
    expect(outputOf(optimizer)).not.toEqual([1, -2, 3]);
    const before = pointOf(optimizer);
    step(optimizer, [5, 6, 7], 0);
    expect(pointOf(optimizer)).toEqual(before);
    expect(outputOf(optimizer).every(Number.isFinite)).toBe(true);
  });

  test.each(rules.slice(0, -1).map((rule) => [rule]))('%j: a gradient of 0 leaves all finite', (rule) => {
    const optimizer = ruleOf(rule, [1, -2, 3]);
    step(optimizer, [0, 0, 0], 0.1);
    step(optimizer, [1, 0, 0], 0.1);
    expect(outputOf(optimizer).every(Number.isFinite)).toBe(true);
  });

  test.each(rules.map((rule) => [rule]))('%j: state and back through JSON goes on bit for bit', (rule) => {
    const gradientAt = (k: number): number[] => [Math.sin(k), Math.cos(3 * k), 0.1 * k];
    const straight = ruleOf(rule, [1, -2, 3]);
    for (let k = 0; k < 8; k += 1) step(straight, gradientAt(k), 0.1 / (k + 1));
    const cut = ruleOf(rule, [1, -2, 3]);
    for (let k = 0; k < 4; k += 1) step(cut, gradientAt(k), 0.1 / (k + 1));
    const { arrays, numbers } = cut.state();
    step(cut, gradientAt(0), 1);
    const resumed = ruleOf(rule, [0, 0, 0], {
      arrays,
      numbers: JSON.parse(JSON.stringify(numbers)) as Record<string, number>,
    });
    for (let k = 4; k < 8; k += 1) step(resumed, gradientAt(k), 0.1 / (k + 1));
    expect(resumed.state()).toEqual(straight.state());
    expect(outputOf(resumed)).toEqual(outputOf(straight));
  });

  test.each(rules.map((rule) => [rule]))("%j: the length is that of the output's step", (rule) => {
    const optimizer = ruleOf(rule, [1, -2, 3]);
    for (let k = 0; k < 8; k += 1) {
      const before = outputOf(optimizer);
      const { length } = step(optimizer, [Math.sin(k), Math.cos(3 * k), 0.1 * k], 0.1);
      const moved = Math.hypot(...outputOf(optimizer).map((x, i) => x - before[i]));
      within(length, moved, { rel: 1e-4, abs: 3e-7, because: 'weights near 3 are stored as float32' });
    }
  });

  test('no average is taken of an average', () => {
    const twice: Rule = { optimizer: { name: 'schedule_free' }, averaging: { kind: 'ema' } };
    expect(() => ruleOf(twice, [1])).toThrow(
      expect.objectContaining({ code: 'E_INVALID', issues: [expect.objectContaining({ path: 'averaging' })] }),
    );
  });
});

describe('averages, three or four steps by hand of theta = 0, -1, -2, ... (gradient 1, rate 1)', () => {
  const outputs = (averaging: MethodInput['averaging'], steps: number): number[] => {
    const rule = ruleOf({ optimizer: { name: 'sgd' }, averaging }, [0]);
    return Array.from({ length: steps }, () => {
      step(rule, [1], 1);
      return outputOf(rule)[0];
    });
  };

  // a_1 = -1; a_2 = -1 + 0.25 (-2 + 1) = -1.25; a_3 = -1.25 + 0.25 (-3 + 1.25) = -1.6875.
  test('ema with decay 0.75', () => expectClose(outputs({ kind: 'ema', decay: 0.75 }, 3), [-1, -1.25, -1.6875]));

  // T = 8: from update round(0.25 * 8) = 2 on: -1, -2, then -3, (-3 - 4) / 2, (-3 - 4 - 5) / 3.
  test('tail from a quarter on', () => expectClose(outputs({ kind: 'tail', start: 0.25 }, 5), [-1, -2, -3, -3.5, -4]));

  // Power 1: c = 2/2, 2/3, 2/4: a_2 = -1 + 2/3 (-1) = -5/3, a_3 = -5/3 + 1/2 (-3 + 5/3) = -7/3 = -(1 + 4 + 9) / 6.
  test('polynomial of power 1 has weights 1, 2, 3', () =>
    expectClose(outputs({ kind: 'polynomial', power: 1 }, 3), [-1, -5 / 3, -14 / 6]));

  test('gradients are taken at the weights of the rule, not at the average', () => {
    const rule = ruleOf({ optimizer: { name: 'sgd' }, averaging: { kind: 'tail', start: 0 } }, [0]);
    step(rule, [1], 1);
    step(rule, [1], 1);
    expect(pointOf(rule)).toEqual([-2]);
    expect(outputOf(rule)).toEqual([-1.5]);
  });
});

describe('norms over all parameters', () => {
  test('(3, 4, 12) has norm 13', () => {
    expect(norm(Float32Array.of(3, 4, 12))).toBe(13);
    expect(dot(Float32Array.of(3, 4), Float32Array.of(2, -1))).toBe(2);
  });

  test('many small values beside a large one are not lost: 1 and 2^20 values of 2^-10', () => {
    const values = new Float32Array(2 ** 20 + 1).fill(2 ** -10);
    values[0] = 1;
    expect(norm(values)).toBeCloseTo(Math.SQRT2, 9);
  });
});
