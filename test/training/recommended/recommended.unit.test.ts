import { describe, expect, test } from '@jest/globals';
import type { ExperimentInput } from '../../../src/artifacts/experiment/experiment.js';
import { parseArtifact } from '../../../src/artifacts/files.js';
import { policyIssues, policySchedule } from '../../../src/schedules/index.js';
import {
  readingsCost,
  readingTasks,
  recommendedMethod,
  recommendedPolicy,
  recommendedSetting,
  type Readings,
} from '../../../src/training/recommended/index.js';
import { createWorkload } from '../../../src/workloads/index.js';
import { within } from '../../helpers/within.js';

const PGD = { type: 'pgd', norm: 'Linf', eps: 0.2, steps: 5 } as const;
const HIDDEN = [
  { type: 'flatten' },
  { type: 'dense', units: 8 },
  { type: 'relu' },
  { type: 'dense', units: 10 },
] as const;

async function settingOf(
  {
    attack = PGD as object | null,
    layers = HIDDEN as readonly object[],
    training = { type: 'standard' } as object,
  } = {},
  fields: Partial<ExperimentInput> = {},
) {
  const workload = { data: { format: 'builtin', name: 'digits' }, model: { layers }, attack, training };
  const input = { kind: 'experiment', schema_version: '1.0.0', name: 'digits', workload, batch_size: 16, seeds: [1] };
  const parsed = parseArtifact('experiment', { ...input, horizon: 800, ...fields }, 'experiment.json');
  const experiment = { ...parsed, horizon: parsed.horizon as number };
  return recommendedSetting(experiment, await createWorkload(experiment.workload, '.'), experiment.recommended);
}

/** Readings of 240 gradient evaluations that have left the constant predictions. */
const READ: Readings = {
  rate: 0.2,
  updates: 120,
  n_grad_evals: 240,
  half_way: 16,
  gradient_fall: 3,
  loss: 1.5,
  rates: [0.1, 0.2, 0.4],
};

describe('the recommended method', () => {
  test('keeps perturbations, at as many more updates as one step is cheaper than five, the readings paid', async () => {
    const method = recommendedMethod(await settingOf(), READ);
    expect(method.attack).toMatchObject({ type: 'pgd', norm: 'Linf', eps: 0.2, start: 'kept', steps: 1 });
    // 800 updates of 6 evaluations are 4800; less 240, and 2 for an update: 2280.
    expect(method.updates).toBe(2280);
    within(method.rate, 5 * 0.2, { rel: 1e-15, because: 'one product' });
    // 16 x 3 updates, which is 2.1 % of the run.
    expect(method.warmupUpdates).toBe(48);
    expect(method).toMatchObject({
      base: 'schedule_free',
      optimizer: { name: 'schedule_free', beta: 0.9, weight_update_power: 1 },
      clip: { kind: 'ratchet' },
      ramp: null,
      decayUpdates: 0,
    });
  });

  test('ramps eps where the readings stay at the constant predictions, whose loss is about ln 10', async () => {
    expect(recommendedMethod(await settingOf(), { ...READ, loss: 2.2 }).ramp).toEqual({ from: 0.5, over: 0.3 });
    expect(recommendedMethod(await settingOf(), { ...READ, loss: 2.0 }).ramp).toBeNull();
  });

  test('warms up over between 2 and 20 % of the run', async () => {
    const setting = await settingOf();
    const warmup = (gradient_fall: number): number =>
      recommendedMethod(setting, { ...READ, gradient_fall }).warmupUpdates;
    expect([warmup(0.1), warmup(1000)]).toEqual([Math.round(0.02 * 2280), Math.round(0.2 * 2280)]);
  });

  test('with the base sgd is SGD at 1.3 readings with a decay over the last 30 %', async () => {
    const method = recommendedMethod(await settingOf(), READ, { base: 'sgd' });
    expect(method).toMatchObject({ base: 'sgd', optimizer: { name: 'sgd' }, decayUpdates: Math.round(0.3 * 2280) });
    within(method.rate, 1.3 * 0.2, { rel: 1e-15, because: 'one product' });
  });

  test.each([
    ['clean inputs', { attack: null }, 'training is on clean inputs', 1, 560],
    ['TRADES', { training: { type: 'trades' } }, 'trades has its own ascent', 7, 765],
    ['free training', { attack: { ...PGD, steps: 1 }, training: { type: 'free' } }, 'free has its own ascent', 1, 560],
    [
      'the penalised ascent',
      { attack: { type: 'penalised_ascent', steps: 2, eta_i: 0.1, lambda: 1 } },
      'penalised_ascent keeps no perturbations',
      3,
      720,
    ],
    ['an attack that keeps them already', { attack: { ...PGD, steps: 1, start: 'kept' } }, 'already', 2, 680],
  ])('keeps the attack of the experiment with %s, and says why', async (_name, parts, why, cost, updates) => {
    const setting = await settingOf(parts);
    expect(setting.updateCost).toBe(cost);
    const method = recommendedMethod(setting, READ);
    // (800 cost - 240) / cost, rounded down.
    expect([method.attack, method.updates]).toEqual([null, updates]);
    expect(method.choices.find(({ choice }) => choice === 'attack')!.reason).toContain(why);
    expect(() => recommendedMethod(setting, READ, { attack: 'kept' })).toThrow(
      expect.objectContaining({
        code: 'E_INVALID',
        issues: [{ path: 'recommended.attack', message: setting.whyNotKept }],
      }),
    );
  });

  test('takes what is given, by the experiment too, and says so', async () => {
    const setting = await settingOf({}, { recommended: { attack: 'experiment' } });
    const given = { rate: 0.5, warmup: 0.1, base: 'sgd', clip: { kind: 'norm', maximum: 1 } } as const;
    const method = recommendedMethod(setting, null, given);
    expect(method).toMatchObject({
      attack: null,
      rate: 0.5,
      warmupUpdates: 80,
      base: 'sgd',
      updates: 800,
      clip: given.clip,
    });
    const reasons = Object.fromEntries(method.choices.map(({ choice, reason }) => [choice, reason]));
    expect(reasons).toMatchObject({ rate: 'it was given', 'warm-up': 'it was given', base: 'it was given' });
    expect(reasons).toMatchObject({ attack: 'it was asked for', clip: 'it was given' });
  });
});

