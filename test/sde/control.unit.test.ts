import { describe, expect, test } from '@jest/globals';
import { solve } from '../../solvers/index.js';
import { parseArtifact } from '../../src/artifacts/files.js';
import { fastStream } from '../../src/math/fast-stream.js';
import { cubicTable } from '../../src/math/cubic-table.js';
import { meanEstimate, ratioEstimate } from '../../src/math/estimates.js';
import { checkPolicyTests, policyIssues, policySchedule, weightsRule } from '../../src/schedules/index.js';
import { controlSgdModel, fuseIteration, rateProblem, realRuns, type ControlledModel } from '../../src/sde/index.js';
import { learningRateOf, withLearningRate } from '../schedules/fixtures/policies.js';
import { within } from '../helpers/within.js';
import { modelOf, type Changes } from './models.js';

const CONTROL = { domain: { theta: [-4, 4] }, nodes: 41, steps: 30 };
const SMALL: Changes = { eta: 0.2, horizon: 2, control: CONTROL };

describe('the rate problem', () => {
  test('coefficients at a node, by hand', async () => {
    // no attack: h = theta - x, hbar = theta - .2, D hbar = 1, S = .81 / 4; L = ((theta - .2)^2 + .81) / 2
    const model = await modelOf({
      ...SMALL,
      attack: { type: 'none' },
      control: { ...CONTROL, running_cost: 'u*loss + t' },
    });
    const { problem, lossMinimum, updates } = await rateProblem(model);
    const out = new Float64Array(1);
    problem.drift(0, [1.2], [0.5], out, 0);
    within(out[0], -0.5 - 0.1 * 0.25, { abs: 1e-12, because: '-u hbar - (eta / 2) u^2 (D hbar) hbar' });
    problem.covariance(0, [1.2], [0.5], out, 0);
    within(out[0], 0.2 * 0.25 * 0.2025, { abs: 1e-12, because: 'eta u^2 S' });
    within(problem.terminalCost([1.2]), 0.905, { abs: 1e-12, because: '(1 + .81) / 2' });
    within(problem.runningCost(0.3, [1.2], [0.5], 0), 0.5 * 0.905 + 0.3, { abs: 1e-12, because: 'u loss + t' });
    within(lossMinimum, 0.405, { abs: 1e-9, because: '.81 / 2 at .2' });
    expect([updates, problem.timeDependent, problem.polynomial]).toEqual([10, true, true]);
  });

  test('bad input: no control, a horizon between updates, too few runs', async () => {
    await expect(rateProblem(await modelOf())).rejects.toThrow('has no control problem');
    await expect(rateProblem(await modelOf({ ...SMALL, horizon: 2.1 }))).rejects.toThrow('no whole number of updates');
    await expect(controlSgdModel(await modelOf(SMALL), { runs: 1 })).rejects.toThrow('2 runs or more');
  });

  test('a cost that is no polynomial of the rate is searched for', async () => {
    const { problem } = await rateProblem(
      await modelOf({ ...SMALL, control: { ...CONTROL, running_cost: 'sqrt(u)' } }),
    );
    expect(problem.polynomial).toBe(false);
  });
});

describe('real runs', () => {
  test('costs are the terminal one and the sum of the running one', async () => {
    const model = await modelOf({
      ...SMALL,
      control: { ...CONTROL, terminal_cost: 'theta', running_cost: 'u*theta^2' },
    });
    const run = realRuns(model, await rateProblem(model));
    const seen: [number, number][] = [];
    const { cost, finalWeights } = run(
      new Float64Array(10).fill(0.1),
      { runs: 3, seed: 1, purpose: 'p' },
      (r, _k, theta, rate) => {
        if (r === 2) seen.push([theta[0], rate]);
      },
    );
    // u = .1 / .2
    const running = seen.reduce((sum, [theta]) => sum + 0.2 * 0.5 * theta ** 2, 0);
    expect(seen).toHaveLength(10);
    within(cost[2], running + finalWeights[2], { rel: 1e-12, because: 'rounding of a sum of eleven' });
  });

  test('two rules see the same samples', async () => {
    const model = await modelOf(SMALL);
    const run = realRuns(model, await rateProblem(model));
    const options = { runs: 20, seed: 1, purpose: 'p' };
    const open = run(new Float64Array(10).fill(0.1), options);
    expect(run(() => 0.1, options).finalWeights).toEqual(open.finalWeights);
    expect(run(() => 0.1, { ...options, purpose: 'q' }).finalWeights).not.toEqual(open.finalWeights);
    // run by run: theta_n - mu is linear in theta_0, so that another rate shifts every run by the same samples alone
    expect(run(() => 0, options).finalWeights).toEqual(new Float64Array(20).fill(2.2));
    expect(fuseIteration(model).source).toContain('rates[k]');
    expect(fastStream(0, 'a').words).toHaveLength(4);
  });
});

