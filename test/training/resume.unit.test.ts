import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { StoppingPlan } from '../../src/stopping/index.js';
import type { MethodInput } from '../../src/training/method.js';
import { trainRun } from '../../src/training/train.js';
import type { TrainingRun } from '../../src/training/training-run.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { cutOff, smallRun } from './run.js';
import { comparable, type SmallRunOptions } from './small-run.js';

/** A run that looks after 4, 10, 14, 20, 26 and 30 updates. */
const LOOKING: SmallRunOptions = {
  objective: { split: 'validation' },
  method: { schedule: { name: 'constant', rate: 0.3 }, optimizer: { name: 'sgd' }, clip: {}, stopping: {} },
};

function plannedLooks(annealing: (update: number) => number): StoppingPlan {
  return { updates: 30, looks: [4, 10, 14, 20, 26, 30], examples: 25, cost: 17, annealing };
}

const METHODS: [string, SmallRunOptions][] = [
  [
    'sgd with momentum and clip',
    { method: { schedule: { name: 'linear', peak: 0.3 }, optimizer: { name: 'sgd', momentum: 0.9 }, clip: {} } },
  ],
  [
    'schedule_free',
    { method: { schedule: { name: 'constant', rate: 0.5 }, optimizer: { name: 'schedule_free' }, clip: {} } },
  ],
  [
    'd_adaptation',
    { method: { schedule: { name: 'constant', rate: 1 }, optimizer: { name: 'd_adaptation' } } as MethodInput },
  ],
  [
    'adam, its average and the norm clip',
    {
      method: {
        schedule: { name: 'constant', rate: 0.02 },
        optimizer: { name: 'adam', weight_decay: 0.01 },
        clip: { kind: 'norm', maximum: 0.5 },
        averaging: { kind: 'tail', start: 0.3 },
      },
    },
  ],
  ['prodigy', { method: { schedule: { name: 'cosine', peak: 1 }, optimizer: { name: 'prodigy' } } }],
  [
    'a batch size that follows a schedule, seen on validation data',
    {
      batchSize: [
        { from: 0, size: 4 },
        { from: 0.5, size: 16 },
      ],
      objective: { split: 'validation' },
    },
  ],
  ['a validation objective', { objective: { split: 'validation' } }],
  [
    'measurements',
    {
      measurements: [
        { type: 'noise_trace', every: 4 },
        { type: 'lanczos_spectrum', every: 12, examples: 20 },
      ],
    },
  ],
  ['looks at a held-out loss, with annealings', { ...LOOKING, stopping: plannedLooks((update) => update / 2) }],
  [
    'looks at a held-out loss, of an average',
    {
      ...LOOKING,
      method: {
        schedule: { name: 'constant', rate: 0.5 },
        optimizer: { name: 'schedule_free' },
        stopping: { price_of_update: 1e-9 },
      },
      stopping: plannedLooks(() => 0),
    },
  ],
  ['an L2 attack', { attack: { type: 'pgd', norm: 'L2', eps: 0.1, steps: 2, restarts: 2 } }],
];

describe('a run that was cut off', () => {
  test.each(METHODS)('goes on bit for bit: %s', async (_name, options) => {
    const undisturbed = await trainRun({ ...(await smallRun(options)), evaluateEvery: 5 });
    const run = { ...(await smallRun(options)), checkpointEvery: 10, evaluateEvery: 5 };
    await cutOff(run, 17);
    const resumed: number[] = [];
    const log = await trainRun({ ...run, onProgress: (update) => resumed.push(update) });
    expect(resumed[0]).toBe(11);
    expect(comparable(log)).toEqual(comparable(undisturbed));
    expect(await readdir(path.dirname(run.log))).toEqual(['run.jsonl']);
  });

  test('the rows of its file are the bytes of an undisturbed run, but for wall_s', async () => {
    const rows = async (run: TrainingRun): Promise<string[]> =>
      (await readFile(run.log, 'utf8')).split('\n').map((line) => line.replace(/,"wall_s":[\d.]+/, ''));
    const [undisturbed, run] = [await smallRun(), { ...(await smallRun()), checkpointEvery: 10 }];
    await trainRun(undisturbed);
    await cutOff(run, 25);
    await trainRun(run);
    expect(await rows(run)).toEqual(await rows(undisturbed));
  });

  test('may be cut off again and again', async () => {
    const undisturbed = await trainRun(await smallRun());
    const run = { ...(await smallRun()), checkpointEvery: 3 };
    for (const stop of [2, 7, 8, 20, 29]) await cutOff(run, stop);
    expect(comparable(await trainRun(run))).toEqual(comparable(undisturbed));
  });

  test('before its first checkpoint it starts anew', async () => {
    const run = { ...(await smallRun()), checkpointEvery: 10 };
    await cutOff(run, 4);
    const seen: number[] = [];
    await trainRun({ ...run, onProgress: (update) => seen.push(update) });
    expect(seen[0]).toBe(1);
  });

  test('a torn last line is written again', async () => {
    const undisturbed = await trainRun(await smallRun());
    const run = { ...(await smallRun()), checkpointEvery: 10 };
    await cutOff(run, 17);
    const partial = run.log.replace('.jsonl', '.partial.jsonl');
    const text = await readFile(partial, 'utf8');
    await writeFile(partial, text.slice(0, -30));
    expect(comparable(await trainRun(run))).toEqual(comparable(undisturbed));
  });

  test('wall_s goes on from the checkpoint', async () => {
    const run = { ...(await smallRun()), checkpointEvery: 10 };
    await cutOff(run, 17);
    const { steps } = await trainRun(run);
    expect(steps[10].wall_s).toBeGreaterThanOrEqual(steps[9].wall_s!);
  });
});

describe('a log that is there already', () => {
  test('finished, of the same run: it is returned without training, clock and host aside', async () => {
    const run = await smallRun();
    const first = await trainRun({
      ...run,
      header: { ...run.header, host: 'a', started_at: '2026-01-01T00:00:00.000Z' },
    });
    const untouched = (): void => {
      throw new Error('trained again');
    };
    const again = await trainRun({
      ...run,
      header: { ...run.header, host: 'b', started_at: '2026-01-02T00:00:00.000Z' },
      onProgress: untouched,
    });
    expect(again).toEqual(first);
  });

  test('finished, of another run: it is refused, naming what differs, and stays', async () => {
    const folder = await temporaryFolder();
    const run = await smallRun({ folder });
    await trainRun(run);
    const before = await readFile(run.log, 'utf8');
    const other = await smallRun({
      folder,
      seed: 2,
      method: { schedule: { name: 'constant', rate: 0.1 }, optimizer: { name: 'sgd' } },
    });
    await expect(trainRun(other)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      fields: { differing: ['lr_schedule', 'run_id', 'seed'] },
    });
    expect(await readFile(run.log, 'utf8')).toBe(before);
  });

  test('partial, of another run: it is refused too, and stays', async () => {
    const folder = await temporaryFolder();
    const run = { ...(await smallRun({ folder })), checkpointEvery: 10 };
    await cutOff(run, 17);
    const partial = run.log.replace('.jsonl', '.partial.jsonl');
    const before = await readFile(partial, 'utf8');
    const other = await smallRun({ folder, updates: 31 });
    await expect(trainRun(other)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      fields: { differing: ['horizon', 'updates'] },
    });
    expect(await readFile(partial, 'utf8')).toBe(before);
    expect(existsSync(run.log)).toBe(false);
  });
});