describe('the readings', () => {
  test.each([
    // A tenth of 800 updates are 480 evaluations, of which three readings of 40 updates take 240.
    ['800 updates of six', 800, PGD, 240],
    // A quarter of so short a run: 25 x 6 = 150, three readings of 25.
    ['100 updates of six', 100, PGD, 150],
    // 40 updates of 4 are 160: 26 updates of 2 each.
    ['400 updates of four', 400, { ...PGD, steps: 3 }, 156],
    ['clean, 100 updates of one: 13 updates each', 100, null, 39],
  ])('cost at most a tenth of a run, or 40 updates: %s', async (_name, horizon, attack, cost) => {
    const setting = await settingOf({ attack }, { horizon });
    expect(readingsCost(setting)).toBe(cost);
    expect(cost).toBeLessThanOrEqual(Math.max(0.1 * horizon, 40) * setting.updateCost);
    const tasks = readingTasks(setting, 7);
    expect(tasks.map(({ seed }) => seed)[0]).toBe(7);
    expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(3);
  });
});

describe('the policy file of the recommended method', () => {
  test('holds every control along the run; the averaging weight is that of Schedule-Free itself', async () => {
    const setting = await settingOf(
      {},
      {
        horizon: 20,
        batch_size: [
          { from: 0, size: 8 },
          { from: 0.5, size: 16 },
        ],
      },
    );
    const method = recommendedMethod(setting, null, { rate: 2, warmup: 0.1, ramp_from: 0.5, ramp_over: 0.5 });
    const policy = recommendedPolicy(setting, method, null);
    expect(policyIssues(policy)).toEqual([]);
    expect(policy).toMatchObject({
      requires: ['whole_method', 'kept_perturbations'],
      time: { horizon: 60, stretch: 'refuse' },
      whole_method: { name: 'recommended', replaces: { horizon: 20, gradient_evaluations: 120 } },
    });
    const schedule = policySchedule(policy, { updates: 60 });
    let state = schedule.init();
    let [sum, largest] = [0, 0];
    for (let k = 0; k < 60; k += 1) {
      const decided = schedule.decide(state, { metrics: {} });
      state = decided.state;
      const {
        learning_rate: u,
        averaging_weight,
        attack_steps,
        attack_eps,
        attack_step_size,
        batch_size,
      } = decided.controls;
      // Six updates of warm-up; eps from 0.1 to 0.2 over 30 updates; sizes from half of the run on.
      within(u!, 2 * Math.min(1, (k + 1) / 6), { rel: 1e-14, because: 'a product' });
      within(attack_eps!, 0.1 + 0.1 * Math.min(1, k / 30), { rel: 1e-14, because: 'linear interpolation' });
      expect([attack_steps, attack_step_size, batch_size]).toEqual([1, attack_eps, k < 30 ? 8 : 16]);
      largest = Math.max(largest, u!);
      sum += (k + 1) * largest ** 2;
      within(averaging_weight!, ((k + 1) * largest ** 2) / sum, { rel: 1e-13, because: 'a sum of 60 terms' });
    }
  });

  test("follows the experiment's own schedule of eps, and SGD's decay to its last update", async () => {
    const eps = {
      schedule: [
        [0, 0],
        [0.5, 0.2],
      ],
    };
    const setting = await settingOf({ attack: { ...PGD, eps } }, { horizon: 20 });
    const method = recommendedMethod(setting, null, { base: 'sgd', rate: 1, warmup: 0 });
    const { controls } = recommendedPolicy(setting, method, null);
    expect(controls['attack_eps'].open_loop.values.slice(0, 3)).toEqual([
      0,
      expect.closeTo(0.2 / 30),
      expect.closeTo(0.4 / 30),
    ]);
    // A step has a length where the ball is a point too.
    expect(controls['attack_step_size'].open_loop.values[0]).toBe(0.2);
    expect(controls['learning_rate'].open_loop).toEqual({ updates: [0, 42, 59], values: [1, 1, 1 / 18] });
    expect(controls['averaging_weight']).toBeUndefined();
  });
});
