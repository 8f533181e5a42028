import { describe, expect, test } from '@jest/globals';
import { keptModel, type KeptModel } from '../../../src/sde/index.js';
import { jointDrift, jointFlow } from '../../../src/sde/kept/joint-drift.js';
import { jointUpdate, type NoiseOf } from '../../../src/sde/kept/update.js';
import { visitFactors, visitsOf } from '../../../src/sde/kept/visits.js';
import { fittedSlope } from '../../../src/sde/weak-order/slope.js';
import { within } from '../../helpers/within.js';
import { modelOf } from '../models.js';
import { KEPT_LOG_COSH, written } from './models.js';

/** Every minibatch of B draws from n examples. */
function batches(n: number, B: number): number[][] {
  return Array.from({ length: n ** B }, (_, k) => Array.from({ length: B }, (__, b) => Math.floor(k / n ** b) % n));
}

/** Mean and covariance of one real update, over every minibatch. */
function enumerated(kept: KeptModel, state: Float64Array, rate: number) {
  const { step } = jointUpdate(kept);
  const all = batches(kept.visits.examples, kept.visits.batchSize).map((integers) => {
    const after = state.slice();
    step(after, rate, written({ integers }));
    return after.map((value, m) => value - state[m]);
  });
  const mean = state.map((_, m) => all.reduce((sum, change) => sum + change[m] / all.length, 0));
  const covariance = [...state].map((_, a) =>
    [...state].map((__, b) => all.reduce((sum, d) => sum + ((d[a] - mean[a]) * (d[b] - mean[b])) / all.length, 0)),
  );
  return { mean, covariance };
}

/** The covariance of the noise: it is linear in its normals, so that unit ones give the columns of a root. */
function noiseCovariance(kept: KeptModel, state: Float64Array, rate: number, of: NoiseOf): number[][] {
  const { noise } = jointUpdate(kept);
  const normals = 3 * kept.visits.examples + 1;
  const columns = Array.from({ length: normals }, (_, k) => {
    const out = new Float64Array(kept.size);
    noise(state, rate, written({ normals: Array.from({ length: normals }, (__, j) => (j === k ? 1 : 0)) }), of, out);
    return out;
  });
  return [...state].map((_, a) => [...state].map((__, b) => columns.reduce((sum, c) => sum + c[a] * c[b], 0)));
}

describe('the moments of one update, over every minibatch', () => {
  test.each([1, 2, 3])('batches of %i from three examples', async (batch_size) => {
    const kept = keptModel(await modelOf({ ...KEPT_LOG_COSH, batch_size }));
    const state = Float64Array.of(0.7, 0.1, -0.2, 0.3);
    const rounding = { abs: 1e-14, because: 'rounding' };
    const [D, { mean, covariance }] = [new Float64Array(4), enumerated(kept, state, 0.13)];
    jointUpdate(kept).mean(state, 0.13, D);
    mean.forEach((value, m) => within(D[m], value, rounding));
    const joint = noiseCovariance(kept, state, 0.13, 'joint');
    covariance.forEach((row, a) => row.forEach((value, b) => within(joint[a][b], value, rounding)));
    // weights and perturbations are correlated, which is what the other two leave out
    expect(Math.abs(covariance[0][1])).toBeGreaterThan(1e-4);
    const independent = noiseCovariance(kept, state, 0.13, 'independent');
    within(independent[0][1], 0, rounding);
    within(independent[1][2], covariance[1][2], rounding);
    const weights = noiseCovariance(kept, state, 0.13, 'weights');
    within(weights[0][0], covariance[0][0], rounding);
    within(weights[1][1], 0, rounding);
  });

  test('two weights, two inputs and a label', async () => {
    const kept = keptModel(
      await modelOf({
        weights: ['a', 'b'],
        inputs: ['x', 'z'],
        label: 'y',
        parameters: {},
        loss: 'log(1 + exp(-y*(a*x + b*z)))',
        data: { points: [[1, 0.5, 1], [-0.3, 0.8, -1]] }, // prettier-ignore
        attack: { type: 'projected_ascent', start: 'kept', norm: 'L2', eps: 0.2, alpha: 0.1 },
        start: { a: 0.4, b: -0.2 },
        at: [],
        observables: [],
      }),
    );
    const state = Float64Array.of(0.4, -0.2, 0.1, 0, -0.1, 0.05);
    const { mean, covariance } = enumerated(kept, state, 0.1);
    const D = new Float64Array(6);
    jointUpdate(kept).mean(state, 0.1, D);
    mean.forEach((value, m) => within(D[m], value, { abs: 1e-14, because: 'rounding' }));
    const joint = noiseCovariance(kept, state, 0.1, 'joint');
    covariance.forEach((row, a) => row.forEach((v, b) => within(joint[a][b], v, { abs: 1e-14, because: 'rounding' })));
  });
});

