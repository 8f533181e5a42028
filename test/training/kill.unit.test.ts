import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { trainRun } from '../../src/training/train.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { smallRun } from './run.js';
import { comparable } from './small-run.js';

const source = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

test('a run that SIGKILL ended goes on bit for bit in another process', async () => {
  const undisturbed = await trainRun(await smallRun());
  const folder = await temporaryFolder();
  const code = `
    import { trainRun } from ${source('../../src/training/train.ts')};
    import { smallRunIn } from ${source('./small-run.ts')};
    const onProgress = (update) => update === 17 && process.kill(process.pid, 'SIGKILL');
    await trainRun({ ...(await smallRunIn(${JSON.stringify(folder)})), checkpointEvery: 10, onProgress });`;
  const child = promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
  await expect(child).rejects.toMatchObject({ signal: 'SIGKILL' });
  expect((await readdir(folder)).sort()).toEqual(['run.checkpoint.json', 'run.partial.jsonl']);
  const updates: number[] = [];
  const log = await trainRun({ ...(await smallRun({ folder })), onProgress: (update) => updates.push(update) });
  expect(updates[0]).toBe(11);
  expect(comparable(log)).toEqual(comparable(undisturbed));
});
