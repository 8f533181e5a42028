import { describe, expect, test } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createLogWriter, partialPath, readTrainingLog } from '../../src/artifacts/log-file.js';
import type { LogEnd, LogEvaluation } from '../../src/artifacts/training-log/training-log.js';
import { trainingAttackSchema } from '../../src/artifacts/experiment/attacks.js';
import { gradientEvaluations } from '../../src/artifacts/training-log/training-log.js';
import type { HjbLrError } from '../../src/errors.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { exampleHeader, exampleStep } from './fixtures/examples.js';

const END: LogEnd = { type: 'end', status: 'completed', updates: 4, n_grad_evals: 24 };
const KILLED: LogEnd = { type: 'end', status: 'killed', updates: 1, n_grad_evals: 6 };

function evaluation(update: number): LogEvaluation {
  const losses = { train_robust_loss: 1, test_robust_loss: 'inf' as const, test_loss: 1, train_loss: 1 };
  return { type: 'evaluation', update, ...losses, test_acc: 0.5, test_robust_acc: 0.25 };
}

async function newLog(): Promise<string> {
  return path.join(await temporaryFolder(), 'run.jsonl');
}

/** A log of 4 steps, an evaluation after the second. */
async function writeWhole(file: string): Promise<void> {
  const writer = await createLogWriter(file, exampleHeader(), { keepSteps: 0 });
  for (const row of [exampleStep(0), exampleStep(1), evaluation(2), exampleStep(2), exampleStep(3)])
    await writer.append(row);
  await writer.finish(END);
}

describe('createLogWriter', () => {
  test('a log grows under another name until its end row is written', async () => {
    const file = await newLog();
    const writer = await createLogWriter(file, exampleHeader(), { keepSteps: 0 });
    await writer.append(exampleStep(0));
    await writer.flush();
    expect(await readdir(path.dirname(file))).toEqual(['run.partial.jsonl']);
    expect((await readFile(partialPath(file), 'utf8')).split('\n')).toHaveLength(3);
    await writer.finish(KILLED);
    expect(await readdir(path.dirname(file))).toEqual(['run.jsonl']);
    expect(await readTrainingLog(file)).toEqual({
      header: exampleHeader(),
      steps: [exampleStep(0)],
      evaluations: [],
      measurements: [],
      looks: [],
      end: { ...KILLED, sha256: expect.stringMatching(/^[\da-f]{64}$/) },
    });
  });

  test('a log cut off anywhere and resumed has the same bytes as an undisturbed one', async () => {
    const file = await newLog();
    await writeWhole(file);
    const whole = await readFile(file, 'utf8');
    // the header and 3 steps must be there whole: resumption keeps 3 steps and writes the fourth again
    const third = whole.indexOf(JSON.stringify(exampleStep(3)));
    for (let length = third; length <= whole.length; length += 7) {
      await writeFile(partialPath(file), whole.slice(0, length));
      const writer = await createLogWriter(file, exampleHeader(), { keepSteps: 3 });
      await writer.append(exampleStep(3));
      await writer.finish(END);
      expect(await readFile(file, 'utf8')).toBe(whole);
    }
  });

  test('an evaluation after the last kept step is for the resumed run to write again', async () => {
    const file = await newLog();
    await writeWhole(file);
    await writeFile(partialPath(file), await readFile(file, 'utf8'));
    await (await createLogWriter(file, exampleHeader(), { keepSteps: 2 })).close();
    expect(await readTrainingLog(partialPath(file), { allowPartial: true })).toMatchObject({
      steps: [{ update: 0 }, { update: 1 }],
      evaluations: [],
      measurements: [],
      looks: [],
      end: null,
    });
  });

  test('a partial log with fewer steps than the checkpoint is refused', async () => {
    const file = await newLog();
    await writeWhole(file);
    await writeFile(partialPath(file), await readFile(file, 'utf8'));
    await expect(createLogWriter(file, exampleHeader(), { keepSteps: 5 })).rejects.toMatchObject({
      code: 'E_TRUNCATED',
      remedy: expect.stringContaining('hjb-lr repair'),
    });
  });

  test("another run's partial log is refused; the clock and the host are no difference", async () => {
    const file = await newLog();
    const first = { ...exampleHeader(), host: 'here', started_at: '2026-01-01T00:00:00Z' };
    const writer = await createLogWriter(file, first, { keepSteps: 0 });
    await writer.append(exampleStep(0));
    await writer.close();
    await expect(createLogWriter(file, { ...exampleHeader(), seed: 2 }, { keepSteps: 1 })).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      issues: [{ path: 'seed' }],
      fields: { differing: ['seed'] },
    });
    await (await createLogWriter(file, { ...exampleHeader(), host: 'there' }, { keepSteps: 1 })).close();
  });

  test('a process whose log another one has taken over does not name it finished', async () => {
    const file = await newLog();
    const orphan = await createLogWriter(file, exampleHeader(), { keepSteps: 0 });
    await orphan.append(exampleStep(0));
    await orphan.flush();
    const resumed = await createLogWriter(file, exampleHeader(), { keepSteps: 1 });
    await orphan.append(exampleStep(1));
    await expect(orphan.finish(END)).rejects.toMatchObject({ code: 'E_RUN_MISMATCH' });
    await resumed.finish(KILLED);
    expect((await readTrainingLog(file)).steps).toEqual([exampleStep(0)]);
  });

  test('a folder that cannot be written gives E_WRITE', async () => {
    await expect(createLogWriter('/proc/hjb-lr/run.jsonl', exampleHeader(), { keepSteps: 0 })).rejects.toMatchObject({
      code: 'E_WRITE',
    });
  });
});

