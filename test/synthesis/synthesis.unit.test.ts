import { describe, expect, test } from '@jest/globals';
import { artifactSha256 } from '../../src/artifacts/shared/hash.js';
import { estimationSchema, policyOptionsSchema, solverSchema } from '../../src/artifacts/experiment/experiment.js';
import { policySchema, type Policy } from '../../src/artifacts/policy/policy.js';
import { estimateCoefficients } from '../../src/estimation/stage.js';
import { failingPolicyTests, policySchedule } from '../../src/schedules/index.js';
import { openLoopSchedule } from '../../src/schedules/open-loop.js';
import { gradedTimes } from '../../src/synthesis/control-problem.js';
import { wsdPolicy } from '../../src/synthesis/policy-file.js';
import { synthesize } from '../../src/synthesis/stage/stage.js';
import { pilotLog } from '../helpers/pilot-log.js';
import { follow } from '../helpers/follow.js';
import { learningRateOf } from '../schedules/fixtures/policies.js';
import { within } from '../helpers/within.js';

/** Logs whose losses fall faster at the higher rate, with a deterministic ripple. */
function logs() {
  return ['a', 'b', 'c', 'd'].map((id, run) => {
    const rate = (k: number): number => ((Math.floor(k / 12) + run) % 2 === 0 ? 0.5 : 0.05);
    const losses: number[] = [];
    let slow = 1.6;
    for (let k = 0; k < 48; k += 1) {
      losses.push((0.7 + slow + 0.3 * rate(k) ** 2) * (1 + 0.03 * Math.sin(7 * k + run)));
      slow -= rate(k) * 0.05 * slow ** 3;
    }
    return pilotLog(id, { updates: 48, rate, loss: (k) => losses[k] });
  });
}

const OPTIONS = {
  estimation: estimationSchema.parse({ bootstrap: 0 }),
  policy: policyOptionsSchema.parse({}),
  name: 'test',
};
const SOLVER = solverSchema.parse({ nodes: { slow: 15, noise: 15 }, steps: 40 });

describe('gradedTimes', () => {
  test('from 0 to T, the last step one update, never growing', () => {
    const times = gradedTimes(800, 200);
    const steps = times.slice(1).map((t, i) => t - times[i]);
    expect([times[0], times[200]]).toEqual([0, 800]);
    within(steps[199], 1, { rel: 1e-9, because: 'bisection to rounding' });
    expect(steps.every((step, i) => i === 0 || step <= steps[i - 1])).toBe(true);
  });

  test('every update where there are as many steps as updates', () => {
    expect(gradedTimes(4, 10)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('synthesize', () => {
  const coefficients = estimateCoefficients(logs(), OPTIONS, { seed: 1 });

  test('the policy of the selected closure: valid, hashed, its vectors reproduced, rates inside the guards', async () => {
    const forced = { ...coefficients, selected: 'slow_noise_memory' };
    const { hjb: policy, solution, followed } = await synthesize(forced, SOLVER);
    expect(followed).toBe('slow_noise_memory');
    expect(solution!.status).toBe('converged');
    expect(solution!.monotone).toEqual({ space: true, first_offender: null });
    const { policy_id, ...body } = policySchema.parse(policy);
    expect(policy_id).toBe(artifactSha256(body));
    expect(policy.tests.length).toBeGreaterThanOrEqual(20);
    expect(failingPolicyTests(policy)).toEqual([]);
    const { guards, open_loop } = learningRateOf(policy);
    const inside = (rate: number): boolean => rate >= guards.min * 0.999 && rate <= guards.max * 1.001;
    expect(open_loop.values.every(inside)).toBe(true);
  });

  test('the policy asks for the loss that its filter was fitted to', async () => {
    const inputOf = async (metric: 'clean' | 'adversarial', attack: typeof coefficients.attack) => {
      const objective = { ...coefficients.objective, metric };
      const { hjb: policy } = await synthesize({ ...coefficients, objective, attack, selected: 'loss_alone' }, SOLVER);
      return policySchema.parse(policy).input!.metric;
    };
    const { attack } = coefficients;
    expect(await inputOf('adversarial', attack)).toBe('train_robust_loss');
    expect(await inputOf('clean', attack)).toBe('train_loss');
    expect(await inputOf('adversarial', null)).toBe('train_loss');
  });

  test('hold at the peak, then a fall at the end: the anneal that a scalar picture cannot know', async () => {
    const { hjb: policy } = await synthesize({ ...coefficients, selected: 'slow_noise_memory' }, SOLVER);
    const { open_loop, guards } = learningRateOf(policy);
    const rates = open_loop.values;
    within(rates[Math.floor(rates.length / 4)], guards.max, {
      rel: 0.02,
      because: 'noise held now is forgotten before the end',
    });
    expect(rates[rates.length - 1]).toBeLessThan(0.7 * guards.max);
  });

  test('without a selected closure: WSD at the peak, open loop', async () => {
    const { policy, solution, followed } = await synthesize({ ...coefficients, selected: null }, SOLVER);
    expect([followed, solution, policy.form]).toEqual(['wsd', null, 'open_loop']);
    const rates = ratesOf(policy);
    const wsd = await openLoopSchedule({ name: 'wsd', peak: 0.5, warmup: 0.02, decay: 0.2 }, 100);
    expect(rates).toEqual(follow(wsd, Array<number>(100).fill(1)).decisions.map(({ rate }) => rate));
    expect(rates[0]).toBe(0.5 / 2); // warm-up of round(.02 * 100) = 2 updates
  });

  test.each([101, 800, 1325])('the null in a run of %i updates is the schedule wsd, bit for bit', async (horizon) => {
    const peak = 0.1 + 0.2;
    const warmup_updates = Math.round(0.05 * horizon);
    const policy = await wsdPolicy({
      ...coefficients,
      horizon,
      warmup_updates,
      rates: { min: 0.01 * peak, max: peak },
    });
    const wsd = await openLoopSchedule({ name: 'wsd', peak, warmup: 0.05, decay: 0.2 }, horizon);
    expect(ratesOf(policy)).toEqual(follow(wsd, Array<number>(horizon).fill(1)).decisions.map(({ rate }) => rate));
  });

  test('a pilot without decays does not show what is decided: the guarded policy is its null, and says why', async () => {
    const { policy, decision } = await synthesize({ ...coefficients, selected: 'slow_noise_memory' }, SOLVER);
    expect(decision).toMatchObject({ followed: 'wsd', deviated: false, draws: 0 });
    expect(decision.reason).toContain('No pilot run decays');
    expect(policy.provenance['decision']).toEqual(decision);
    expect(ratesOf(policy)[60]).toBe(0.5);
  });
});

function ratesOf(policy: Policy): number[] {
  const schedule = policySchedule(policy, { updates: policy.time.horizon });
  return follow(schedule, Array<number>(policy.time.horizon).fill(1)).decisions.map(({ rate }) => rate);
}
