import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { attachPolicy, policySchedule, type PolicyState } from '../../../src/schedules/index.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine } from '../../../src/training/engines/index.js';
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
  beforeAll(async () => void (await openEngine('tfjs')));

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

  test('step() without a loss is legal', () => {
    const attached = attachPolicy(policy, tf.train.sgd(1), { updates: 100 });
    expect(attached.step().rate).toBeGreaterThan(0);
  });
});
