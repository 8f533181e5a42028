import { describe, expect, test } from '@jest/globals';
import { keptFlows, keptModel, keptWeakOrder, simulateKept } from '../../../src/sde/index.js';
import { monteCarloErrors } from '../../../src/sde/kept/weak-order/monte-carlo.js';
import { deterministicErrors, quadraticObservables } from '../../../src/sde/kept/weak-order/deterministic.js';
import { observablesOf } from '../../../src/sde/observables.js';
import { within } from '../../helpers/within.js';
import { modelOf } from '../models.js';
import { KEPT_LOG_COSH, keptLocation } from './models.js';

const AT_KAPPA = { type: 'penalised_ascent', start: 'kept', eta_i: 0.2, lambda: 3 };
const ROUNDING = { abs: 1e-12, because: 'rounding' };

/** Theory (7.2), with the probability p of a visit for B / n: the mean of theta after so many updates. */
function locationMean(
  updates: number,
  { rate = 0.08, alpha = 0.3, p = 1 - 0.8 ** 2, c = 0.5, lambda = 3, mean = 0.2 },
) {
  let [theta, m] = [2.2, 0];
  for (let n = 0; n < updates; n += 1) {
    const moved = m + alpha * (-2 * c * (theta - mean - m) - lambda * m);
    theta -= 2 * c * rate * (theta - mean - moved);
    m += p * (moved - m);
  }
  return theta;
}

describe('the location model (7.2)', () => {
  test('its mean field, beside the restarted scheme, Danskin and plain SGD in closed form', async () => {
    const { flows, kappa, times } = keptFlows(await keptLocation());
    const ends = flows.map(({ weights }) => weights.at(-1)![0]);
    const updates = 30;
    within(times.at(-1)!, 2.4, ROUNDING);
    within(ends[0], locationMean(updates, {}), ROUNDING);
    // one step from 0: 2c (1 + 2c alpha); Danskin: 2c (1 + 2c / (lambda - 2c)); plain SGD: 2c
    [1.3, 1.5, 1].forEach((a, k) => within(ends[k + 1], 0.2 + 2 * (1 - 0.08 * a) ** updates, ROUNDING));
    within(kappa!, (0.3 * 0.36) / 0.08, ROUNDING);
  });

  test('the strong loss c (lambda / (lambda - 2c))^2 (theta - x)^2, the penalty not counted', async () => {
    const { flows } = keptFlows(await keptLocation());
    const spread = (theta: number) => [-1, -0.4, 0.1, 0.5, 1.8].reduce((sum, x) => sum + (theta - x) ** 2 / 5, 0);
    flows.forEach(({ weights, strong_loss: loss }) =>
      loss.forEach((value, k) => within(value, 0.5 * 1.5 ** 2 * spread(weights[k][0]), { rel: 1e-11, because: 'the ascent stands still' })),
    ); // prettier-ignore
  });

  test('tends to Danskin as kappa grows and to plain SGD as it vanishes, each in first order', async () => {
    const kept = async (rate: number, alpha: number) => {
      const attack = { type: 'penalised_ascent', start: 'kept', eta_i: alpha, lambda: 3 };
      const { flows } = keptFlows(
        await keptLocation({ attack, eta: rate, horizon: 0.4, data: { points: [[-1], [1.4]] } }),
      );
      return flows.map(({ weights }) => weights.at(-1)![0]);
    };
    const [fast, faster] = [await kept(0.004, 0.2), await kept(0.002, 0.2)].map(([own, , danskin]) => own - danskin);
    within(fast / faster, 2, { abs: 0.2, because: 'the error is of order 1 / kappa' });
    const [slow, slower] = [await kept(0.02, 0.002), await kept(0.02, 0.001)].map(([own, , , frozen]) => own - frozen);
    within(slow / slower, 2, { abs: 0.05, because: 'the error is of order kappa' });
  });

  test('real runs have its mean', async () => {
    const model = await keptLocation();
    const { quantities } = await simulateKept(model, { runs: 2000, paths: 2, seed: 4 });
    const { mean, mean_error: error } = quantities[0].real.at(-1)!;
    within(mean, locationMean(30, {}), { abs: 4 * error, because: 'four standard errors' });
    expect(error).toBeLessThan(0.005);
    expect(quantities.map(({ name }) => name)).toEqual(['theta', 'mean perturbation of x', 'theta^2']);
  });
});

test('paths of the joint SDE have the moments of real runs, up to their order', async () => {
  const model = await keptLocation({ eta: 0.04, horizon: 0.8, attack: { type: 'penalised_ascent', start: 'kept', eta_i: 0.15, lambda: 3 } }); // prettier-ignore
  const { quantities, sentences } = await simulateKept(model, { runs: 600, seed: 1 });
  quantities.forEach(({ real, second }) => {
    for (const figure of ['mean', 'variance'] as const) {
      const [ours, theirs] = [second.at(-1)!, real.at(-1)!];
      const error = Math.hypot(ours[`${figure}_error`], theirs[`${figure}_error`]);
      within(ours[figure], theirs[figure], { abs: 4 * error + 3e-3, because: 'four standard errors and O(eta^2)' });
    }
  });
  expect(sentences).toHaveLength(2);
});

