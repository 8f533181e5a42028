import { describe, expect, test } from '@jest/globals';
import { longRun, robustness, simulateSgd } from '../../src/sde/index.js';
import { observablesOf } from '../../src/sde/observables.js';
import { ensemble } from '../../src/sde/simulation/ensemble.js';
import { realRunner } from '../../src/sde/simulation/real-run.js';
import { stationaryPlane } from '../../src/sde/long-run/stationary-plane.js';
import { within } from '../helpers/within.js';
import { LOCATION, modelOf } from './models.js';
import { ORNSTEIN_UHLENBECK } from './studies.js';

const DIGITS = { rel: 1e-5, because: 'six digits are given' };

describe('theory 5 (iii): moments of SGD and of its SDE', () => {
  test('means and variances after 40 updates', async () => {
    const {
      quantities,
      sentences,
      interpolation_error: error,
    } = await simulateSgd(await modelOf(ORNSTEIN_UHLENBECK), {
      runs: 4000,
      paths: 4000,
      seed: 1,
    });
    const [{ name, real, first, second }] = quantities;
    expect(name).toBe('theta');
    expect(quantities.map((each) => each.name)).toEqual(['theta', 'theta^2']);
    const FOUR = (at: number) => ({ abs: 4 * at, because: 'four standard errors' });
    for (const [at, mean, variance] of [
      [real.at(-1)!, 0.0264745434, 0.0315027885],
      [first.at(-1)!, 0.0322404, 0.0299861],
      [second.at(-1)!, 0.0268134, 0.0286168],
    ] as const) {
      within(at.mean, mean, FOUR(at.mean_error));
      within(at.variance, variance, FOUR(at.variance_error));
    }
    expect(sentences[0]).toContain('The first-order SDE differs from the real runs');
    within(error!, 0, { abs: 1e-9, because: 'the fields are polynomials' });
    const [low, median, high] = [0, 2, 4].map((k) => real.at(-1)!.quantiles[k]);
    // the law is normal: 5 % and 95 % at 1.645 standard deviations
    within((high - low) / 2, 1.645 * Math.sqrt(0.0315), { rel: 0.05, because: '4000 runs' });
    within(median, 0.0265, { abs: 0.015, because: '4000 runs' });
  });

  test('long run: l S / (a (2 - l a)) for the real iteration, Lyapunov and density for the SDE', async () => {
    const result = longRun(await modelOf(ORNSTEIN_UHLENBECK), { runs: 32, seed: 2 });
    const { lyapunov, rates, stationary, real, linear } = result;
    const l = 0.08;
    within(lyapunov.real[0][0], (l * 0.9) / (1.2 * (2 - l * 1.2)), { rel: 1e-8, because: 'closed form' });
    within(lyapunov.first[0][0], (0.1 * 0.8 * 0.9) / (2 * 1.2), { rel: 1e-8, because: 'closed form' });
    const second = 1.2 * (1 + 0.1 * 0.8 * 1.2 * 0.5);
    within(rates.first, 0.8 * 1.2, { rel: 1e-8, because: 'closed form' });
    within(rates.second, 0.8 * second, { rel: 1e-8, because: 'closed form' });
    within(rates.real, -Math.log(1 - l * 1.2) / 0.1, { rel: 1e-8, because: 'closed form' });
    within(stationary!.covariance[0][0], (0.1 * 0.8 * 0.9) / (2 * second), {
      rel: 1e-7,
      because: 'Simpson on 400 cells',
    });
    within(stationary!.spectral_gap!, 0.8 * second, { rel: 2e-3, because: 'volumes of second order' });
    expect(linear).toBe(true);
    within(real.covariance[0][0], lyapunov.real[0][0], {
      abs: 4 * real.covariance_errors[0][0],
      because: 'four standard errors',
    });
    within(real.mean[0], 0, { abs: 4 * real.mean_errors[0], because: 'four standard errors' });
    within(real.rate!, rates.real, { abs: 4 * real.rate_error!, because: 'four standard errors' });
  });

  test('a density of two weights: an Ornstein-Uhlenbeck process that is correlated', () => {
    // dX = -A X dt + dW with A = diag(1, 2), noise [[1, .5], [.5, 1]]: C_ij = noise_ij / (A_i + A_j)
    const exact = [1 / 2, 0.5 / 3, 1 / 4];
    const found = stationaryPlane(
      ([x, y], b, c) => (b.set([-x, -2 * y]), c.set([1, 0.5, 0.5, 1])),
      [0, 0],
      [Math.sqrt(exact[0]), Math.sqrt(exact[2])],
      1,
    )!;
    const [[xx, xy], [, yy]] = found.covariance;
    [xx, xy, yy].forEach((value, k) =>
      within(value, exact[k], { rel: 0.012, because: 'second order, 71 nodes over 12 deviations' }),
    );
    within(found.gap!, 1, { rel: 0.012, because: 'the same' });
  });
});

describe('theory 5 (iv-4): budgets along the flows', () => {
  test('losses under attack and input gradients', async () => {
    const model = await modelOf({ start: { theta: 0.6 }, attack: { type: 'projected_ascent', eps: 0.3, steps: 5 } });
    const { eps, sgd, adversarial, times } = await robustness(model, { eps: [0, 0.3] });
    expect(eps).toEqual([0, 0.3]);
    within(sgd.adversarial_loss[1][0], 0.7663624, DIGITS);
    within(sgd.adversarial_loss[0][0], (0.16 + 0.81) / 2, DIGITS);
    within(adversarial.input_gradient[0], Math.sqrt(0.97), DIGITS);
    // theta - mu = .4 e^-t without attack
    times.forEach((t, k) => within(sgd.weights[k][0], 0.2 + 0.4 * Math.exp(-t), { abs: 1e-6, because: 'Runge-Kutta' }));
    expect(adversarial.adversarial_loss[1].at(-1)!).toBeLessThan(sgd.adversarial_loss[1].at(-1)!);
  });
});

describe('randomness', () => {
  test('the same seed, the same bytes; another seed, others', async () => {
    const model = await modelOf({ horizon: 1 });
    const bytes = async (seed: number): Promise<string> =>
      JSON.stringify([await simulateSgd(model, { runs: 20, seed }), longRun(model, { runs: 2, seed })]);
    const first = await bytes(5);
    expect(await bytes(5)).toBe(first);
    expect(await bytes(6)).not.toBe(first);
  });

  test('a run does not depend on how many there are', async () => {
    const model = await modelOf({ horizon: 1 });
    const ends = (count: number): number[] => {
      const seen: number[] = [];
      const run = realRunner(model, 0.1, 10, null);
      const quantities = [{ name: 'theta', value: (theta: ArrayLike<number>) => (seen.push(theta[0]), theta[0]) }];
      const runner: typeof run = (seed, name, onUpdate) => run(seed, name, onUpdate);
      ensemble({ runner, name: 'x', count, seed: 4, start: model.start, quantities, at: [10], eta: 0.1 });
      return seen;
    };
    expect(ends(9).slice(0, 4)).toEqual(ends(4));
  });

  test('observables: those of the file, else the weights', async () => {
    expect((await observablesOf(await modelOf())).map(({ name }) => name)).toEqual([...LOCATION.observables]);
    const [weight] = await observablesOf(await modelOf({ observables: [] }));
    expect([weight.name, weight.value([7])]).toEqual(['theta', 7]);
  });
});
