import { describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import { HjbLrError } from '../../src/errors.js';
import { identifiedBy, importLogs, type Imported, type ImportOptions } from '../../src/import/index.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/foreign-logs/', import.meta.url));
const CLEAN = { batch_size: 8, optimizer: { name: 'sgd' }, attack: null };

async function imported(files: readonly string[], options: Partial<ImportOptions> = {}): Promise<Imported[]> {
  const named = files.map((file) => path.resolve(FIXTURES, file));
  return importLogs(named, { out: await temporaryFolder(), facts: CLEAN, ...options });
}

async function refusal(files: readonly string[], options: Partial<ImportOptions> = {}): Promise<HjbLrError> {
  const outcome: unknown = await imported(files, options).catch((error: unknown) => error);
  if (outcome instanceof HjbLrError) return outcome;
  throw new Error(`expected an HjbLrError, got ${JSON.stringify(outcome)}`);
}

/** A file of one text, whose columns need no names. */
async function fileOf(text: string | Uint8Array, name = 'run.csv'): Promise<string> {
  const file = path.join(await temporaryFolder(), name);
  await writeFile(file, text);
  return file;
}

const rows = (lines: readonly string[]): string => ['update,lr,train_loss', ...lines, ''].join('\n');
const row = (k: number): string => `${k},0.${1 + (k % 2)},${2 + ((k * 7) % 5) / 10}`;

/** The schedule of make.py, 0.4 (1 - k / 12), and how many digits a file keeps of it. */
const RATES = Array.from({ length: 12 }, (_, k) => 0.4 * (1 - k / 12));

describe('files that the tools wrote', () => {
  test.each([
    ['tensorboard-simple.tfevents', 'tensorboard', 6, {}],
    ['tensorboard-tensor.tfevents', 'tensorboard', 6, {}],
    ['lightning-metrics.csv', 'lightning', 12, {}],
    ['trainer_state.json', 'transformers', 12, { horizon: 12 }],
    ['mlflow-run', 'mlflow', 12, {}],
    ['wandb-history.csv', 'wandb', 12, {}],
    ['wandb-history.jsonl', 'wandb', 12, {}],
  ])('%s: every update with its rate and its loss', async (file, engine, digits, header) => {
    const [log] = await imported([file]);
    const read = await readTrainingLog(log.file);
    expect(read.header).toMatchObject({ engine, updates: 12, ...header });
    expect(read.steps.map(({ update }) => update)).toEqual(RATES.map((_, k) => k));
    read.steps.forEach(({ lr }, k) => expect(lr).toBeCloseTo(RATES[k], digits));
    // Softmax regression on two classes starts about ln 2 and falls.
    const losses = read.steps.map(({ train_loss }) => Number(train_loss));
    expect(Math.max(...losses)).toBeLessThan(1);
    expect(Math.min(...losses)).toBeGreaterThan(0.1);
  });

  test('Lightning: rows of one step are one, the validation loss of the epoch with them', async () => {
    const [{ steps, notes }] = await imported(['lightning-metrics.csv']);
    expect(steps[11]).toMatchObject({ update: 11, train_loss: 0.43052658438682556, val_loss: 0.44294652342796326 });
    expect(notes).toContain('25 rows are joined into 12, by their update');
  });

  test('a chart of W&B has blanks in its names, and cells in quotes', async () => {
    const lines = Array.from({ length: 4 }, (_, k) => `"${k}","${2.5 - k / 10}","${2.5 - k / 10}","${2.5 - k / 10}"`);
    const names = ['train_loss', 'train_loss__MIN', 'train_loss__MAX'].map((name) => `"run, 1 - ${name}"`);
    const file = await fileOf([`"Step",${names.join()}`, ...lines, ''].join('\n'));
    const [log] = await imported([file], { rates: [0.1, 0.2, 0.3, 0.4] });
    expect(log.header.engine).toBe('wandb');
    expect(log.steps.map(({ lr, train_loss }) => [lr, train_loss])).toEqual([
      [0.1, 2.5],
      [0.2, 2.4],
      [0.3, 2.3],
      [0.4, 2.2],
    ]);
    expect((await refusal([file])).remedy).toMatch(/--rates FILE/);
  });

  test('torch-lr-finder: every entry is an update, and smoothed losses are told', async () => {
    const [log] = await imported(['lr-finder-history.json']);
    expect([log.steps.length, log.steps[0].lr]).toEqual([40, 0.001]);
    expect(log.notes.join()).toMatch(/the diffusion is not identified: torch-lr-finder smooths its losses/);
  });

  test.each([
    ['keras.csv', 'not identified: there is no column of rates'],
    ['timm-summary.csv', 'not told from noise: the rate is 0.1 throughout'],
  ])('%s: epoch means are refused, with what they do not identify and which run would', async (file, drift) => {
    const { code, issues, remedy } = await refusal([file]);
    expect(code).toBe('E_DATA');
    expect(issues).toEqual([
      { path: 'diffusion', message: 'not identified: the mean over an epoch has no minibatch noise in it' },
      { path: 'drift', message: drift },
    ]);
    expect(remedy).toMatch(/Log every update of two runs of 50 updates/);
  });

  test('an event file that was cut off gives its whole records; one that is damaged is refused', async () => {
    const whole = await readFile(path.join(FIXTURES, 'tensorboard-simple.tfevents'));
    const [log] = await imported([await fileOf(whole.subarray(0, -60), 'torn')]);
    expect(log.steps.length).toBeLessThan(12);
    expect(log.notes.join()).toMatch(/bytes of .* are of a record that was cut off/);
    const damaged = Uint8Array.from(whole);
    damaged[700] ^= 1;
    const { code, message } = await refusal([await fileOf(damaged, 'damaged')]);
    expect([code, message]).toEqual(['E_SHAPE', expect.stringMatching(/a checksum fails in the record at byte \d+/)]);
  });
});

