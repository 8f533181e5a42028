import path from 'node:path';
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { readCheckpoint } from '../../../src/training/checkpoint.js';
import { readKept } from '../../../src/training/kept/file.js';
import { KeptPerturbations } from '../../../src/training/kept/kept-perturbations.js';
import type { TrainingRun } from '../../../src/training/training-run.js';
import { createModel, type Workload } from '../../../src/workloads/index.js';
import { within } from '../../helpers/within.js';
import { cutOff, smallRun } from '../run.js';
import { cloudsWorkload } from '../small-run.js';
import { keptByReference, type Ascent } from './reference.js';

const [UPDATES, RATE] = [20, 0.3];

/** The clouds as images of 2 x 3 pixels, cropped and flipped. */
function images(attack: object): Workload {
  const rows = cloudsWorkload(attack);
  const inputShape = [2, 3, 1];
  const layers = [{ type: 'flatten' } as const, { type: 'dense', units: 3 } as const];
  return {
    ...rows,
    augmentation: { crop_padding: 1, horizontal_flip: true },
    dataset: { ...rows.dataset, inputShape },
    model: createModel({ layers }, inputShape, 3),
  };
}

/** What a run has kept, from the file of the checkpoint after its last update but one. */
async function keptOf(run: TrainingRun): Promise<{ seen: number[]; all: Float32Array; weights: Float32Array }> {
  await cutOff({ ...run, checkpointEvery: UPDATES, checkpointShare: Infinity }, UPDATES + 1);
  const checkpoint = (await readCheckpoint(run.log, run.header))!;
  const { arrays } = new KeptPerturbations(run.workload);
  await readKept(run.log, checkpoint.perturbations!, arrays);
  const [checksums, all] = arrays;
  const seen = [...checksums.keys()].filter((i) => checksums[i] !== 0);
  return { seen, all: all as Float32Array, weights: checkpoint.optimizer.arrays['weights'] };
}

const kept = { start: 'kept' } as const;
const half = (update: number): number => (2 * update <= UPDATES + 2 ? 0.1 : 0.2);
const linf = (eps: number, steps = 1): Ascent => ({ norm: 'Linf', eps: () => eps, alpha: (e) => e, steps });

const CASES: [string, Workload, Ascent][] = [
  ['FGSM', cloudsWorkload({ type: 'fgsm', eps: 0.1, ...kept }), linf(0.1)],
  [
    'PGD, Linf, one step by default, against the box too',
    cloudsWorkload({ type: 'pgd', eps: 0.4, ...kept }),
    linf(0.4),
  ],
  [
    'PGD, Linf, three steps of a given length',
    cloudsWorkload({ type: 'pgd', eps: 0.1, steps: 3, alpha: 0.06, ...kept }),
    { ...linf(0.1, 3), alpha: () => 0.06 },
  ],
  ['PGD, L2', cloudsWorkload({ type: 'pgd', norm: 'L2', eps: 0.3, ...kept }), { ...linf(0.3), norm: 'L2' }],
  [
    'a radius that changes along the run',
    cloudsWorkload({ type: 'pgd', eps: { schedule: [[0.5, 0.1], [0.5001, 0.2]] }, ...kept }), // prettier-ignore
    { ...linf(0.1), eps: half },
  ],
  ['crops and flips', images({ type: 'pgd', eps: 0.1, ...kept }), linf(0.1)],
  ['crops and flips, L2', images({ type: 'pgd', norm: 'L2', eps: 0.3, ...kept }), { ...linf(0.3), norm: 'L2' }],
];

describe('what every example keeps is that of the recursion written out', () => {
  test.each(CASES)('%s', async (_name, workload, ascent) => {
    const method = { schedule: { name: 'constant', rate: RATE }, optimizer: { name: 'sgd' } } as const;
    const run = await smallRun({ workload, method, updates: UPDATES + 2, evaluation: null });
    const found = await keptOf(run);
    const expected = keptByReference(run, ascent, UPDATES, RATE);
    expect(found.seen).toEqual([...expected.kept.keys()].sort((a, b) => a - b));
    // Minibatches with an example twice, and crops that leave a part of the image out, are among them.
    expect(expected.repeated).toBeGreaterThan(8);
    if (workload.augmentation !== undefined) expect(expected.outside).toBeGreaterThan(50);
    const d = found.all.length / workload.dataset.train.count;
    for (const [example, delta] of expected.kept) {
      delta.forEach((value, i) => {
        const because = 'norms are summed in another order';
        within(found.all[example * d + i], value, { abs: ascent.norm === 'Linf' ? 0 : 2e-6, because });
      });
    }
    found.weights.forEach((value, i) => within(value, expected.theta[i], { abs: 1e-5, because: 'float32 steps' }));
  });

  test('the first start is the input itself where no random start is wanted', async () => {
    const { spec, kept: start } = createAttack({ type: 'fgsm', eps: 0.1, random_start: false, start: 'kept' });
    expect(spec).toMatchObject({ alpha: 0.1, kept_as: 'float32' });
    const points = Float32Array.of(1, 2);
    start!.first(points, 2, null as never);
    expect([...points]).toEqual([0, 0]);
  });

  test('the files of perturbations go with the checkpoint', async () => {
    const run = await smallRun({ workload: cloudsWorkload({ type: 'pgd', eps: 0.1, ...kept }), updates: UPDATES + 2 });
    await keptOf(run);
    const files = (await readdir(path.dirname(run.log))).sort();
    expect(files).toEqual(['run.checkpoint.json', 'run.checkpoint.kept-0.bin', 'run.partial.jsonl']);
  });
});