describe('weak order at a fixed ratio of the rates, without Monte Carlo noise', () => {
  test('2 with the joint noise; 1 by the mean field, without the correlation, and with the noise of the weights', async () => {
    const loss = 'c*(theta - x)^2 + 0.1*theta^2';
    const observables = ['theta', 'theta^2'];
    const model = await modelOf({ ...KEPT_LOG_COSH, parameters: { c: 0.5 }, loss, attack: AT_KAPPA, observables });
    const etas = [1 / 40, 1 / 80, 1 / 160];
    const { method, observables: found, sentences } = await keptWeakOrder(model, { etas });
    expect(method).toBe('deterministic');
    const [ofMean, ofSquare] = found.map(({ orders }) => orders.map(({ slope }) => slope!));
    // the mean of an affine process knows no noise
    [1, 2, 2, 2].forEach((order, k) => within(ofMean[k], order, { abs: 0.1, because: 'theory 7' }));
    // of the mean field the errors of drift and of noise, both of first order, have opposite signs here: .9 so far
    [2, 1, 1].forEach((order, k) => within(ofSquare[k + 1], order, { abs: 0.1, because: 'theory 7' }));
    expect(sentences[1]).toContain('joint noise of weights and perturbations 2.0');
  });

  test('runs and paths give the same errors as the moments', async () => {
    const model = await keptLocation({ eta: 0.1, horizon: 0.5, observables: ['theta^2'] });
    const [kept, clock] = [keptModel(model), { eta: 0.1, updates: 5 }];
    const [exact] = deterministicErrors(kept, (await quadraticObservables(model))!, clock);
    const task = { ...clock, runs: 1000, paths: 1000, seed: 2 };
    const [sampled] = monteCarloErrors(kept, await observablesOf(model), task);
    within(sampled.expectation, exact.expectation, { abs: 4 * sampled.uncertainty, because: 'four standard errors' });
    exact.errors.forEach((error, k) =>
      within(sampled.errors[k], error, { abs: 4 * sampled.uncertainties[k] + 2e-4, because: 'four standard errors, and O(eta^3) of the scheme' }),
    ); // prettier-ignore
    // the martingale takes most of the noise, sd .2 / sqrt(1000), with it
    expect(sampled.uncertainty).toBeLessThan(0.002);
  });

  test('is by Monte Carlo where the loss or the observable is not quadratic', async () => {
    expect(await quadraticObservables(await modelOf(KEPT_LOG_COSH))).toBeNull();
    expect(await quadraticObservables(await keptLocation({ observables: ['theta^3'] }))).toBeNull();
    expect(await quadraticObservables(await keptLocation({ rate: { value: '1/(1 + theta^2)' } }))).toBeNull();
    expect(await quadraticObservables(await keptLocation({ loss: '(theta - x)^2/2' }))).not.toBeNull();
  });
});

test('a projected ascent holds on to a maximum that has become the lower one', async () => {
  // l is convex in x: delta is -.3 or .3, and -.3 of the example .4 stays as long as theta is above .1
  const [points, penalty] = [[[-1], [0.4], [1.3]], 0.1];
  const attack = { type: 'projected_ascent', start: 'kept', eps: 0.3 };
  const loss = '(theta - x)^2/2 + 0.1*theta^2';
  const { flows } = keptFlows(
    await modelOf({ ...KEPT_LOG_COSH, loss, data: { points }, attack, horizon: 12, observables: [] }),
  );
  const [kept, , danskin] = flows;
  const at = (theta: number, signs: readonly number[]): number =>
    points.reduce((sum, [x], i) => sum + (theta - x - 0.3 * signs[i]) ** 2 / 6, penalty * theta ** 2);
  // rest: 1.2 theta = mean (x + delta) = .7/3 - .1
  const rest = (0.7 / 3 - 0.1) / 1.2;
  const atRest = { abs: 1e-5, because: 'the flow has come to rest' };
  within(kept.weights.at(-1)![0], rest, atRest);
  within(kept.training_loss.at(-1)!, at(rest, [-1, -1, 1]), atRest);
  within(kept.strong_loss.at(-1)!, at(rest, [-1, 1, 1]), atRest);
  expect(danskin.strong_loss.at(-1)!).toBeLessThan(kept.strong_loss.at(-1)! - 0.01);
  within(danskin.training_loss.at(-1)!, danskin.strong_loss.at(-1)!, { abs: 1e-12, because: 'Danskin sees all' });
});