describe('the policy of a model', () => {
  let known: Promise<ControlledModel> | undefined;
  const controlled = () => (known ??= modelOf(SMALL).then((model) => controlSgdModel(model, { runs: 400, seed: 2 })));

  test('is a file that keeps its own tests, with absolute rates', async () => {
    const { policy, of } = await controlled();
    const read = parseArtifact('policy', JSON.parse(JSON.stringify(policy)), 'policy.json');
    expect(policyIssues(read)).toEqual([]);
    expect(checkPolicyTests(read)).toEqual([]);
    expect(policy).toMatchObject({
      requires: ['weights_state'],
      filter: { kind: 'weights', names: ['theta'] },
      time: { horizon: 10 },
    });
    const answer = solve(of.problem, { query: [{ t: 0, x: [0.4] }] });
    within(weightsRule(read, { updates: 10 }).decide(0, [0.4]).controls.learning_rate, 0.2 * answer.controls[0]!.u, {
      rel: 1e-5,
      because: 'the table is eta u at the nodes, to six digits',
    });
  });

  test('outside the domain and without weights it falls back on its mean rates', async () => {
    const { policy } = await controlled();
    const rule = weightsRule(policy, { updates: 10 });
    const controls = { learning_rate: learningRateOf(policy).open_loop.values[3] };
    expect(rule.decide(3, [9])).toEqual({ controls, reason: 'fallback:out_of_support' });
    expect(rule.decide(3, [NaN])).toEqual({ controls, reason: 'fallback:nan' });
    expect(rule.decide(12, [1]).reason).toBe('hold:horizon');
    expect(() => weightsRule(policy, { updates: 11 })).toThrow('is for 10 updates');
  });

  test('no reader of losses follows it, and one that does not know weights refuses it', async () => {
    const { policy } = await controlled();
    expect(() => policySchedule(policy, { updates: 10 })).toThrow('follows the weights theta, not a loss');
    expect(policyIssues({ ...policy, requires: [] })).toEqual([expect.objectContaining({ path: 'requires' })]);
    const table = learningRateOf(policy).table!;
    const axes = table.axes.map((axis, i) => (i === 1 ? { ...axis, name: 'other' } : axis));
    expect(policyIssues(withLearningRate(policy, { table: { ...table, axes } }))).toEqual([
      expect.objectContaining({
        path: 'controls.learning_rate.table.axes',
        message: 'must be time, theta; got time, other',
      }),
    ]);
  });

  test('beats the best constant rate; all that is reported is of the reported runs', async () => {
    const { result } = await controlled();
    const [policy, constant] = result.methods;
    expect(result.methods.map(({ name }) => name)).toEqual(['policy', 'constant', 'decay']);
    const { mean, standard_error: error } = result.comparisons[0].cost_difference;
    expect(mean! > 3 * error!).toBe(true);
    within(constant.cost.mean! - policy.cost.mean!, mean!, { abs: 1e-12, because: 'the mean of differences' });
    within(policy.final_loss.mean! - result.loss_min, policy.excess_loss.mean!, { abs: 1e-12, because: 'the excess' });
    within(result.real_less_value.mean!, policy.cost.mean! - result.solver.value, { abs: 1e-12, because: 'the gap' });
    within(result.loss_error, 0, { abs: 1e-12, because: 'a cubic has quadratic losses exactly' });
  });

  test('the same seed, the same result', async () => {
    const again = await controlSgdModel(await modelOf(SMALL), { runs: 400, seed: 2 });
    expect([again.result, again.policy]).toEqual([(await controlled()).result, (await controlled()).policy]);
  });
});

describe('what it is made of', () => {
  test('a cubic table has cubics exactly, in two dimensions, outside too', () => {
    const f = (x: number, y: number): number => x ** 3 - 2 * x * y + y ** 2;
    const axes = [{ low: -1, high: 1, nodes: 5 }, { low: 0, high: 3, nodes: 6 }]; // prettier-ignore
    const values = Float64Array.from({ length: 30 }, (_, k) => f(-1 + 0.5 * Math.floor(k / 6), 0.6 * (k % 6)));
    const table = cubicTable(axes, values);
    for (const [x, y] of [
      [0.3, 1.7],
      [-1, 0],
      [1, 3],
      [0.9, 2.95],
      [1.2, -0.1],
    ]) {
      // prettier-ignore
      within(table([x, y]), f(x, y), { abs: 1e-12, because: 'rounding' });
    }
  });

  test('means and ratios with their errors, by hand', () => {
    // mean of 1, 2, 6: 3; squares 4 + 1 + 9 over 2, over 3
    expect(meanEstimate([1, 2, 6])).toEqual({ mean: 3, standard_error: Math.sqrt(14 / 6) });
    expect(meanEstimate([1, NaN])).toEqual({ mean: null, standard_error: null });
    expect(ratioEstimate([2, 4, 12], [1, 2, 6])).toEqual({ mean: 2, standard_error: 0 });
  });
});
