import { describe, expect, test } from '@jest/globals';
import type { Json, Schedule } from '../../src/schedules/index.js';
import { trainRun } from '../../src/training/train.js';
import { smallRun } from './run.js';
import { cloudsWorkload, comparable } from './small-run.js';

/** A schedule that decides the same values at every update. */
function held(controls: Readonly<Record<string, number>>): Schedule {
  return {
    name: 'held',
    controls: Object.keys(controls) as Schedule['controls'],
    observes: null,
    describe: () => ({ name: 'held' }),
    largest: (name) => controls[name],
    init: (): Json => null,
    decide: () => ({ state: null, controls, reason: 'held' }),
  };
}

const pgd = (eps: number, steps: number) => cloudsWorkload({ type: 'pgd', eps, steps });

describe('a schedule that decides more than the rate', () => {
  test('trains as an experiment that says the same', async () => {
    const decided = { learning_rate: 0.1, attack_steps: 3, attack_eps: 0.15, batch_size: 12 };
    const common = { updates: 20 };
    const under = await smallRun({ ...common, schedule: held(decided), workload: pgd(0.05, 1), batchSize: 4 });
    const plain = await smallRun({
      ...common,
      schedule: held({ learning_rate: 0.1 }),
      workload: pgd(0.15, 3),
      batchSize: 12,
    });
    const [a, b] = [await trainRun(under), await trainRun(plain)];
    const shown = ({ steps }: typeof a) =>
      steps.map(({ train_robust_loss, grad_norm, step_length, n_grad_evals, epoch }) => ({
        ...{ train_robust_loss, grad_norm, step_length, n_grad_evals, epoch },
      }));
    expect(shown(a)).toEqual(shown(b));
    expect(a.steps[3]).toMatchObject({ attack_steps: 3, attack_eps: 0.15, batch_size: 12 });
    expect(b.steps[3]).not.toHaveProperty('attack_steps');
  });

  test('an averaging weight of 1 evaluates the weights themselves, of 0 those of the start', async () => {
    const finals = async (averaging_weight: number) => {
      const schedule = held({ learning_rate: 0.3, averaging_weight });
      return (await trainRun(await smallRun({ schedule, updates: 12 }))).evaluations.at(-1)!.train_loss;
    };
    const plain = await trainRun(await smallRun({ schedule: held({ learning_rate: 0.3 }), updates: 12 }));
    const start = await trainRun(await smallRun({ schedule: held({ learning_rate: 1e-30 }), updates: 12 }));
    expect(await finals(1)).toBe(plain.evaluations.at(-1)!.train_loss);
    expect(await finals(0)).toBe(start.evaluations.at(-1)!.train_loss);
  });

  test('is refused where the attack has no such control', async () => {
    const schedule = held({ learning_rate: 0.1, attack_steps: 2 });
    for (const attack of [null, { type: 'fgsm', eps: 0.1 } as const]) {
      await expect(trainRun(await smallRun({ schedule, workload: cloudsWorkload(attack) }))).rejects.toMatchObject({
        code: 'E_INVALID',
        issues: [expect.objectContaining({ path: 'attack_steps' })],
      });
    }
  });

  test('goes on bit for bit from a checkpoint', async () => {
    const schedule = held({ learning_rate: 0.1, attack_steps: 2, averaging_weight: 0.5 });
    const run = { ...(await smallRun({ schedule, updates: 20 })), checkpointEvery: 8 };
    const whole = comparable(await trainRun(await smallRun({ schedule, updates: 20 })));
    const onProgress = (update: number): void => {
      if (update === 13) throw new Error('cut off');
    };
    await expect(trainRun({ ...run, onProgress })).rejects.toThrow('cut off');
    expect(comparable(await trainRun(run))).toEqual(whole);
  });
});
