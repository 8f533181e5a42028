// What is registered comes before everything else.
import { attackRestarts } from './fixtures/attack-restarts.js';
import { describe, expect, test } from '@jest/globals';
import { registerControl } from '../../src/extend.js';
import { policyIssues, policySchedule, type Schedule } from '../../src/schedules/index.js';
import { trainRun } from '../../src/training/train.js';
import { openLoopPolicy } from '../schedules/fixtures/policies.js';
import { smallRun } from '../training/run.js';
import { cloudsWorkload } from '../training/small-run.js';

/** A policy that decides the rate, and from update 5 on two starts of the attack. */
function policy() {
  const of = openLoopPolicy({ time: { unit: 'update', horizon: 10, stretch: 'refuse' } });
  const starts = {
    unit: attackRestarts.unit,
    table: null,
    open_loop: { updates: [4, 5], values: [1, 2] },
    guards: { min: 1, max: 2, max_up_ratio_per_update: 2, max_down_ratio_per_update: 2, warmup_updates: 0 },
  };
  return { ...of, controls: { ...of.controls, [attackRestarts.name]: starts } };
}

describe('a control of a file outside', () => {
  test('may not have the name of a column of training logs', () => {
    expect(() => registerControl({ ...attackRestarts, name: 'lr' })).toThrow(
      expect.objectContaining({ issues: [{ path: 'name', message: 'is a column of training logs' }] }),
    );
  });

  test('is decided by a policy, obeyed by the training, charged and logged', async () => {
    expect(policyIssues(policy())).toEqual([]);
    const schedule = policySchedule(policy(), { updates: 10 }) as Schedule;
    const workload = cloudsWorkload({ type: 'pgd', eps: 0.1, steps: 2 });
    const { steps } = await trainRun(await smallRun({ schedule, workload, updates: 10, evaluation: null }));
    expect(steps.map((row) => row['attack_restarts'])).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    // One gradient of the weights and two for each start: 3 an update, then 5.
    expect(steps.map((row) => row.n_grad_evals)).toEqual([3, 6, 9, 12, 15, 20, 25, 30, 35, 40]);
  });
});
