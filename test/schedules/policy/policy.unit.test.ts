import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readArtifact } from '../../../src/artifacts/files.js';
import { policyId } from '../../../src/artifacts/shared/hash.js';
import type { Policy } from '../../../src/artifacts/policy/policy.js';
import {
  attachPolicy,
  createSchedule,
  failingPolicyTests,
  policySchedule,
  sealPolicyFile,
  type PolicyState,
} from '../../../src/schedules/index.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';
import { tablePolicy } from '../fixtures/policies.js';

const policy = tablePolicy();

function follow(observations: readonly (number | null)[]): PolicyState[] {
  const schedule = policySchedule(policy, { updates: 100 });
  let state = schedule.init();
  return observations.map((loss) => (state = schedule.observe(state, { loss })));
}

describe('policySchedule', () => {
  test('a run that is written to JSON and read back anywhere goes on bit for bit', () => {
    const stream = randomStream(1, 'losses');
    const losses = Array.from({ length: 60 }, (_, k) =>
      k % 11 === 5 ? null : k % 13 === 7 ? NaN : 2.3 * Math.exp(0.1 * stream.normal()),
    );
    const whole = follow(losses);
    const schedule = policySchedule(policy, { updates: 100 });
    for (const split of [1, 17, 42]) {
      let state = JSON.parse(JSON.stringify(whole[split - 1])) as PolicyState;
      for (let k = split; k < losses.length; k += 1) {
        state = schedule.observe(state, { loss: losses[k] });
        expect(state).toEqual(whole[k]);
      }
    }
  });

  test('rates stay inside the guards after the warm-up, whatever is observed', () => {
    const wild = [2.3, 1e9, 1e-9, -1, 0, NaN, Infinity, -Infinity, null, null, 2, 1e3];
    const states = follow(Array.from({ length: 96 }, (_, k) => wild[k % wild.length]));
    const { lr_min, lr_max, warmup_updates } = policy.guards;
    for (const { rate } of states.slice(warmup_updates)) {
      expect(rate).toBeGreaterThanOrEqual(lr_min);
      expect(rate).toBeLessThanOrEqual(lr_max);
    }
  });

  test('each trouble has its own reason', () => {
    const start = Array<number>(10).fill(2.2);
    const reasonAfter = (loss: number | null): string => follow([...start, loss]).at(-1)!.reason;
    expect(reasonAfter(NaN)).toBe('fallback:nan');
    expect(reasonAfter(Infinity)).toBe('fallback:inf');
    expect(reasonAfter(-1)).toBe('fallback:negative');
    expect(reasonAfter(null)).toBe('hold:missing');
  });

  test('a loss that is not a number halves the rate', () => {
    const states = follow([...Array<number>(10).fill(2.2), NaN]);
    expect(states[10].guarded).toBe(Math.max(policy.guards.lr_min, states[9].guarded! / 2));
  });
});

describe('attachPolicy on tfjs optimizers', () => {
  beforeAll(async () => void (await openEngine('tfjs', 'module')));

  /** One step on the loss 3 w from w = 1. */
  function stepOnce(optimizer: tf.Optimizer): number {
    const weight = tf.variable(tf.scalar(1));
    optimizer.minimize(() => tf.mul(weight, 3) as tf.Scalar, false, [weight]);
    return weight.dataSync()[0];
  }

  const makers: [string, (rate: number) => tf.Optimizer][] = [
    ['sgd', (rate) => tf.train.sgd(rate)],
    ['momentum', (rate) => tf.train.momentum(rate, 0.9)],
    ['adam', (rate) => tf.train.adam(rate)],
    ['rmsprop', (rate) => tf.train.rmsprop(rate)],
  ];

  test.each(makers)('%s steps with the rate of the policy, and not with its own', (_name, make) => {
    const optimizer = make(123);
    const { rate } = attachPolicy(policy, optimizer, { updates: 100 }).step(2.2);
    expect(stepOnce(optimizer)).toBe(stepOnce(make(rate)));
  });

  test.each(makers)('%s at rate 0 leaves the weights alone', (_name, make) => {
    expect(stepOnce(make(0))).toBe(1);
  });

  test('a policy that was changed in memory is refused, one that was read and completed is not', async () => {
    const attach = (changed: Policy) => attachPolicy(changed, tf.train.sgd(1), { updates: 100 });
    expect(() => attach({ ...policy, guards: { ...policy.guards, lr_max: 0.9 } })).toThrow(
      expect.objectContaining({ code: 'E_INVALID', issues: [expect.objectContaining({ path: 'policy_id' })] }),
    );
    const { requires: _, ...body } = policy;
    const file = path.join(await temporaryFolder(), 'policy.json');
    await writeFile(file, JSON.stringify({ ...body, policy_id: policyId(body) }));
    const read = await readArtifact('policy', file);
    expect(attach(read).step(2.2).rate).toBeGreaterThan(0);
    read.guards.lr_max = 0.9;
    expect(() => attach(read)).toThrow(/changed after it was made/);
  });

  test('step() without a loss is legal', () => {
    const attached = attachPolicy(policy, tf.train.sgd(1), { updates: 100 });
    expect(attached.step().rate).toBeGreaterThan(0);
  });
});

describe('a policy file that was edited', () => {
  async function edited(): Promise<string> {
    const file = path.join(await temporaryFolder(), 'policy.json');
    await writeFile(file, JSON.stringify({ ...policy, guards: { ...policy.guards, lr_max: 0.2 } }));
    return file;
  }

  test('is refused as a schedule, naming the hash and the remedy', async () => {
    const spec = { name: 'policy', path: await edited() } as const;
    await expect(createSchedule(spec, { updates: 100, baseDirectory: '.' })).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'policy_id' }],
      remedy: expect.stringContaining('--seal'),
    });
  });

  test('is a policy again once it is sealed: with new vectors, a new hash and a note', async () => {
    const file = await edited();
    const id = await sealPolicyFile(file);
    const sealed = await readArtifact('policy', file);
    expect(sealed).toMatchObject({ policy_id: id, guards: { lr_max: 0.2 }, provenance: { edited: true } });
    expect(id).not.toBe(policy.policy_id);
    expect(sealed.tests.length).toBeGreaterThanOrEqual(20);
    expect(failingPolicyTests(sealed)).toEqual([]);
    expect(await sealPolicyFile(file)).toBe(id);
  });

  test('is not sealed if it contradicts itself', async () => {
    const file = await edited();
    await writeFile(file, JSON.stringify({ ...policy, guards: { ...policy.guards, lr_min: 9 } }));
    await expect(sealPolicyFile(file)).rejects.toMatchObject({ issues: [{ path: 'guards.lr_min' }] });
  });
});