describe('rows that are not one for each update', () => {
  const counted = Array.from({ length: 12 }, (_, k) => k);

  test.each([
    [
      'counted from 1',
      counted.map((k) => row(k).replace(/^\d+/, String(k + 1))),
      'updates that counted from 1 count from 0',
    ],
    ['out of order', [...counted.slice(6), ...counted.slice(0, 6)].map(row), /ordered by their update/],
    [
      'twice after a resume',
      [...counted.slice(0, 9).map((k) => `${k},9,9`), ...counted.slice(5).map(row)],
      /4 rows that a resumed/,
    ],
  ])('%s: mended by a rule that is told', async (_, lines, note) => {
    const [{ steps, notes }] = await imported([await fileOf(rows(lines))]);
    expect(steps.map(({ update }) => update)).toEqual(counted);
    expect(steps[11]).toEqual({ type: 'step', update: 11, lr: 0.2, train_loss: 2.2 });
    expect(notes).toEqual([expect.stringMatching(note)]);
  });

  const table = (header: string, line: (k: number) => string) => [header, ...counted.map(line), ''].join('\n');
  const plain = (k: number): string => `${k},0.1,${2 - k / 10}`;

  test.each([
    ['blanks between cells', table('step lr loss', (k) => plain(k).replaceAll(',', ' ')), /step/],
    ['comments in front', `# mine\n#\n${table('step,lr,loss', plain)}`, /step/],
    [
      'a header again',
      table('step,lr,loss', (k) => `${plain(k)}${k === 5 ? '\nstep,lr,loss' : ''}`),
      /1 more header lines are left out/,
    ],
    [
      'batches of epochs',
      table('epoch,batch,lr,loss', (k) => `${k >> 2},${(k % 4) + 1},0.1,2`),
      /count anew in each epoch count on/,
    ],
    ['a torn last line', `${table('step,lr,loss', plain)}12,0.`, /the last line was cut off and is left out/],
    ['no last line end', table('step,lr,loss', plain).trimEnd(), /see that its last number is whole/],
    ['UTF-16 without a mark', Buffer.from(table('step,lr,loss', plain), 'utf16le'), /step/],
    ['a JSON list', JSON.stringify(counted.map((k) => ({ step: `${k}`, lr: 0.1, loss: 2 }))), /step/],
    [
      'an update 0 twice',
      table('step,lr,loss', (k) => (k === 0 ? `0,9,9\n${plain(0)}` : plain(k))),
      /1 rows that a resumed/,
    ],
  ])('%s: read, and told', async (_, content, note) => {
    const [{ steps, notes }] = await imported([await fileOf(content)]);
    expect(steps.map(({ update, lr }) => [update, lr])).toEqual(counted.map((k) => [k, 0.1]));
    expect(notes.join('\n')).toMatch(note);
  });

  test('rows of two runs that alternate are refused, and no row is left out quietly', async () => {
    const both = counted.flatMap((k) => [`${k},0.1,2`, `${k},0.2,1`]);
    const { issues, remedy } = await refusal([await fileOf(rows(both))]);
    expect(issues[0]).toEqual({ path: 'line 3: update', message: '0 twice' });
    expect(remedy).toMatch(/Rows of several runs or processes alternate/);
  });

  test.each([
    ['every fifth row', counted.map((k) => row(5 * k)), /every 5th update alone/, /log each one/],
    [
      'a gap',
      counted.filter((k) => k < 4 || k > 6).map(row),
      /updates 4..6 are missing/,
      /use the 4 before them: .* --until 4/,
    ],
    [
      'a second run',
      [...counted, ...counted].map(row),
      /0 after 11: a second run starts here/,
      /split this one at that line/,
    ],
    ['a start in the middle', counted.map((k) => row(k + 20)), /updates 0..19 are missing/, /in front/],
  ])('%s: refused with the line', async (_, lines, message, remedy) => {
    const error = await refusal([await fileOf(rows(lines))]);
    expect([error.code, error.issues[0].path]).toEqual(['E_INVALID', expect.stringMatching(/^line \d+: update$/)]);
    expect(error.issues[0].message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });

  test('the updates before a gap are taken where they are asked for', async () => {
    const file = await fileOf(rows(counted.filter((k) => k < 4 || k > 6).map(row)));
    expect((await imported([file], { until: 4 }))[0].steps).toHaveLength(4);
  });
});

describe('rates', () => {
  test('logged after their update move on by one, and the first one must be given', async () => {
    const file = await fileOf(rows(['0,0.3,2', '1,0.2,2', '2,0.1,2']));
    const [{ steps }] = await imported([file], { rateIs: 'after', firstRate: 0.4 });
    expect(steps.map(({ lr }) => lr)).toEqual([0.4, 0.3, 0.2]);
    expect(await refusal([file], { rateIs: 'after' })).toMatchObject({
      code: 'E_USAGE',
      remedy: expect.stringMatching(/--first-rate/),
    });
  });

  test('that were not logged are asked for, or given', async () => {
    const file = await fileOf('step,loss\n1,2\n2,1.5\n');
    const { code, issues, remedy } = await refusal([file]);
    expect([code, issues[0].path]).toEqual(['E_INVALID', 'lr']);
    expect(remedy).toMatch(/--rates FILE/);
    expect((await imported([file], { rates: [0.4, 0.2] }))[0].steps.map(({ lr }) => lr)).toEqual([0.4, 0.2]);
    expect(await refusal([file], { rates: [0.4] })).toMatchObject({ code: 'E_DATA', issues: [{ path: 'line 3' }] });
  });
});

describe('texts', () => {
  test('may be UTF-16 with a byte-order mark, have CR LF, and a blank line at the end', async () => {
    const text = `\uFEFF${rows(['0,0.1,2', '1,0.2,1.5']).replaceAll('\n', '\r\n')}\r\n`;
    for (const bytes of [Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf8')]) {
      expect((await imported([await fileOf(bytes)]))[0].steps).toHaveLength(2);
    }
  });

  test('with decimal commas are refused, saying what to write', async () => {
    const { code, remedy } = await refusal([await fileOf('update;lr;train_loss\n0;0,1;2,3\n')]);
    expect([code, remedy]).toEqual(['E_DATA', 'Write decimal points in place of decimal commas: 0.1, not 0,1.']);
  });

  test('of JSONL may hold NaN and Infinity of Python, and nested names', async () => {
    const text = '{"step": 0, "opt": {"lr": 0.1}, "loss": 2}\n{"step": 1, "opt": {"lr": 0.1}, "loss": NaN}\n';
    const [{ steps, end }] = await imported([await fileOf(text)], { columns: { lr: 'opt/lr' } });
    expect(steps[1]).toEqual({ type: 'step', update: 1, lr: 0.1, train_loss: 'nan' });
    expect(end.status).toBe('diverged');
  });
});

describe('what a loss is', () => {
  const attack = { type: 'fgsm', eps: 0.1, random_start: false } as const;

  test('a column "loss" is that at the perturbed inputs where the training had an attack', async () => {
    const file = await fileOf('step,lr,loss\n0,0.1,2\n1,0.2,1.9\n');
    const [{ steps, notes }] = await imported([file], { facts: { ...CLEAN, attack } });
    expect(steps[0]).toEqual({ type: 'step', update: 0, lr: 0.1, train_robust_loss: 2 });
    expect(notes).toContain('train_robust_loss is the column "loss"');
  });

  test('a robust loss is refused where the training is said to have had no attack', async () => {
    const error = await refusal([await fileOf('step,lr,robust_loss\n0,0.1,2\n1,0.2,1.9\n')]);
    expect([error.code, error.remedy]).toEqual(['E_INVALID', expect.stringMatching(/--attack FILE/)]);
  });

  test('two columns that may both be the rate are named', async () => {
    const error = await refusal([await fileOf('step,lr-SGD/pg1,lr-SGD/pg2,loss\n0,0.1,0.2,2\n')]);
    expect(error.issues).toEqual([{ path: 'lr', message: 'may be any of: lr-SGD/pg1, lr-SGD/pg2' }]);
  });
});

describe('several runs', () => {
  test('one that went on from another is marked as its fork', async () => {
    const line = (k: number, rate: number): string => `${k},${rate},${2 - 0.01 * k + 0.001 * ((k * 7) % 5)}`;
    const held = Array.from({ length: 14 }, (_, k) => line(k, 0.4));
    const decays = [...held.slice(0, 11), line(11, 0.04), '12,0.04,1.8', '13,0.04,1.7'];
    const files = [await fileOf(rows(held), 'a.csv'), await fileOf(rows(decays), 'b.csv')];
    const [, fork] = await imported(files);
    expect(fork.header.forked_from).toEqual({ run_id: 'a', update: 11, n_grad_evals: 11 });
    expect((await readTrainingLog(fork.file)).header.forked_from?.update).toBe(11);
  });

  test('what they do not identify is told: one rate, one run, smoothed losses', async () => {
    // An exponential mean of independent noise, as a progress bar shows it.
    let mean = 2;
    const smoothed = Array.from({ length: 60 }, (_, k) => (mean += 0.1 * (2 + Math.sin(k * k) - mean)));
    const plain = Array.from({ length: 60 }, (_, k) => 2 + Math.sin(k * k));
    const fileOfLosses = (losses: number[], name: string) =>
      fileOf(rows(losses.map((loss, k) => `${k},0.1,${loss}`)), name);
    const logs = await imported([await fileOfLosses(smoothed, 'smoothed.csv'), await fileOfLosses(plain, 'plain.csv')]);
    const told = identifiedBy(logs);
    expect(told[0]).toMatch(/Drift and noise are not told apart: every update has the rate 0.1/);
    expect(told.filter((sentence) => sentence.includes('neighbouring losses'))).toEqual([
      expect.stringMatching(/^smoothed: /),
    ]);
    expect(identifiedBy(logs.slice(1)).join()).toMatch(/A fit needs two independent runs/);
  });
});
