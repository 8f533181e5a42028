import { describe, expect, test } from '@jest/globals';
import { randomStream } from '../../../src/math/random.js';
import type { MethodInput } from '../../../src/training/method.js';
import { norm } from '../../../src/math/vectors.js';
import { optimizerOf } from '../../helpers/optimizer.js';
import { within } from '../../helpers/within.js';

const CURVATURES = [2, 0.7, 0.3, 0.1, 0.02];
const START = [1, -1, 2, -2, 3];
const UPDATES = 60;
const NOISE = 0.05;

/** The same noise for both implementations. */
const noises = Array.from({ length: UPDATES }, (_, k) => {
  const stream = randomStream(1, `noise/${k}`);
  return CURVATURES.map(() => NOISE * stream.normal());
});
const rateAt = (k: number): number => 0.5 * Math.min(1, (k + 1) / 5);
const gradientAt = (point: readonly number[], k: number): number[] =>
  point.map((x, i) => CURVATURES[i] * x + noises[k][i]);
const lossAt = (point: readonly number[]): number => point.reduce((sum, x, i) => sum + (CURVATURES[i] * x * x) / 2, 0);
const dotOf = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

/** Weights and rates after every update on the quadratic, by the product's optimizer with float32 weights. */
function run(optimizerSpec: MethodInput['optimizer']): { points: number[][]; rates: number[] } {
  const start = { initial: Float32Array.from(START), updates: UPDATES, resumed: null };
  const optimizer = optimizerOf({ optimizer: optimizerSpec }, start);
  const points: number[][] = [];
  const rates: number[] = [];
  for (let k = 0; k < UPDATES; k += 1) {
    const point = [...optimizer.gradientPoint()];
    const gradient = Float32Array.from(gradientAt(point, k));
    const request = { rate: rateAt(k), clipFactor: 1, loss: lossAt(point), gradientNorm: norm(gradient) };
    rates.push(optimizer.step(gradient, request).rate);
    points.push([...optimizer.output()]);
  }
  return { points, rates };
}

function expectSame(got: number[][], expected: number[][]): void {
  got.forEach((point, k) =>
    point.forEach((x, i) => within(x, expected[k][i], { rel: 1e-5, abs: 2e-5, because: '60 updates in float32' })),
  );
}

describe('a noisy quadratic, against float64 recursions', () => {
  test('schedule_free: x is the average of z with weights u^2', () => {
    // x_k as the explicit weighted mean of z_1..z_k, not as the running update.
    let z = [...START];
    const history: { z: number[]; weight: number }[] = [];
    let x = [...START];
    const expected: number[][] = [];
    for (let k = 0; k < UPDATES; k += 1) {
      const y = z.map((value, i) => 0.1 * value + 0.9 * x[i]);
      const g = gradientAt(y, k);
      z = z.map((value, i) => value - rateAt(k) * g[i]);
      history.push({ z, weight: rateAt(k) ** 2 });
      const total = history.reduce((sum, { weight }) => sum + weight, 0);
      x = z.map((_, i) => history.reduce((sum, entry) => sum + entry.weight * entry.z[i], 0) / total);
      expected.push(x);
    }
    expectSame(run({ name: 'schedule_free', beta: 0.9 }).points, expected);
  });

  test('d_adaptation: d from the displacement theta_0 - theta, rate d / |g_0|', () => {
    // Written with displacements: s = theta_0 - theta, and <g_k, s_k> summed with its own rate.
    let theta = [...START];
    let d = NaN;
    let firstNorm = NaN;
    let weighted = 0;
    const expected: number[][] = [];
    const rates: number[] = [];
    for (let k = 0; k < UPDATES; k += 1) {
      const g = gradientAt(theta, k);
      if (k === 0) {
        firstNorm = Math.sqrt(dotOf(g, g));
        d = (1e-3 * lossAt(theta)) / firstNorm;
      }
      const rate = d / firstNorm;
      weighted +=
        rate *
        dotOf(
          g,
          theta.map((x, i) => START[i] - x),
        );
      theta = theta.map((x, i) => x - rate * g[i]);
      const displacement = theta.map((x, i) => START[i] - x);
      d = Math.max(d, (2 * weighted) / Math.sqrt(dotOf(displacement, displacement)));
      expected.push(theta);
      rates.push(rate);
    }
    const got = run({ name: 'd_adaptation' });
    expectSame(got.points, expected);
    got.rates.forEach((rate, k) =>
      within(rate, rates[k], { rel: 1e-4, because: 'd rounded to float32 at every update' }),
    );
    expect(got.rates[UPDATES - 1] / got.rates[0]).toBeGreaterThan(50);
  });

  test('sgd with momentum: the heavy ball, theta_(k+1) = theta_k - u_k g_k + 0.8 (u_k / u_(k-1)) (theta_k - theta_(k-1))', () => {
    let before = [...START];
    let theta = [...START];
    const expected = noises.map((_, k) => {
      const g = gradientAt(theta, k);
      const memory = k === 0 ? 0 : (0.8 * rateAt(k)) / rateAt(k - 1);
      const next = theta.map((x, i) => x - rateAt(k) * g[i] + memory * (x - before[i]));
      before = theta;
      theta = next;
      return theta;
    });
    expectSame(run({ name: 'sgd', momentum: 0.8 }).points, expected);
  });
});
