import { describe, expect, test } from '@jest/globals';
import { divergenceFrom, LOSSES, predictions, softmax, type Loss } from '../../../src/losses/index.js';
import { within } from '../../helpers/within.js';

/** Loss and gradient of one example. */
function of(loss: Loss, z: number[], label: number): { value: number; gradient: number[] } {
  const losses = new Float64Array(1);
  const gradient = new Float32Array(z.length).fill(NaN);
  loss.evaluate(Float32Array.from(z), Int32Array.of(label), losses, gradient);
  return { value: losses[0], gradient: [...gradient] };
}

describe('cross_entropy, by hand', () => {
  const { cross_entropy: loss } = LOSSES;

  test('equal logits: ln 3, and the gradient (1/3, -2/3, 1/3)', () => {
    const { value, gradient } = of(loss, [0, 0, 0], 1);
    within(value, Math.log(3), { abs: 1e-15, because: 'float64' });
    [1 / 3, -2 / 3, 1 / 3].forEach((g, c) => within(gradient[c], g, { abs: 3e-8, because: 'float32' }));
  });

  // The other two logits are 123 and 120 below the largest: exp(-120) is lost beside 1.
  test('sure and wrong: z_max - z_y = 123, and the gradient is one to the wrong class', () => {
    const { value, gradient } = of(loss, [120, -3, 0], 1);
    expect(value).toBe(123);
    expect(gradient.map((g) => Math.round(g))).toEqual([1, -1, 0]);
  });

  test('sure and right: exp(-50), the gradient too, and neither is 0', () => {
    const { value, gradient } = of(loss, [50, 0], 0);
    // ln(1 + 2e-22) rounds to 0 in float64, while the gradient of the wrong class is exp(-50).
    expect(value).toBe(0);
    within(gradient[1], Math.exp(-50), { rel: 1e-7, because: 'float32' });
  });

  test('a logit that is not a number gives a loss that is none', () => {
    for (const z of [[NaN, 0], [0, NaN], [Infinity, 0]]) expect(of(loss, z, 1).value).toBeNaN(); // prettier-ignore
  });
});

describe('margin, by hand', () => {
  test('z = (1, 4, 2) of class 1: 2 - 4, the gradient at the largest wrong logit and at the label', () => {
    expect(of(LOSSES.margin, [1, 4, 2], 1)).toEqual({ value: -2, gradient: [0, -1, 1] });
  });

  test('misclassified: positive; of equal wrong logits the first', () => {
    expect(of(LOSSES.margin, [3, 1, 3], 1)).toEqual({ value: 2, gradient: [1, -1, 0] });
    expect(of(LOSSES.margin, [1, 3, 3], 0)).toEqual({ value: 2, gradient: [-1, 1, 0] });
  });
});

describe('squared, by hand', () => {
  // ((1 - 0)^2 + (3 - 1)^2 + (0 - 0)^2) / 2 = 2.5.
  test('z = (1, 3, 0) of class 1: 2.5 and (1, 2, 0)', () => {
    expect(of(LOSSES.squared, [1, 3, 0], 1)).toEqual({ value: 2.5, gradient: [1, 2, 0] });
  });
});

describe('dlr, by hand', () => {
  const close = (found: number[], expected: number[]): void =>
    found.forEach((value, c) => within(value, expected[c], { abs: 1e-6, because: 'float32, a guard of 1e-12' }));

  // Right: z = (5, 3, 1, 0), y = 0: -(5 - 3) / (5 - 1) = -1/2. d/dz_y = -1/4 + 1/2 1/4, d/dz_2 = 1/4, d/dz_3 = -1/8.
  test('right: -(z_1 - z_2) / (z_1 - z_3)', () => {
    const { value, gradient } = of(LOSSES.dlr, [5, 3, 1, 0], 0);
    within(value, -0.5, { abs: 1e-11, because: 'a guard of 1e-12' });
    close(gradient, [-0.125, 0.25, -0.125, 0]);
  });

  // Wrong: z = (1, 5, 0, 3), y = 3: (5 - 3) / (5 - 1) = 1/2; first is the rival, third is z_0.
  test('wrong: the rival is the largest', () => {
    const { value, gradient } = of(LOSSES.dlr, [1, 5, 0, 3], 3);
    within(value, 0.5, { abs: 1e-11, because: 'a guard of 1e-12' });
    close(gradient, [0.125, 0.125, 0, -0.25]);
  });

  // y is the third largest: (z_1 - z_3) / (z_1 - z_3) = 1, which nothing raises.
  test('is 1 at most, with three classes too, and flat there', () => {
    const { value, gradient } = of(LOSSES.dlr, [2, 7, 4], 0);
    within(value, 1, { abs: 1e-11, because: 'a guard of 1e-12' });
    close(gradient, [0, 0, 0]);
  });

  test('equal logits are no division by 0', () => {
    const { value, gradient } = of(LOSSES.dlr, [1, 1, 1, 1], 2);
    expect(value).toBe(0);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});

describe('divergence, by hand', () => {
  // p = (1/4, 3/4), q = (1/2, 1/2): (1/4) ln(1/2) + (3/4) ln(3/2); gradient q - p.
  test('KL((1/4, 3/4) || (1/2, 1/2))', () => {
    const p = softmax(Float32Array.of(0, Math.log(3)), 2);
    const { value, gradient } = of(divergenceFrom(p), [0, 0], 0);
    within(value, 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5), { abs: 1e-7, because: 'ln 3 in float32' });
    gradient.forEach((g, c) => within(g, [0.25, -0.25][c], { abs: 1e-7, because: 'ln 3 in float32' }));
  });

  test('is 0 and flat where both are the same, also where a probability underflows to 0', () => {
    const logits = Float32Array.of(0, -800, 3);
    const { value, gradient } = of(divergenceFrom(softmax(logits, 3)), [...logits], 1);
    expect(value).toBe(0);
    expect(gradient).toEqual([0, 0, 0]);
  });
});

test('predictions: the first of equal largest logits', () => {
  expect([...predictions(Float32Array.of(1, 2, 2, 5, 4, 3), 3)]).toEqual([1, 0]);
});
