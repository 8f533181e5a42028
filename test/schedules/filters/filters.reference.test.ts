import { describe, expect, test } from '@jest/globals';
import { createFilter, type FilterState } from '../../../src/schedules/index.js';
import { lossAloneSpec, slowNoiseSpec } from '../fixtures/policies.js';
import { within } from '../../helpers/within.js';

/** Covariance after a prediction, from the definition: F P F^T + Q with F by central differences of the mean. */
function predictedCovariance(
  spec: typeof slowNoiseSpec,
  state: FilterState,
  rate: number,
  noise: readonly number[],
): number[] {
  const filter = createFilter(spec);
  const n = state.mean.length;
  const h = 1e-5;
  const column = (j: number): number[] => {
    const moved = (step: number): readonly number[] =>
      filter.predict({ ...state, mean: state.mean.map((x, i) => (i === j ? x + step : x)) }, rate).mean;
    return moved(h).map((x, i) => (x - moved(-h)[i]) / (2 * h));
  };
  const F = Array.from({ length: n }, (_, j) => column(j));
  return Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    let sum = i === j ? noise[i] : 0;
    for (let a = 0; a < n; a += 1)
      for (let b = 0; b < n; b += 1) sum += F[a][i] * state.covariance[a * n + b] * F[b][j];
    return sum;
  });
}

describe('state filters', () => {
  test.each([
    ['slow_noise_memory', slowNoiseSpec, { mean: [0.5, -2], covariance: [0.04, 0.01, 0.01, 0.09] }, [0.02, 0.05]],
    ['loss_alone', lossAloneSpec, { mean: [0.5], covariance: [0.04] }, [0.02]],
  ])('%s: the covariance is carried by the Jacobian of the mean', (_name, spec, state, deviations) => {
    const rate = 0.3;
    const noise = deviations.map((q) => (rate / 0.4) ** 2 * q * q);
    const expected = predictedCovariance(spec, state, rate, noise);
    createFilter(spec)
      .predict(state, rate)
      .covariance.forEach((value, i) =>
        within(value, expected[i], { rel: 1e-7, because: 'central differences with step 1e-5' }),
      );
  });

  test('the update is the Kalman update written as information: 1 / P+ = 1 / P + H^2 / R', () => {
    const filter = createFilter(lossAloneSpec);
    const state = { mean: [0.5], covariance: [0.04] };
    const H = Math.exp(0.5);
    const R = (0.1 * (0.2 + H)) ** 2;
    const { state: after, innovation, innovationVariance } = filter.update(state, 2);
    const covariance = 1 / (1 / 0.04 + H ** 2 / R);
    within(after.covariance[0], covariance, { rel: 1e-12, because: 'the same in exact arithmetic' });
    within(after.mean[0], 0.5 + (covariance * H * (2 - 0.2 - H)) / R, { rel: 1e-12, because: 'gain P+ H / R' });
    within(innovation, 2 - 0.2 - H, { rel: 1e-12, because: 'observed minus predicted' });
    within(innovationVariance, H ** 2 * 0.04 + R, { rel: 1e-12, because: 'H P H + R' });
  });

  test('two states: the noise part relaxes by (1 - u lam)^2 plus what the step injects', () => {
    // S = e^.5, N = e^-2, u = .3, lam = .5, n = .1, floor .2: N' = N .85^2 + .09 * .1 * loss.
    const loss = 0.2 + Math.exp(0.5) + Math.exp(-2);
    const { mean } = createFilter(slowNoiseSpec).predict({ mean: [0.5, -2], covariance: [0, 0, 0, 0] }, 0.3);
    within(Math.exp(mean[1]), Math.exp(-2) * 0.85 ** 2 + 0.009 * loss, { rel: 1e-12, because: 'the recursion itself' });
    expect(mean[0]).toBeCloseTo(0.5 - 0.3 * 0.01 * Math.exp(0.5), 12);
  });
});