describe('readTrainingLog', () => {
  async function changed(change: (lines: string[]) => string[]): Promise<string> {
    const file = await newLog();
    await writeWhole(file);
    const written = (await readFile(file, 'utf8')).replace(/,"sha256":"[\da-f]{64}"/, '');
    await writeFile(file, change(written.split('\n')).join('\n'));
    return file;
  }

  test.each([
    [
      'every second one',
      (k: number) => ({ update: 2 * k }),
      /^line 3: update: 2 after 0: every 2nd update alone$/,
      /log each/,
    ],
    ['from 1', (k: number) => ({ update: k + 1 }), /^line 2: update: counted from 1/, /import .* counts them from 0/],
    [
      'a gap',
      (k: number) => ({ update: k < 2 ? k : k + 3 }),
      /^line 5: update: updates 2..4 are missing$/,
      /--until 2/,
    ],
    ['twice', (k: number) => ({ update: [0, 1, 1, 2][k] }), /^line 5: update: 1 twice$/, /import .* keeps/],
    [
      'out of order',
      (k: number) => ({ update: [2, 3, 0, 1][k] }),
      /^line 5: update: 0 after 3: not in order$/,
      /puts them/,
    ],
    [
      'a second run',
      (k: number) => ({ update: k % 2 }),
      /^line 5: update: 0 after 1: a second run starts here$/,
      /split/,
    ],
    [
      'a negative rate',
      (k: number) => ({ lr: k - 1 }),
      /^line 2: lr: must be a learning rate >= 0; got -1$/,
      /never below 0/,
    ],
  ])(
    'rows that are not of every update, %s, are refused with their line and a remedy',
    async (_, change, issue, remedy) => {
      let k = 0;
      const file = await changed((lines) =>
        lines.map((line) => (line.includes('"step"') ? JSON.stringify({ ...JSON.parse(line), ...change(k++) }) : line)),
      );
      const error = await readTrainingLog(file).catch((refused: unknown) => refused as HjbLrError);
      expect(error).toMatchObject({ code: 'E_INVALID', message: `${file} is not the log of every update of a run.` });
      const { issues, remedy: told } = error as HjbLrError;
      expect(`${issues[0].path}: ${issues[0].message}`).toMatch(issue);
      expect(told).toMatch(remedy);
      // A run that goes on from such a log is refused too.
      await expect(readTrainingLog(file, { allowPartial: true })).rejects.toMatchObject({
        remedy: 'Put the rows back as they were.',
      });
    },
  );

  test('fewer rows than the end row or the header says are refused; a killed run may have fewer', async () => {
    const withEnd = (end: object) =>
      changed((lines) => lines.with(-2, JSON.stringify({ ...END, ...end })).toSpliced(5, 1));
    await expect(readTrainingLog(await withEnd({}))).rejects.toMatchObject({
      issues: [{ path: 'end row: updates', message: 'says 4, there are 3 step rows' }],
    });
    await expect(readTrainingLog(await withEnd({ updates: 3 }))).rejects.toMatchObject({
      issues: [{ message: 'the header plans 4 updates, the end row says completed after 3' }],
      remedy: expect.stringContaining('"status": "killed"'),
    });
    expect((await readTrainingLog(await withEnd({ updates: 3, status: 'killed' }))).steps).toHaveLength(3);
  });

  test('a byte-order mark, CR LF, blank lines, a missing last line feed and the NaN of Python are read', async () => {
    const file = await changed((lines) => [`\uFEFF${lines[0]}`, ...lines.slice(1, -1), '', '']);
    const text = await readFile(file, 'utf8');
    const row = JSON.stringify(exampleStep(1));
    await writeFile(
      file,
      text.replace(row, row.replace(/"grad_norm":[^,]+/, '"grad_norm":NaN')).replaceAll('\n', '\r\n'),
    );
    const { steps } = await readTrainingLog(file);
    expect([steps.length, steps[1].grad_norm]).toEqual([4, 'nan']);
    await writeFile(file, text.trimEnd());
    expect((await readTrainingLog(file)).end).toEqual(END);
    await writeFile(file, Buffer.from(text, 'utf16le'));
    await expect(readTrainingLog(file)).rejects.toMatchObject({
      code: 'E_DATA',
      remedy: expect.stringMatching(/UTF-8/),
    });
  });

  test('one digit that was changed after it was written is seen, and so are rows that the checkpoint has not seen', async () => {
    const file = await newLog();
    await writeWhole(file);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"test_robust_acc":0.25', '"test_robust_acc":0.26'));
    await expect(readTrainingLog(file)).rejects.toMatchObject({ code: 'E_DAMAGED', fields: { file } });
    await writeFile(partialPath(file), text);
    const digest = '0'.repeat(64);
    await expect(createLogWriter(file, exampleHeader(), { keepSteps: 2, digest })).rejects.toMatchObject({
      code: 'E_DAMAGED',
      remedy: expect.stringContaining('hjb-lr repair'),
    });
    expect(await readFile(partialPath(file), 'utf8')).toBe(text);
  });

  test('a field that stands twice is refused', async () => {
    const file = await changed((lines) => lines.with(1, lines[1].replace('{', '{"lr":7,')));
    await expect(readTrainingLog(file)).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'lr', message: 'stands twice in one object' }],
    });
  });

  test('a second header among the rows is named', async () => {
    const file = await changed((lines) => lines.toSpliced(3, 0, lines[0]));
    await expect(readTrainingLog(file)).rejects.toMatchObject({ code: 'E_INVALID', fields: { line: 4 } });
  });

  test('a torn last line is named with its number and the remedy', async () => {
    const file = await changed((lines) => [...lines.slice(0, 4), lines[4].slice(0, 20)]);
    await expect(readTrainingLog(file)).rejects.toMatchObject({
      code: 'E_TRUNCATED',
      exitCode: 3,
      message: `${file} is cut off at line 5: the last line is not whole.`,
      remedy: expect.stringMatching(/^Run the command that wrote it again: it resumes where it stopped\./),
    });
    const partial = await readTrainingLog(file, { allowPartial: true });
    expect([partial.steps.length, partial.evaluations.length, partial.end]).toEqual([2, 1, null]);
  });

  test('a missing end row is a truncation', async () => {
    const file = await changed((lines) => [...lines.slice(0, 5), '']);
    await expect(readTrainingLog(file)).rejects.toMatchObject({ code: 'E_TRUNCATED', fields: { line: 5 } });
    expect((await readTrainingLog(file, { allowPartial: true })).steps).toHaveLength(3);
  });

  test('an empty file is a truncation', async () => {
    const file = await newLog();
    await writeFile(file, '');
    await expect(readTrainingLog(file)).rejects.toMatchObject({ code: 'E_TRUNCATED', fields: { line: 1 } });
  });

  test('a line in the middle that is not JSON is named', async () => {
    const file = await changed((lines) => lines.with(2, '{"type":"step",'));
    await expect(readTrainingLog(file)).rejects.toMatchObject({ code: 'E_NOT_JSON', fields: { line: 3 } });
  });

  test('every bad row is named with its line and field', async () => {
    const file = await changed((lines) =>
      [
        lines[0],
        JSON.stringify({ ...exampleStep(0), lr: 'fast', mood: 'good' }),
        JSON.stringify({ ...exampleStep(1), train_robust_loss: undefined }),
        JSON.stringify({ type: 'stop' }),
        ...lines.slice(4),
        JSON.stringify(exampleStep(9)),
        '',
      ].filter((line, i, all) => line !== '' || i === all.length - 1),
    );
    await expect(readTrainingLog(file)).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [
        { path: 'line 2: lr', message: expect.stringContaining('got "fast"') },
        { path: 'line 3: train_loss', message: expect.stringContaining('needs a loss') },
        {
          path: 'line 4: type',
          message: expect.stringContaining("'step' | 'evaluation' | 'measurement' | 'look' | 'end'"),
        },
        { path: 'line 8', message: 'a row after the end row' },
      ],
    });
  });

  test('what a log does not count is charged by its attack: two starts of three steps and one gradient, twice', () => {
    const attack = trainingAttackSchema.parse({ type: 'pgd', eps: 0.1, steps: 3, restarts: 2 });
    const { n_grad_evals: _, ...step } = exampleStep(0);
    const log = { header: { ...exampleHeader(), attack }, steps: [step, { ...step, update: 1 }], end: null };
    expect(gradientEvaluations({ ...log, evaluations: [], measurements: [], looks: [] })).toBe(14);
  });

  test('columns that this release does not know are kept, and all but update, rate and loss may be missing', async () => {
    const row = { type: 'step', update: 0, lr: 0.1, train_loss: 2, mood: 'good' };
    const file = await changed((lines) => lines.with(1, JSON.stringify(row)));
    expect((await readTrainingLog(file)).steps[0]).toEqual(row);
  });

  test('non-finite numbers come as words', async () => {
    const file = await changed((lines) => lines.with(1, JSON.stringify({ ...exampleStep(0), grad_norm: 'nan' })));
    expect((await readTrainingLog(file)).steps[0].grad_norm).toBe('nan');
  });
});
