import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createLogWriter } from '../../src/artifacts/log-file.js';
import { validateFile } from '../../src/artifacts/validate.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { exampleExperiment, exampleHeader, examplePolicy, exampleStep } from './fixtures/examples.js';

async function fileWith(value: unknown, name = 'file.json'): Promise<string> {
  const file = path.join(await temporaryFolder(), name);
  await writeFile(file, JSON.stringify(value));
  return file;
}

describe('validateFile', () => {
  test('knows a file by its kind', async () => {
    expect(await validateFile(await fileWith(exampleExperiment()))).toMatchObject({
      kind: 'experiment',
      summary: 'experiment "digits", schema 1.0.0',
    });
    expect(await validateFile(await fileWith(examplePolicy()))).toMatchObject({ kind: 'policy' });
  });

  test('reads a training log as a whole', async () => {
    const file = path.join(await temporaryFolder(), 'run.jsonl');
    const writer = await createLogWriter(file, exampleHeader(), { keepSteps: 0 });
    await writer.append(exampleStep(0));
    await writer.finish({ type: 'end', status: 'diverged', updates: 1, n_grad_evals: 6 });
    expect(await validateFile(file)).toMatchObject({
      kind: 'training_log',
      summary: 'training log constant/1: 1 steps, 0 evaluations, diverged',
    });
    await writeFile(file, JSON.stringify(exampleHeader()));
    await expect(validateFile(file)).rejects.toMatchObject({ code: 'E_TRUNCATED' });
  });

  test('a training log of 0.1.0 is read, with a notice', async () => {
    const file = path.join(await temporaryFolder(), 'run.jsonl');
    const end = { type: 'end', status: 'killed', updates: 1, n_grad_evals: 6 };
    const lines = [{ ...exampleHeader(), schema_version: '1.0.0' }, exampleStep(0), end];
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect((await validateFile(file)).summary).toBe(
      'training log constant/1: 1 steps, 0 evaluations, killed; schema version 1.0.0 is read as 2.0.0',
    );
  });

  test('a policy that was changed by hand is found by its policy_id', async () => {
    const policy = examplePolicy();
    const file = await fileWith({ ...policy, name: 'another' });
    await expect(validateFile(file)).rejects.toMatchObject({ code: 'E_INVALID', issues: [{ path: 'policy_id' }] });
    expect(await validateFile(await fileWith({ ...policy, created_at: '2026-01-01T00:00:00Z' }))).toMatchObject({
      kind: 'policy',
    });
  });

  test.each([[{ kind: 'recipe' }], [{}], [[]], [null], [7]])('%j is none of ours', async (value) => {
    await expect(validateFile(await fileWith(value))).rejects.toMatchObject({ code: 'E_KIND', exitCode: 3 });
  });
});
