import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readArtifact } from '../../../src/artifacts/files.js';
import type { Policy } from '../../../src/artifacts/policy/policy.js';
import { policyId } from '../../../src/artifacts/shared/hash.js';
import {
  attachPolicy,
  clipStep,
  policySchedule,
  type AttachedState,
  type PolicyWarning,
} from '../../../src/schedules/index.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { follow } from '../../helpers/follow.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';
import { learningRateOf, openLoopPolicy, tablePolicy, withLearningRate } from '../fixtures/policies.js';

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

describe('warnings, each said once', () => {
  function warningsOf(of: Policy, optimizer: object, updates: number, losses: (k: number) => number | null) {
    const said: PolicyWarning[] = [];
    const attached = attachPolicy(of, optimizer, { updates: 100, onWarning: (warning) => void said.push(warning) });
    for (let k = 0; k < updates; k += 1) attached.beforeUpdate({ train_robust_loss: losses(k) });
    return said.map(({ code }) => code);
  }
  const setter = () => undefined;

  test('another optimizer than the one that the policy was made for', () => {
    const heavy = tablePolicy({ optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weight_decay: 0 } });
    const warned = (of: Policy, optimizer: object) => warningsOf(of, optimizer, 3, () => 2.2);
    expect(warned(policy, tf.train.sgd(1))).toEqual([]);
    expect(warned(policy, tf.train.adam(1))).toEqual(['other_optimizer']);
    expect(warned(policy, tf.train.momentum(1, 0.9))).toEqual(['other_optimizer']);
    expect(warned(heavy, tf.train.momentum(1, 0.9))).toEqual([]);
    expect(warned(heavy, tf.train.sgd(1))).toEqual(['other_optimizer']);
    expect(warned(policy, { learningRate: 1 })).toEqual([]);
  });

  test('updates past the horizon, states out of the support, losses that are not shown', () => {
    expect(warningsOf(policy, setter, 100, () => 2.2)).toEqual([]);
    expect(warningsOf(policy, setter, 104, () => 2.2)).toEqual(['past_horizon']);
    expect(warningsOf(policy, setter, 100, () => 50)).toEqual(['mostly_out_of_support']);
    expect(warningsOf(policy, setter, 100, () => null)).toEqual(['mostly_missing']);
  });
});

const wholeMethod: Policy['whole_method'] = {
  name: 'recommended',
  replaces: { attack: null, optimizer: policy.optimizer, horizon: 100, gradient_evaluations: 200 },
  recovery: null,
  choices: [],
};

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
    for (const loss of ['2', [2], true, { dataSync: () => [2] }, 2n]) {
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
    expect(() => attached.clip(-1)).toThrow(/not negative/);
    attached.beforeUpdate();
    const state = attached.state();
    const { schedule } = state;
    for (const [wrong, path] of [
      [null, ''],
      [{ ...state, policy_id: 'another' }, 'policy_id'],
      [{ ...state, schedule: {} }, 'schedule.updates'],
      [{ ...state, schedule: { ...schedule, updates: 7 } }, 'schedule.filter.rates'],
      [{ ...state, schedule: { ...schedule, guarded: {} } }, 'schedule.guarded'],
      [{ ...state, schedule: { ...schedule, filter: { ...schedule.filter, mean: [1] } } }, 'schedule.filter.mean'],
    ] as const) {
      expect(() => attached.restore(wrong as unknown as AttachedState)).toThrow(
        expect.objectContaining({
          code: 'E_INVALID',
          issues: expect.arrayContaining([expect.objectContaining({ path })]),
        }),
      );
    }
    expect(attached.state()).toEqual(state);
  });

  test('takes a function that sets the rate', () => {
    const rates: number[] = [];
    const attached = attach(policy, (rate: number) => void rates.push(rate));
    const { controls } = attached.beforeUpdate();
    expect(rates).toEqual([controls.learning_rate]);
    for (const none of [null, 3, {}])
      expect(() => attach(policy, none as unknown as object)).toThrow(/neither setLearningRate/);
  });

  test('an update without a step enters the filter with the rate 0, and the clock goes on', () => {
    const [clippedByNaN, skipped, stepped] = [attach(clipped), attach(clipped), attach(clipped)];
    const after = (of: typeof skipped, end: () => void): AttachedState => {
      of.beforeUpdate();
      end();
      return of.state();
    };
    expect(clippedByNaN.clip(1)).toBe(1);
    const inf = after(clippedByNaN, () => expect(clippedByNaN.clip(Infinity)).toBe(0));
    expect(inf).toMatchObject({ clip: 1, schedule: { updates: 1, filter: { rates: [0] } } });
    const without = after(skipped, () => skipped.skip());
    expect(without).toEqual({ ...inf, clip: null });
    const own = after(stepped, () => stepped.clip(1));
    expect(own.schedule.filter!.rates[0]).toBeGreaterThan(0);
    const next = [skipped, stepped].map((of) => of.beforeUpdate({ train_robust_loss: 2 }));
    expect(next[0].controls.learning_rate).not.toBe(next[1].controls.learning_rate);
  });

  test('that is a whole method is refused unless the loop provides it', () => {
    const whole = openLoopPolicy({ requires: ['whole_method'], whole_method: wholeMethod });
    expect(() => attach(whole)).toThrow(
      expect.objectContaining({ code: 'E_VERSION', message: expect.stringContaining('more than a rate') }),
    );
    const given = attachPolicy(whole, () => undefined, { updates: 100, provides: ['whole_method'] });
    expect(given.beforeUpdate().reason).toBe('open_loop');
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
