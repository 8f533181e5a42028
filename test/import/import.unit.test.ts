import { describe, expect, test } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import { gradientEvaluations } from '../../src/artifacts/training-log/training-log.js';
import { HjbLrError } from '../../src/errors.js';
import { importLogs, type ImportOptions } from '../../src/import/index.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

type Content = string | Uint8Array;

const FGSM = { type: 'fgsm', eps: 0.1, random_start: false } as const;
const FACTS = { batch_size: 8, optimizer: { name: 'sgd' }, attack: null };

async function imported(content: Content, options: Partial<ImportOptions> = {}) {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'run.csv');
  await writeFile(file, content);
  const [log] = await importLogs([file], { out: path.join(folder, 'logs'), facts: FACTS, ...options });
  return log;
}

async function refusal(content: Content, options: Partial<ImportOptions> = {}): Promise<HjbLrError> {
  const outcome: unknown = await imported(content, options).catch((error: unknown) => error);
  if (outcome instanceof HjbLrError) return outcome;
  throw new Error(`expected an HjbLrError, got ${JSON.stringify(outcome)}`);
}

const KERAS = ['step,learning_rate,loss,phase', '0,0.1,2.5,fit', '1,0.05,2,fit', '2,0.025,-inf,fit'];
const COLUMNS = { update: 'step', lr: 'learning_rate', train_loss: 'loss' };

describe('a table', () => {
  test.each([
    ['commas', ','],
    ['tabs', '\t'],
    ['semicolons', ';'],
  ])('separated by %s becomes a training log', async (_, delimiter) => {
    const lines = KERAS.map((line) => line.replaceAll(',', delimiter));
    const { header, steps, end } = await imported(lines.join('\n'), { columns: COLUMNS });
    expect(header).toMatchObject({
      kind: 'training_log',
      run_id: 'run',
      purpose: 'import',
      engine: 'table',
      updates: 3,
    });
    expect(steps).toEqual([
      { type: 'step', update: 0, lr: 0.1, train_loss: 2.5 },
      { type: 'step', update: 1, lr: 0.05, train_loss: 2 },
      { type: 'step', update: 2, lr: 0.025, train_loss: '-inf' },
    ]);
    expect(end).toEqual({ type: 'end', status: 'diverged', updates: 3 });
  });

  test('keeps its other columns of numbers, leaves out empty cells, and may be gzip', async () => {
    const text = 'update,lr,train_robust_loss,grad_norm,note\n0,0.1,2,,a\n1,0.1,1,3.5,b\n';
    const { steps, end } = await imported(gzipSync(text), { facts: { ...FACTS, attack: FGSM } });
    expect(steps).toEqual([
      { type: 'step', update: 0, lr: 0.1, train_robust_loss: 2 },
      { type: 'step', update: 1, lr: 0.1, train_robust_loss: 1, grad_norm: 3.5 },
    ]);
    expect(end).toEqual({ type: 'end', status: 'completed', updates: 2 });
  });

  test('asks for what it does not say of its run, each fact by its name', async () => {
    const { code, issues, remedy } = await refusal(KERAS.join('\n'), { columns: COLUMNS, facts: {} });
    expect([code, issues.map(({ path: fact }) => fact)]).toEqual(['E_INVALID', ['optimizer', 'batch_size', 'attack']]);
    expect(remedy).toContain('batch_size: 64');
  });

  test('reads as a training log', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'run.csv');
    await writeFile(file, KERAS.join('\n'));
    const [written] = await importLogs([file], { out: folder, columns: COLUMNS, facts: { ...FACTS, horizon: 90 } });
    const read = await readTrainingLog(path.join(folder, 'run.jsonl'));
    expect(read).toMatchObject({ header: written.header, steps: written.steps, end: written.end });
    expect(read.header).toMatchObject({ horizon: 90, schema_version: '2.0.0', engine: 'table' });
    expect(gradientEvaluations(read)).toBe(3);
  });

  test('lists every column that is missing, and those that are there', async () => {
    const { code, issues, remedy } = await refusal(['count,speed,cost', '0,0.1,2.5'].join('\n'));
    expect(code).toBe('E_INVALID');
    expect(issues).toEqual([
      { path: 'update', message: 'no such column; there are: count, speed, cost' },
      { path: 'lr', message: 'no such column; there are: count, speed, cost' },
      { path: 'train_robust_loss or train_loss', message: 'no such column; there are: count, speed, cost' },
    ]);
    expect(remedy).toMatch(/update: 'step'/);
  });

  test('lists every mapped column that is not there just once', async () => {
    const { code, message, issues } = await refusal('step,loss,loss\n0,1,1\n', {
      columns: { update: 'epoch', train_loss: 'loss' },
    });
    expect([code, message]).toEqual(['E_DATA', expect.stringMatching(/its columns are: step, loss, loss/)]);
    expect(issues).toEqual([
      { path: 'columns.update', message: 'no column "epoch"' },
      { path: 'columns.train_loss', message: 'more than one column "loss"' },
    ]);
  });

  test('names the line of every bad row', async () => {
    const rows = ['update,lr,train_loss', '0,0.1,1', '2.5,0.1,1', '3,-1,1', '4,0.1,', '5,inf,1'];
    const { code, issues } = await refusal(rows.join('\n'));
    expect(code).toBe('E_INVALID');
    expect(issues).toEqual([
      { path: 'line 3: update', message: 'must be 0, 1, 2, ...; got 2.5' },
      { path: 'line 4: lr', message: 'must be a rate >= 0; got -1' },
      { path: 'line 5: train_robust_loss or train_loss', message: 'missing' },
      { path: 'line 6: lr', message: 'must be a rate >= 0; got Infinity' },
    ]);
  });

  test('refuses text in a column that is needed or mapped', async () => {
    const { code, issues } = await refusal('update,lr,train_loss,v\n0,0.1,1,x\n1,fast,1,2\n', {
      columns: { val_loss: 'v' },
    });
    expect(code).toBe('E_DATA');
    expect(issues).toEqual([
      { path: 'line 2, column "v"', message: '"x" is not a number' },
      { path: 'line 3, column "lr"', message: '"fast" is not a number' },
    ]);
  });
});

describe('importLogs', () => {
  test('names its readers for a file that none recognises, and for a reader that is not there', async () => {
    const unknown = await refusal('no log\n');
    expect([unknown.code, unknown.remedy]).toEqual(['E_KIND', expect.stringMatching(/table: A table with a header/)]);
    const named = await refusal(KERAS.join('\n'), { reader: 'keras' });
    expect([named.code, named.message]).toEqual(['E_USAGE', 'There is no reader "keras".']);
  });

  test('writes nothing unless all files can be read', async () => {
    const folder = await temporaryFolder();
    const files = ['good.csv', 'bad.csv'].map((name) => path.join(folder, name));
    await writeFile(files[0], 'update,lr,train_loss\n0,0.1,1\n');
    await writeFile(files[1], 'update,lr,train_loss\n0,0.1,\n');
    await expect(importLogs(files, { out: path.join(folder, 'logs') })).rejects.toMatchObject({ code: 'E_INVALID' });
    expect((await readdir(folder)).sort()).toEqual(['bad.csv', 'good.csv']);
  });

  test('refuses two files of one name, and a file that is not there', async () => {
    const out = await temporaryFolder();
    await expect(importLogs(['a/run.csv', 'b/run.tsv'], { out })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(importLogs(['gone.csv'], { out })).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      remedy: 'Check the path.',
    });
  });
});