test('visits of two draws from three examples', () => {
  // missed by both draws: (2/3)^2 = 4/9; both of i and j missed: 1/9; c = 2/3
  const visits = visitsOf(3, 2);
  within(visits.probability, 5 / 9, { abs: 1e-15, because: 'rounding' });
  within(visits.variance, 20 / 81, { abs: 1e-15, because: 'rounding' });
  within(visits.covariance, 1 / 9 - 16 / 81, { abs: 1e-15, because: 'rounding' });
  within(visits.coupling, 2 / 3, { abs: 1e-15, because: 'rounding' });
  // one draw visits exactly one example: nothing is common, nothing is an example's own
  const { common, own } = visitFactors(visitsOf(7, 1));
  within(common, 0, { abs: 1e-7, because: 'the root of rounding' });
  within(own, 0, { abs: 1e-7, because: 'the root of rounding' });
});

describe('weak order of a loss that is not quadratic, by trees of all minibatches and of two-point noise', () => {
  /**
   * Two examples, one draw: a minibatch is a coin, and so is the noise of an update, in the one normal that counts (less its
   * mean over the examples, hence the root of 2). Two points have the first three moments of a normal, so that the tree of the
   * SDE errs by O(u^3) beside its own O(u^2).
   */
  const KIND = {
    ...KEPT_LOG_COSH,
    batch_size: 1,
    data: { points: [[-1.5], [1.5]] },
    horizon: 0.5,
    start: { theta: 1 },
  };
  const f = (theta: number): number => theta * theta + Math.sin(2 * theta);

  /** The mean of f over a binary tree. */
  function expected(state: Float64Array, left: number, child: (at: Float64Array, coin: 0 | 1) => Float64Array): number {
    if (left === 0) return f(state[0]);
    return (expected(child(state, 0), left - 1, child) + expected(child(state, 1), left - 1, child)) / 2;
  }

  async function errorsAt(updates: number) {
    const eta = 0.5 / updates;
    const kept = keptModel(await modelOf({ ...KIND, eta }), 5 * eta);
    const update = jointUpdate(kept);
    const flow = (order: 1 | 2) => jointFlow(jointDrift(jointUpdate(kept), order, kept.size), kept.size);
    const [first, second] = [flow(1), flow(2)];
    const real = expected(kept.start, updates, (state, coin) => {
      const after = state.slice();
      update.step(after, eta, written({ integers: [coin] }));
      return after;
    });
    const kick = new Float64Array(kept.size);
    const sde = (of: NoiseOf): number =>
      expected(kept.start, updates, (state, coin) => {
        const middle = state.slice();
        second(middle, eta, 0.5);
        update.noise(middle, eta, written({ normals: [Math.SQRT2 * (2 * coin - 1), 0, 0, 0, 0] }), of, kick);
        const after = middle.map((value, m) => value + kick[m]);
        second(after, eta, 0.5);
        return after;
      });
    const field = kept.start.slice();
    first(field, eta, updates, 4 * updates);
    return [f(field[0]) - real, sde('joint') - real, sde('weights') - real];
  }

  test('1 by the mean field, 2 with the joint noise, towards 1 with the noise of the weights alone', async () => {
    const counts = [3, 6, 12];
    const errors = await Promise.all(counts.map(errorsAt));
    const order = (form: number, of: readonly number[] = [0, 1, 2]): number =>
      fittedSlope(of.map((k) => 1 / counts[k]), of.map((k) => errors[k][form]), of.map(() => 0)).slope!; // prettier-ignore
    within(order(0), 1, { abs: 0.1, because: 'theory 7' });
    within(order(1), 2, { abs: 0.2, because: 'theory 7; 2.18, then 2.10' });
    within(order(2, [1, 2]), 1, { abs: 0.4, because: 'it falls to 1: 1.70, then 1.33' });
  });
});
