import { describe, expect, test } from '@jest/globals';
import { bothRatesProblem, controlKept, keptFlows, keptModel } from '../../../src/sde/index.js';
import { meanClosure } from '../../../src/sde/kept/control/closure.js';
import { bothRatesRuns } from '../../../src/sde/kept/control/runs.js';
import { realRunner } from '../../../src/sde/kept/runners.js';
import { jointUpdate } from '../../../src/sde/kept/update.js';
import { meanEstimate } from '../../../src/math/estimates.js';
import { within } from '../../helpers/within.js';
import { modelOf, type Changes } from '../models.js';

/** A quadratic loss whose clean and whose robust minimum differ: at .4667 and at .2719 over these points of mean .2. */
const RIDGE: Changes = {
  loss: 'c*(theta - x)^2 + (theta - 1)^2/4',
  data: { points: [[-1.6], [-1.2], [-0.8], [-0.5], [-0.2], [0.1], [0.3], [0.6], [0.9], [1.2], [1.6], [2]] },
  attack: { type: 'penalised_ascent', start: 'kept', eta_i: 0.2, lambda: 1.8 },
  eta: 0.1,
  batch_size: 2,
  horizon: 3,
  start: { theta: 2.2 },
  at: [],
  control: { domain: { theta: [-1, 2.6], perturbation: [-2, 0.6] }, attack_rate: [0, 0.6], nodes: 21, steps: 24 },
};
const ROUNDING = { abs: 1e-12, because: 'rounding' };

describe('the mean in two states', () => {
  test('is that of all weights and perturbations', async () => {
    const model = await modelOf(RIDGE);
    const { kept, mean } = meanClosure(model);
    const joint = jointUpdate(kept);
    const [state, D, two] = [kept.start.slice(), new Float64Array(kept.size), new Float64Array(2)];
    for (let k = 0; k < 10; k += 1) {
      const m = state.subarray(1).reduce((sum, delta) => sum + delta / 12, 0);
      joint.mean(state, 0.05, D);
      mean([state[0], m], 0.05, 0.2, two);
      within(two[0], D[0], ROUNDING);
      within(
        two[1],
        D.subarray(1).reduce((sum, move) => sum + move / 12, 0),
        ROUNDING,
      );
      for (let i = 0; i < state.length; i += 1) state[i] += D[i];
    }
  });

  test('is run for real as the general iteration runs it, draw by draw', async () => {
    const model = await modelOf({ ...RIDGE, rate: { value: 0.5 } });
    const of = await bothRatesProblem(model);
    const rule = (_k: number, _theta: number, _m: number, out: Float64Array): void => out.set([0.05, 0.2]);
    const { finalLoss, means } = bothRatesRuns(model, of)(rule, { runs: 1, seed: 5, purpose: 'p' });
    const path: number[] = [2.2];
    realRunner(keptModel(model), { eta: 0.1, updates: 30 }, false)(5, 'p/0', (_n, state) => path.push(state[0]));
    means.weight.forEach((theta, k) => within(theta, path[k], ROUNDING));
    within(finalLoss[0], of.strongLoss(path[30]), ROUNDING);
  });

  test('the strong loss and its least, in closed form', async () => {
    const { strongLoss, lossMinimum, minimizer } = await bothRatesProblem(await modelOf(RIDGE));
    const model = await modelOf(RIDGE);
    const [flow] = keptFlows(model).flows;
    flow.weights.forEach(([theta], k) =>
      within(strongLoss(theta), flow.strong_loss[k], { rel: 1e-10, because: 'the ascent stands still' }),
    );
    // c (lambda / (lambda - 2c))^2 = 2.53125 on (theta - x)^2, mean x = .2, and 1/4 on (theta - 1)^2
    const least = (2.53125 * 0.2 + 0.25) / 2.78125;
    within(minimizer, least, { abs: 1e-9, because: 'a parabola through three values' });
    within(lossMinimum, strongLoss(least), ROUNDING);
  });
});

describe('the control of both rates', () => {
  test('beats the best constants of both, and of the learning rate alone, in real runs', async () => {
    const { result, means } = await controlKept(await modelOf(RIDGE), { runs: 400, seed: 1 });
    const { comparisons, methods, mean_rates: rates, policy_id: policy, solver } = result;
    expect(solver.status).toBe('converged');
    expect(policy).toBeNull();
    expect(methods.map(({ name }) => name)).toEqual(['policy', 'constant', 'held_attack']);
    expect(methods[2].parameters).toMatchObject({ attack_rate: 0.2 });
    comparisons.forEach(({ cost_difference: { mean, standard_error: error } }) =>
      expect(mean! - 3 * error!).toBeGreaterThan(0),
    );
    expect(rates!.learning_rate).toEqual([...means['policy'].learning_rate]);
    expect(Math.max(...rates!.attack_rate)).toBeLessThanOrEqual(0.6 + 1e-9);
  });

  test('of a held attack is one of the learning rate alone, and its first move is the largest rate', async () => {
    const control = { domain: { theta: [-1, 2.6], perturbation: [-2, 0.6] }, nodes: 15, steps: 10 };
    const model = await modelOf({ ...RIDGE, control, horizon: 0.6 });
    const { result } = await controlKept(model, { runs: 200 });
    expect(result.methods.map(({ name }) => name)).toEqual(['policy', 'constant']);
    // too short to come near the minimum: the largest rate throughout, for the policy and for the constant
    within(result.solver.rate_at_start, 0.1, ROUNDING);
    result.methods.forEach(({ cost }) =>
      within(cost.mean!, result.methods[0].cost.mean!, { rel: 0.01, because: 'both take the largest rate' }),
    );
  });

  test('refuses a loss whose mean does not close, by name', async () => {
    await expect(controlKept(await modelOf({ ...RIDGE, loss: 'log(cosh(theta - x))' }))).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'loss', message: expect.stringContaining('quadratic in weight and input') }],
    });
    await expect(controlKept(await modelOf({ ...RIDGE, loss: '(theta - x)^2' }))).rejects.toMatchObject({
      issues: [{ path: 'attack.lambda', message: 'must be above 2, got 1.8' }],
    });
  });
});

test('the mean of the policy is no artefact of the runs: the same seed, the same numbers', async () => {
  const model = await modelOf({ ...RIDGE, horizon: 0.6 });
  const of = await bothRatesProblem(model);
  const rule = (_k: number, _theta: number, m: number, out: Float64Array): void => out.set([0.05, m < 0 ? 0.2 : 0.4]);
  const run = () => bothRatesRuns(model, of)(rule, { runs: 50, seed: 1, purpose: 'p' });
  expect(meanEstimate(run().cost)).toEqual(meanEstimate(run().cost));
});
