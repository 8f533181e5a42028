import { describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { trainRun } from '../../../src/training/train.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { createModel, type Workload } from '../../../src/workloads/index.js';
import { batchNormModel } from '../../helpers/batch-norm.js';
import { cutOff, smallRun } from '../run.js';
import { cloudsWorkload, comparable } from '../small-run.js';

const pgd = createAttack({ type: 'pgd', eps: 0.05, steps: 2 });

/** The clouds as images of 2 x 3 pixels. */
function images(): Workload {
  const rows = cloudsWorkload(null);
  const inputShape = [2, 3, 1];
  const layers = [{ type: 'flatten' } as const, { type: 'dense', units: 3 } as const];
  return {
    ...rows,
    attack: pgd,
    dataset: { ...rows.dataset, inputShape },
    model: createModel({ layers }, inputShape, 3),
  };
}

const WORKLOADS: [string, () => Workload][] = [
  [
    'TRADES',
    () => ({ ...cloudsWorkload(null), attack: pgd, training: { type: 'trades', beta: 2, start_deviation: 0.01 } }),
  ],
  [
    'free training, cut within replays',
    () => ({
      ...cloudsWorkload(null),
      attack: createAttack({ type: 'fgsm', eps: 0.05 }, { reach: 1 }),
      training: { type: 'free', replays: 4 },
    }),
  ],
  [
    'an attack that follows schedules',
    () => cloudsWorkload({ type: 'pgd', eps: { schedule: [[0, 0], [0.6, 0.1]] }, steps: { schedule: [[0, 1], [0.5, 3]] } }), // prettier-ignore
  ],
  ['crops and flips', () => ({ ...images(), augmentation: { crop_padding: 1, horizontal_flip: true } })],
  ['batch normalisation', () => ({ ...cloudsWorkload(null), attack: pgd, model: batchNormModel(tf) })],
];

describe('a run that was cut off goes on bit for bit', () => {
  test.each(WORKLOADS)('%s', async (_name, workload) => {
    const undisturbed = await trainRun({ ...(await smallRun({ workload: workload() })), evaluateEvery: 5 });
    const run = { ...(await smallRun({ workload: workload() })), checkpointEvery: 10, evaluateEvery: 5 };
    await cutOff(run, 17);
    expect(comparable(await trainRun(run))).toEqual(comparable(undisturbed));
    expect(undisturbed.end!.status).toBe('completed');
  });
});

describe('what a run spends', () => {
  test('TRADES: K + 2; the loss of its rows is the one it lowers, and it learns', async () => {
    const [, workload] = WORKLOADS[0];
    const log = await trainRun(await smallRun({ workload: workload(), updates: 80 }));
    expect(log.end!.n_grad_evals).toBe(80 * 4);
    const [scores] = log.evaluations;
    expect(scores.test_robust_acc).toBeGreaterThan(0.6);
    expect(log.steps[0].train_robust_loss).toBeGreaterThan(log.steps[79].train_robust_loss as number);
  });

  test('free training: 1, and four updates share a minibatch', async () => {
    const [, workload] = WORKLOADS[1];
    const log = await trainRun(await smallRun({ workload: workload(), updates: 80 }));
    expect(log.end!.n_grad_evals).toBe(80);
    expect(log.evaluations[0].test_robust_acc).toBeGreaterThan(0.6);
  });

  // eps is 0 at update 0 alone, where no gradient is spent; 14 updates of one step, 15 of three.
  test('a scheduled attack: what is in force at each update', async () => {
    const [, workload] = WORKLOADS[2];
    const log = await trainRun(await smallRun({ workload: workload() }));
    expect(log.end!.n_grad_evals).toBe(30 + 14 * 1 + 15 * 3);
    expect(log.header.attack).toMatchObject({ eps: { schedule: [[0, 0], [0.6, 0.1]] } }); // prettier-ignore
    expect(log.evaluations[0].attack).toBe('PGD-10 (Linf, eps 0.1, 1 random start)');
  });
});

describe('scores', () => {
  test('of several attacks name each, and warnings and checks come with the last row alone', async () => {
    const attack = { type: 'best_of', attacks: [{ type: 'fgsm', eps: 0.1 }, { type: 'pgd', eps: 0.1, steps: 5, loss: 'dlr' }] }; // prettier-ignore
    const run = await smallRun({ evaluation: { batch_size: 50, attack, checks: { examples: 20, queries: 20 } } });
    const { evaluations } = await trainRun({ ...run, evaluateEvery: 20 });
    const [middle, last] = evaluations;
    expect(last.attack).toBe('the worst case of 2 attacks');
    expect(last.test_attacks!.map(({ attack: name }) => name)).toEqual([
      'FGSM (Linf, eps 0.1, random start)',
      'PGD-5 (Linf, eps 0.1, 1 random start, DLR loss)',
    ]);
    expect(last.test_robust_acc).toBe(last.test_attacks![1].worst_case_acc);
    expect(last.test_robust_acc).toBe(Math.min(...last.test_attacks!.map(({ worst_case_acc }) => worst_case_acc)));
    expect(last.warnings).toEqual([]);
    expect(last.checks!.examples).toBe(20);
    expect(middle.checks).toBeUndefined();
  });
});
