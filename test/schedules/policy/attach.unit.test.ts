import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readArtifact } from '../../../src/artifacts/files.js';
import type { Policy } from '../../../src/artifacts/policy/policy.js';
import { policyId } from '../../../src/artifacts/shared/hash.js';
import { attachPolicy, clipStep, policySchedule, type AttachedState } from '../../../src/schedules/index.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { follow } from '../../helpers/follow.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';
import { learningRateOf, tablePolicy, withLearningRate } from '../fixtures/policies.js';

const policy = tablePolicy();
const clip = { kind: 'ratchet', gain: 0.05 } as const;
const clipped = tablePolicy({ clip });

const attach = (of: Policy, optimizer: object = { learningRate: 1 }) => attachPolicy(of, optimizer, { updates: 100 });

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
    const { controls } = attach(policy, optimizer).beforeUpdate();
    expect(stepOnce(optimizer)).toBe(stepOnce(make(controls.learning_rate!)));
  });

  test.each(makers)('%s at rate 0 leaves the weights alone', (_name, make) => {
    expect(stepOnce(make(0))).toBe(1);
  });
});

describe('an attached policy', () => {
  const losses = [2.3, 2.2, null, 2.1, NaN, 2];

  test('decides as the schedule does from the losses of the update before', () => {
    const attached = attach(policy);
    const shown = [null, ...losses];
    const found = shown.map((loss) => attached.beforeUpdate({ train_robust_loss: loss }).controls.learning_rate);
    const expected = follow(policySchedule(policy, { updates: 100 }), shown).decisions;
    expect(found).toEqual(expected.map(({ rate }) => rate));
  });

  test('clips as its file says, and refuses to go on where nobody clips', () => {
    const attached = attach(clipped);
    const norms = [4, 2, 39];
    let memory: number | null = null;
    for (const norm of norms) {
      attached.beforeUpdate();
      const expected = clipStep(clip, memory, norm);
      memory = expected.state;
      expect(attached.clip(norm)).toBe(expected.factor);
    }
    attached.beforeUpdate();
    expect(() => attached.beforeUpdate()).toThrow(
      expect.objectContaining({ code: 'E_USAGE', remedy: expect.stringContaining('policy.clip(gradientNorm)') }),
    );
  });

  test('goes on bit for bit from a state that went through JSON', () => {
    const whole = attach(clipped);
    const first = attach(clipped);
    const run = (of: typeof whole, from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => {
        const decided = of.beforeUpdate({ train_robust_loss: 2.3 * 0.97 ** (from + i) });
        return [decided, of.clip(3 + Math.sin(from + i))];
      });
    const expected = run(whole, 0, 12);
    run(first, 0, 5);
    const resumed = attach(clipped);
    resumed.restore(JSON.parse(JSON.stringify(first.state())) as AttachedState);
    expect(run(resumed, 5, 12)).toEqual(expected.slice(5));
  });

  test('refuses what is no number, and a state that is none', () => {
    const attached = attach(policy);
    for (const loss of ['2', [2], true, { dataSync: () => [2] }]) {
      expect(() => attached.beforeUpdate({ train_robust_loss: loss as unknown as number })).toThrow(
        expect.objectContaining({
          code: 'E_INVALID',
          issues: [expect.objectContaining({ path: 'train_robust_loss' })],
        }),
      );
    }
    for (const [metrics, told] of [
      [{ train_loss: 2 }, 'looks at train_robust_loss; got train_loss'],
      [{ train_robust_los: 2 }, 'got train_robust_los'],
      [0.9, 'takes losses by their names; got 0.9'],
      [null, 'takes losses by their names'],
    ] as const) {
      expect(() => attached.beforeUpdate(metrics as unknown as undefined)).toThrow(told);
    }
    expect(attached.observes).toEqual({ metric: 'train_robust_loss', cadence_updates: 1 });
    expect(() => attached.clip('3' as unknown as number)).toThrow(/gradientNorm must be a number/);
    expect(() => attached.restore(null as unknown as AttachedState)).toThrow(/not the state of an attached policy/);
  });

  test('that was changed in memory is refused, one that was read and completed is not', async () => {
    const wider = { guards: { ...learningRateOf(policy).guards, max: 0.9 } };
    expect(() => attach(withLearningRate(policy, wider))).toThrow(
      expect.objectContaining({ code: 'E_INVALID', issues: [expect.objectContaining({ path: 'policy_id' })] }),
    );
    const { requires: _, ...body } = policy;
    const file = path.join(await temporaryFolder(), 'policy.json');
    await writeFile(file, JSON.stringify({ ...body, policy_id: policyId(body) }));
    const read = await readArtifact('policy', file);
    expect(attach(read).beforeUpdate().controls.learning_rate).toBeGreaterThan(0);
    learningRateOf(read).guards.max = 0.9;
    expect(() => attach(read)).toThrow(/changed after it was made/);
  });
});
