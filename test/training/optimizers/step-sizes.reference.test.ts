import { describe, expect, test } from '@jest/globals';
import { randomStream } from '../../../src/math/random.js';
import { norm } from '../../../src/math/vectors.js';
import { bestControl } from '../../../src/training/optimizers/controlled-sgd.js';
import type { MethodInput } from '../../../src/training/method.js';
import { optimizerOf } from '../../helpers/optimizer.js';
import { within } from '../../helpers/within.js';

const CURVATURES = [2, 0.7, 0.1];
const FLOAT32 = { rel: 2e-5, abs: 2e-5, because: 'updates of float32 weights against float64' };

interface Visit {
  readonly x: readonly number[];
  readonly g: readonly number[];
  readonly loss: number;
  readonly rate: number;
  readonly after: readonly number[];
}

/** Updates on a noisy quadratic of least loss 0.1, resumed from its own state after every one. */
function visits(optimizer: MethodInput['optimizer'], rate: number, updates: number): Visit[] {
  const initial = Float32Array.from([1, -2, 3]);
  const stream = randomStream(3, 'noise');
  let resumed = null as ReturnType<ReturnType<typeof optimizerOf>['state']> | null;
  return Array.from({ length: updates }, () => {
    const rule = optimizerOf({ optimizer }, { initial, updates, resumed });
    const x = [...rule.gradientPoint()];
    const g = Float32Array.from(x.map((value, i) => CURVATURES[i] * value + 0.2 * stream.normal()));
    const loss = 0.1 + x.reduce((sum, value, i) => sum + (CURVATURES[i] * value * value) / 2, 0);
    const taken = rule.step(g, { rate, clipFactor: 1, loss, gradientNorm: norm(g) });
    resumed = rule.state();
    return { x, g: [...g], loss, rate: taken.rate, after: [...rule.output()] };
  });
}

describe('polyak: SPS_max, min((f - f*) / (c |g|^2 + epsilon), gamma_b)', () => {
  test.each([
    { optimizer: { name: 'polyak' as const }, bound: 10 },
    { optimizer: { name: 'polyak' as const, coefficient: 0.2, least_loss: 0.1 }, bound: 1 },
    { optimizer: { name: 'polyak' as const, growth_rate: 1.1 }, bound: 100 },
  ])('%j', ({ optimizer, bound }) => {
    const {
      coefficient = 0.5,
      least_loss = 0,
      growth_rate = Infinity,
    } = { ...optimizer } as unknown as Record<string, number>;
    let last = 1;
    for (const { x, g, loss, rate, after } of visits(optimizer, bound, 40)) {
      const square = g.reduce((sum, value) => sum + value * value, 0);
      const polyak = (loss - least_loss) / (coefficient * square + 1e-8);
      last = Math.min(polyak, bound, growth_rate * last);
      within(rate, last, { rel: 1e-6, because: 'the norm of float32 gradients' });
      after.forEach((value, i) => within(value, x[i] - last * g[i], FLOAT32));
    }
  });

  test('stands still below the least loss, and where the gradient is 0', () => {
    const rule = optimizerOf(
      { optimizer: { name: 'polyak', least_loss: 2 } },
      { initial: new Float32Array(1), updates: 1, resumed: null },
    );
    expect(rule.step(Float32Array.of(1), { rate: 1, clipFactor: 1, loss: 1, gradientNorm: 1 }).rate).toBe(0);
    expect(rule.step(Float32Array.of(0), { rate: 1, clipFactor: 1, loss: 9, gradientNorm: 0 }).rate).toBe(0);
  });
});

describe('csgd', () => {
  // m' = -2 a u m + a eta Sigma u^2 / 2: with u = 1 until 2 m = eta Sigma at t*, after it u = 1 / (1 + a (t - t*)).
  test('its control is the closed form of the one-dimensional quadratic (Li, Tai & E, equation 21)', () => {
    const [a, eta, noise, start] = [0.8, 0.5, 2, 3];
    const floor = (eta * noise) / 4;
    const switchTime = Math.log((start - floor) / ((eta * noise) / 2 - floor)) / (2 * a);
    const exact = (t: number): number => (t <= switchTime ? 1 : 1 / (1 + a * (t - switchTime)));
    const control = (m: number): number => bestControl({ a, square: 2 * a * m, noise, eta });
    const slope = (m: number): number => -2 * a * control(m) * m + (a * eta * noise * control(m) ** 2) / 2;
    const dt = 1e-3;
    let m = start;
    for (let k = 0; k < 8000; k += 1) {
      within(control(m), exact(k * dt), { abs: 2e-6, because: 'Heun steps of 1e-3 across the switch' });
      const first = slope(m);
      m += (dt * (first + slope(m + dt * first))) / 2;
    }
  });

  test('its averages are plain exponential averages of x, g, x^2, g^2 and x g, whose share adapts to the noise', () => {
    const eta = 0.5;
    const means = CURVATURES.map(() => ({ x: 0, g: 0, xx: 0, gg: 0, xg: 0, beta: 0.9, u: 1, isFirst: true }));
    for (const { x, g, after } of visits({ name: 'csgd' }, eta, 60)) {
      means.forEach((mean, i) => {
        const kept = mean.isFirst ? 0 : mean.beta;
        const into = (old: number, value: number): number => kept * old + (1 - kept) * value;
        mean.x = into(mean.x, x[i]);
        mean.g = into(mean.g, g[i]);
        mean.xx = into(mean.xx, x[i] * x[i]);
        mean.gg = into(mean.gg, g[i] * g[i]);
        mean.xg = into(mean.xg, x[i] * g[i]);
        const noise = mean.gg - mean.g ** 2;
        const curvature = mean.isFirst ? NaN : (mean.xg - mean.x * mean.g) / (mean.xx - mean.x ** 2);
        const best = curvature > 0 ? Math.min(1, mean.g ** 2 / (curvature * eta * noise)) : 1;
        mean.u = mean.beta * mean.u + (1 - mean.beta) * best;
        mean.beta = 0.9 + 0.099 * (noise / mean.gg);
        mean.isFirst = false;
        within(after[i], x[i] - mean.u * eta * g[i], { rel: 1e-4, abs: 1e-4, because: 'averages of float32 values' });
      });
    }
  });
});
