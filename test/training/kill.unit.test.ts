import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { trainRun } from '../../src/training/train.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { smallRun } from './run.js';
import { comparable, type SmallRunOptions } from './small-run.js';

const source = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

const METHOD = {
  schedule: { name: 'linear', peak: 0.4 },
  optimizer: { name: 'sgd', momentum: 0.9 },
  clip: {},
} as const;

test.each<[string, SmallRunOptions]>([
  ['plain', {}],
  [
    'with momentum, a clip, a validation loss and measurements',
    { method: METHOD, objective: { split: 'validation' }, measurements: [{ type: 'noise_trace', every: 4 }] },
  ],
])('a run that SIGKILL ended goes on bit for bit in another process: %s', async (_name, options) => {
  const undisturbed = await trainRun(await smallRun(options));
  const folder = await temporaryFolder();
  const code = `
    import { trainRun } from ${source('../../src/training/train.ts')};
    import { smallRunIn } from ${source('./small-run.ts')};
    const run = await smallRunIn(${JSON.stringify(folder)}, ${JSON.stringify(options)});
    const onProgress = (update) => update === 17 && process.kill(process.pid, 'SIGKILL');
    await trainRun({ ...run, checkpointEvery: 10, onProgress });`;
  const child = promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
  await expect(child).rejects.toMatchObject({ signal: 'SIGKILL' });
  expect((await readdir(folder)).sort()).toEqual(['run.checkpoint.json', 'run.partial.jsonl']);
  const updates: number[] = [];
  const run = await smallRun({ ...options, folder });
  const log = await trainRun({ ...run, onProgress: (update) => updates.push(update) });
  expect(updates[0]).toBe(11);
  expect(comparable(log)).toEqual(comparable(undisturbed));
});
