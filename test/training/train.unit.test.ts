import { describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import type { MethodInput } from '../../src/training/method.js';
import type { Observation, Schedule, MetricName } from '../../src/schedules/index.js';
import { randomStream } from '../../src/math/random.js';
import { trainRun } from '../../src/training/train.js';
import type { ArrayAttack } from '../../src/attacks/array-attack.js';
import type { Workload } from '../../src/workloads/index.js';
import { smallRun } from './run.js';
import { cloudsWorkload, comparable } from './small-run.js';

const constant = (rate: number): MethodInput['schedule'] => ({ name: 'constant', rate });

/** The workload, and what its model and attack were asked for. */
function watched(workload: Workload): { workload: Workload; batches: string[]; noises: string[]; initials: string[] } {
  const seen = { batches: [] as string[], noises: [] as string[], initials: [] as string[] };
  const { model, attack } = workload;
  return {
    ...seen,
    workload: {
      ...workload,
      model: {
        ...model,
        initialise(stream) {
          const weights = model.initialise(stream);
          seen.initials.push(JSON.stringify(weights.map((values) => [...values])));
          return weights;
        },
      },
      attack: {
        ...(attack as ArrayAttack),
        perturb(network, examples, loss, stream) {
          seen.batches.push([...examples.inputs].join());
          seen.noises.push(stream.state().join());
          return (attack as ArrayAttack).perturb(network, examples, loss, stream);
        },
      } satisfies ArrayAttack,
    },
  };
}

describe('a run', () => {
  test('writes one row for each update, an evaluation and an end, and learns', async () => {
    const log = await trainRun(await smallRun({ updates: 60 }));
    expect(log.steps.map(({ update }) => update)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(log.end).toMatchObject({ type: 'end', status: 'completed', updates: 60, n_grad_evals: 180 });
    const [row] = log.steps;
    expect(row).toMatchObject({ lr: 0.3, reason: 'schedule', clip_factor: 1, epoch: 0, n_grad_evals: 3 });
    expect(row.train_loss).toBeUndefined();
    expect(log.steps[15].epoch).toBeCloseTo(2, 12);
    const [scores] = log.evaluations;
    expect(log.evaluations).toHaveLength(1);
    expect(scores.train_robust_loss).toBeLessThan(0.8 * Math.log(3));
    expect(scores.test_robust_acc).toBeLessThanOrEqual(scores.test_acc);
    expect(scores.test_robust_loss).toBeGreaterThan(scores.test_loss as number);
  });

  test('the step length of plain SGD is rate * clip * |g|, and the clip scales it', async () => {
    const method: MethodInput = { schedule: constant(0.5), optimizer: { name: 'sgd' }, clip: {} };
    const log = await trainRun(await smallRun({ method }));
    const clipped = log.steps.filter((row) => (row.clip_factor as number) < 1);
    expect(clipped.length).toBeGreaterThan(0);
    for (const { lr, grad_norm, clip_factor, step_length } of log.steps) {
      expect(step_length).toBeCloseTo((lr as number) * (grad_norm as number) * (clip_factor as number), 12);
    }
  });

  test('is the same twice, and another with another seed', async () => {
    const [a, b, c] = await Promise.all(
      [smallRun(), smallRun(), smallRun({ seed: 2 })].map(async (run) => trainRun(await run)),
    );
    expect(comparable(a)).toEqual(comparable(b));
    expect(a.steps[0].train_robust_loss).not.toBe(c.steps[0].train_robust_loss);
  });

  test('frees every tensor it made', async () => {
    await trainRun(await smallRun({ updates: 5 }));
    const before = tf.memory().numTensors;
    for (const optimizer of [
      { name: 'sgd', momentum: 0.9 },
      { name: 'schedule_free' },
      { name: 'd_adaptation' },
    ] as const) {
      const counts: number[] = [];
      const run = await smallRun({ method: { schedule: constant(0.1), optimizer } });
      await trainRun({ ...run, onProgress: () => counts.push(tf.memory().numTensors) });
      expect(new Set(counts).size).toBe(1);
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  test('without an attack it fills the clean column, and robust scores are the clean ones', async () => {
    const log = await trainRun(await smallRun({ attack: null }));
    expect(log.steps[0].train_robust_loss).toBeUndefined();
    expect(log.steps[0].train_loss).toBeGreaterThan(0);
    expect(log.end!.n_grad_evals).toBe(30);
    const [scores] = log.evaluations;
    expect(scores.test_robust_loss).toBe(scores.test_loss);
    expect(scores.test_robust_acc).toBe(scores.test_acc);
  });

  test('an eps of 0 trains bit for bit like no attack', async () => {
    const clean = await trainRun(await smallRun({ attack: null }));
    const zero = await trainRun(await smallRun({ attack: { type: 'pgd', eps: 0, steps: 5 } }));
    expect(zero.steps.map(({ train_robust_loss }) => train_robust_loss)).toEqual(
      clean.steps.map(({ train_loss }) => train_loss),
    );
    expect(zero.evaluations[0].train_robust_loss).toBe(clean.evaluations[0].train_loss);
  });
});

describe('methods of one seed', () => {
  test('share initial weights, minibatches and attack noise', async () => {
    const runs = await Promise.all(
      [
        { schedule: constant(0.1), optimizer: { name: 'sgd' } },
        { schedule: constant(1), optimizer: { name: 'sgd', momentum: 0.9 }, clip: {} },
        { schedule: constant(1), optimizer: { name: 'schedule_free' } },
        { schedule: constant(1), optimizer: { name: 'd_adaptation' } },
      ].map(async (method) => {
        const seen = watched(cloudsWorkload({ type: 'pgd', norm: 'L2', eps: 0.1, steps: 1 }));
        await trainRun(
          await smallRun({ method: method as MethodInput, workload: seen.workload, updates: 12, evaluation: null }),
        );
        return seen;
      }),
    );
    for (const { initials, batches, noises } of runs) {
      expect(initials).toEqual(runs[0].initials);
      expect(batches).toEqual(runs[0].batches);
      expect(noises).toEqual(runs[0].noises);
    }
    expect(new Set(runs[0].batches).size).toBe(12);
  });

  test('the streams are those of the names init and attack', async () => {
    const seen = watched(cloudsWorkload({ type: 'pgd', eps: 0.1, steps: 1 }));
    const expected = seen.workload.model.initialise(randomStream(5, 'init'));
    await trainRun(await smallRun({ workload: seen.workload, seed: 5, updates: 1, evaluation: null }));
    expect(seen.initials[1]).toBe(JSON.stringify(expected.map((values) => [...values])));
    expect(seen.noises[0]).toBe(randomStream(5, 'attack').state().join());
  });
});

describe('what the schedule sees', () => {
  /** A schedule that keeps what it was shown. */
  function recorder(metric: MetricName): { schedule: Schedule; shown: Observation[] } {
    const shown: Observation[] = [];
    const schedule: Schedule = {
      name: 'recorder',
      controls: ['learning_rate'],
      observes: { metric, cadence_updates: 1 },
      describe: () => ({ name: 'recorder' }),
      init: () => 0,
      decide: (state, observation) => {
        shown.push(observation);
        const calls = (state as number) + 1;
        return { state: calls, controls: { learning_rate: 0.01 * calls }, reason: `call ${calls}` };
      },
    };
    return { schedule, shown };
  }

  test.each<[string, number, MetricName]>([
    ['the robust training loss is free', 3, 'train_robust_loss'],
    ['the clean training loss costs one evaluation', 4, 'train_loss'],
    ['a clean validation loss costs one', 4, 'val_loss'],
    ['a robust validation loss costs the attack and one', 6, 'val_robust_loss'],
  ])('%s', async (_name, cost, column) => {
    const { schedule, shown } = recorder(column);
    const log = await trainRun(await smallRun({ schedule, updates: 7, evaluation: null }));
    // Before update k the loss of update k - 1; before the first one nothing.
    const losses = log.steps.map((row, update) => ({ value: row[column], update }));
    expect(shown.map(({ metrics }) => metrics[column])).toEqual([undefined, ...losses.slice(0, -1)]);
    expect(log.steps.map(({ reason }) => reason).slice(0, 2)).toEqual(['call 1', 'call 2']);
    expect(log.steps[6].lr).toBeCloseTo(0.07, 12);
    expect(log.end!.n_grad_evals).toBe(7 * cost);
    expect(log.steps[0].train_robust_loss).toBeGreaterThan(0);
  });

  test('at its cadence: measured and charged at every third update, and shown until there is a newer one', async () => {
    const { schedule, shown } = recorder('val_loss');
    const every3 = { ...schedule, observes: { metric: 'val_loss', cadence_updates: 3 } } as const;
    const log = await trainRun(await smallRun({ schedule: every3, updates: 7, evaluation: null }));
    expect(log.steps.map((row) => row.val_loss !== undefined)).toEqual([true, false, false, true, false, false, true]);
    expect(shown.map(({ metrics }) => metrics.val_loss?.update)).toEqual([undefined, 0, 0, 0, 3, 3, 3]);
    expect(log.end!.n_grad_evals).toBe(7 * 3 + 3);
  });

  test.each([[{ metric: 'clean' }], [{ split: 'validation' }]])(
    'nothing, and is charged for nothing, where it looks at no loss: %j',
    async (objective) => {
      const log = await trainRun(await smallRun({ objective, updates: 4, evaluation: null }));
      expect(log.end!.n_grad_evals).toBe(12);
      expect(Object.keys(log.steps[0]).filter((key) => key.endsWith('_loss'))).toEqual(['train_robust_loss']);
      const observed = await trainRun({
        ...(await smallRun({ objective, updates: 4, evaluation: null })),
        observed: true,
      });
      expect(observed.end!.n_grad_evals).toBeGreaterThan(12);
    },
  );

  test('a validation objective changes neither the minibatches nor the noise of the updates', async () => {
    const [a, b] = await Promise.all(
      [{}, { split: 'validation' }].map(async (objective) => {
        const { schedule } = recorder('split' in objective ? 'val_robust_loss' : 'train_robust_loss');
        return trainRun(await smallRun({ schedule, objective, updates: 7 }));
      }),
    );
    expect(b.steps.map((row) => row.train_robust_loss)).toEqual(a.steps.map((row) => row.train_robust_loss));
    expect(a.evaluations[0].validation_robust_loss).toBeUndefined();
    expect(b.evaluations[0].validation_robust_loss).toBeGreaterThan(b.evaluations[0].validation_loss as number);
  });
});

describe('scoring', () => {
  test('uses fixed examples and noise: the same for equal weights whatever the seed, another for another evaluation seed', async () => {
    const still = { schedule: constant(1e-30), optimizer: { name: 'sgd' } } as MethodInput;
    const workload = cloudsWorkload({ type: 'pgd', eps: 0.05, steps: 2 });
    const model = { ...workload.model, initialise: () => workload.model.initialise(randomStream(0, 'same for all')) };
    const scores = async (seed: number, evaluation: object) =>
      (
        await trainRun(
          await smallRun({ method: still, workload: { ...workload, model }, seed, updates: 1, evaluation }),
        )
      ).evaluations[0];
    const options = { train_examples: 50, test_examples: 50, batch_size: 20 };
    const first = await scores(1, options);
    expect(await scores(2, options)).toEqual(first);
    expect(await scores(1, { ...options, seed: 1 })).not.toEqual(first);
    expect((await scores(1, { ...options, batch_size: 50 })).test_acc).toBe(first.test_acc);
    expect(
      (await scores(1, { ...options, attack: { type: 'pgd', eps: 0.2, steps: 10 } })).test_robust_loss,
    ).toBeGreaterThan(first.test_robust_loss as number);
  });

  test('every so many updates, if asked', async () => {
    const log = await trainRun({ ...(await smallRun()), evaluateEvery: 10 });
    expect(log.evaluations.map(({ update }) => update)).toEqual([10, 20, 30]);
    expect(log.evaluations[2]).toEqual((await trainRun(await smallRun())).evaluations[0]);
  });

  test.each(['Linf', 'L2'])('robust accuracy is at most the clean one, %s', async (norm) => {
    const run = await smallRun({
      attack: { type: 'pgd', norm, eps: norm === 'L2' ? 0.2 : 0.1, steps: 3 },
      updates: 80,
    });
    const [scores] = (await trainRun(run)).evaluations;
    expect(scores.test_acc).toBeGreaterThan(0.7);
    expect(scores.test_robust_acc).toBeLessThan(scores.test_acc);
  });
});

describe('divergence', () => {
  test('ends the run: status, reason, no more updates, scores that are no numbers', async () => {
    const method: MethodInput = { schedule: constant(1e20), optimizer: { name: 'sgd' } };
    const log = await trainRun(await smallRun({ method }));
    expect(log.end!.status).toBe('diverged');
    expect(log.end!.reason).toMatch(/^update \d+: loss \S+, gradient norm \S+$/);
    expect(log.steps.length).toBeLessThan(30);
    expect(log.steps[log.steps.length - 1].step_length).toBe('nan');
    expect(log.end!.updates).toBe(log.steps.length);
    expect(log.evaluations).toEqual([
      {
        type: 'evaluation',
        update: log.steps.length,
        train_loss: 'nan',
        train_robust_loss: 'nan',
        test_loss: 'nan',
        test_robust_loss: 'nan',
        test_acc: 0,
        test_robust_acc: 0,
      },
    ]);
  });

  test('in the very last update it is seen too', async () => {
    const method: MethodInput = { schedule: constant(1e42), optimizer: { name: 'sgd', momentum: 0.9 } };
    const log = await trainRun(await smallRun({ method, updates: 1 }));
    expect(log.steps).toHaveLength(1);
    expect(log.end!.status).toBe('diverged');
  });
});

describe('d_adaptation', () => {
  test('logs its own rate, stops by itself, and gives the reading', async () => {
    const method: MethodInput = { schedule: constant(1), optimizer: { name: 'd_adaptation' } };
    const log = await trainRun(await smallRun({ method, updates: 400, evaluation: null }));
    expect(log.end!.status).toBe('completed');
    expect(log.end!.updates).toBeGreaterThanOrEqual(30);
    expect(log.end!.updates).toBeLessThan(400);
    expect(log.end!.reason).toContain('the distance grew by');
    const rates = log.steps.map(({ lr }) => lr as number);
    expect(log.end!.summary!['reading']).toBeGreaterThanOrEqual(rates[rates.length - 1]);
    expect(rates[rates.length - 1] / rates[0]).toBeGreaterThan(10);
    expect(new Set(log.steps.map(({ reason }) => reason))).toEqual(new Set(['d_adaptation']));
  });
});
