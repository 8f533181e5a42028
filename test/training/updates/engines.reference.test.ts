import { beforeAll, describe, expect, test } from '@jest/globals';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { trainRun } from '../../../src/training/train.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import type { Workload } from '../../../src/workloads/index.js';
import { within } from '../../helpers/within.js';
import { smallRun } from '../run.js';
import { cloudsWorkload } from '../small-run.js';

const pgd = createAttack({ type: 'pgd', eps: 0.05, steps: 3 });

const WORKLOADS: [string, Partial<Workload>][] = [
  [
    'standard, best point of an L2 attack',
    { attack: createAttack({ type: 'pgd', norm: 'L2', eps: 0.1, steps: 3, keep: 'best' }) },
  ],
  ['standard, margin', { attack: createAttack({ type: 'pgd', eps: 0.05, steps: 3, loss: 'margin' }) }],
  ['TRADES', { attack: pgd, training: { type: 'trades', beta: 3, start_deviation: 0.01 } }],
  ['free training', { attack: createAttack({ type: 'fgsm', eps: 0.05 }), training: { type: 'free', replays: 3 } }],
];

let fused: Engine;

beforeAll(async () => {
  fused = await openEngine('fused', 'dense');
});

describe('the same losses on the engines fused and tfjs', () => {
  test.each(WORKLOADS)('%s', async (_name, change) => {
    const workload = { ...cloudsWorkload(null), ...change };
    const evaluation = {
      batch_size: 50,
      attack: { type: 'best_of', attacks: [pgd.spec, { ...pgd.spec, loss: 'dlr' }] },
    };
    const run = () => smallRun({ workload, evaluation });
    const reference = await trainRun(await run());
    const ours = await trainRun({ ...(await run()), engine: fused });
    const losses = (log: typeof ours): number[] => log.steps.map(({ train_robust_loss }) => Number(train_robust_loss));
    const expected = losses(reference);
    expect(new Set(expected).size).toBe(30);
    losses(ours).forEach((loss, k) =>
      within(loss, expected[k], { rel: 1e-4, because: 'float32 reordered over 30 updates' }),
    );
    expect(ours.evaluations[0].test_robust_acc).toBe(reference.evaluations[0].test_robust_acc);
  });
});
