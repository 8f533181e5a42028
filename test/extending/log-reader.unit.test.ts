import { describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { importLogs, LOG_READERS } from '../../src/import/index.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { toyLogReader } from './fixtures/toy-log-reader.js';

const READERS = [toyLogReader, ...LOG_READERS];
const FACTS = { batch_size: 8, optimizer: { name: 'sgd' }, attack: null };

async function toyLog(rows: readonly string[]): Promise<{ file: string; out: string }> {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'run.log');
  await writeFile(file, ['# toy trainer, seed 7', ...rows, ''].join('\n'));
  return { file, out: path.join(folder, 'logs') };
}

describe('a log reader of one file and one line', () => {
  test('is found by the content of a log, which becomes a training log', async () => {
    const { file, out } = await toyLog(['0 0.1 2.5', '1 0.1 nan']);
    const [log] = await importLogs([file], { out, readers: READERS, facts: FACTS });
    expect(log.header).toMatchObject({ run_id: 'run', engine: 'toy', seed: 7, updates: 2 });
    expect(log.steps).toEqual([
      { type: 'step', update: 0, lr: 0.1, train_loss: 2.5 },
      { type: 'step', update: 1, lr: 0.1, train_loss: 'nan' },
    ]);
    const lines = (await readFile(path.join(out, 'run.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      log.header,
      ...log.steps,
      { type: 'end', status: 'diverged', updates: 2 },
    ]);
  });

  test('names every line that it cannot read', async () => {
    const { file, out } = await toyLog(['0 0.1 2.5', 'restarted', '1 0.1']);
    await expect(importLogs([file], { out, readers: READERS })).rejects.toMatchObject({
      code: 'E_DATA',
      issues: [
        { path: 'line 3', message: 'got "restarted"' },
        { path: 'line 4', message: 'got "1 0.1"' },
      ],
    });
  });
});
