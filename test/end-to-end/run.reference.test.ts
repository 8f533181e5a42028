import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readArtifact } from '../../src/artifacts/files.js';
import type { Results } from '../../src/artifacts/results/results.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { runCommand } from '../helpers/cli.js';
import { folderContent } from '../helpers/folder-content.js';

const TINY = path.join(PACKAGE_ROOT, 'test', 'fixtures', 'tiny.json');

let folder: string;
let out: string;
let results: Results;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-run-'));
  out = path.join(folder, 'a');
  const { code, stderr } = await runCommand(['run', TINY, '--out', out, '--workers', '2']);
  if (code !== 0) throw new Error(stderr);
  results = await readArtifact('results', path.join(out, 'results.json'));
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('hjb-lr run on real digits', () => {
  test('every method of every seed has a finished run, charged for what it cost', () => {
    const ids = results.methods.map((method) => method.id);
    expect(ids).toEqual(
      expect.arrayContaining([
        'policy',
        'policy-hjb',
        'fixed-0.1',
        'fixed-0.4',
        'linear-at-pilot-peak',
        'wsd-at-best-fixed',
        'schedule-free',
        'sf7',
      ]),
    );
    expect(results.methods.every((method) => method.runs.length === 2)).toBe(true);
    expect(results.one_run_grad_evals).toBe(240 * 3);
    const policy = results.methods.find((method) => method.family === 'policy')!;
    for (const run of policy.runs) {
      // The updates, and one look for a collapse while the loss is still that of the constant prediction.
      expect(run.run_grad_evals).toBe(720 + 6);
      expect(run.pilot_grad_evals).toBe(3 * (30 + 2 * 25));
    }
    // Its own reading takes 30 updates at most, a tenth of 240 being less.
    const sf7 = results.methods.find((method) => method.family === 'named')!;
    for (const { pilot_grad_evals: reading } of sf7.runs) {
      expect(reading).toBe(3 * 30);
    }
  });

  test('all methods of a seed see the same first minibatch at the same weights', async () => {
    const first = async (id: string): Promise<unknown> => {
      const rows = (await readFile(path.join(out, 'logs', id, 'seed-1.jsonl'), 'utf8')).split('\n');
      return (JSON.parse(rows[1]) as { train_robust_loss: number }).train_robust_loss;
    };
    const losses = await Promise.all(['policy', 'fixed-0.1', 'wsd-at-pilot-peak', 'schedule-free', 'sf7'].map(first));
    expect(new Set(losses).size).toBe(1);
  });

  test('every file is valid by its own schema and the policy by its own vectors', async () => {
    const files = [
      'results.json',
      'run.json',
      'seeds/1/policy.json',
      'seeds/1/coefficients.json',
      'logs/policy/seed-1.jsonl',
      'seeds/1/reading.jsonl',
    ];
    for (const file of files) {
      const { code, stderr } = await runCommand(['validate', path.join(out, file)]);
      expect([file, code, stderr]).toEqual([file, 0, expect.anything()]);
    }
  }, 60_000);

  test('the report is one page that refers to nothing outside and escapes what users wrote', async () => {
    const page = await readFile(path.join(out, 'report.html'), 'utf8');
    expect(page).toContain('best fixed rate');
    expect(page.match(/<(script|link|img|iframe)[^>]+(src|href)=/g)).toBeNull();
    expect(page).toContain('softmax &lt;/script&gt;&lt;img src=x&gt;');
    const captions = page.match(/<section class="figure" id=/g)!.length;
    expect(captions).toBeGreaterThanOrEqual(5);
  });

  test('the same command again changes nothing and trains nothing', async () => {
    const before = await folderContent(out);
    const log = path.join(out, 'logs', 'policy', 'seed-1.jsonl');
    const bytes = await readFile(log, 'utf8');
    const { code } = await runCommand(['run', TINY, '--out', out]);
    expect(code).toBe(0);
    expect(await readFile(log, 'utf8')).toBe(bytes);
    expect(await folderContent(out)).toEqual(before);
  }, 120_000);

  test('another folder, no worker: the same bytes but for clock fields', async () => {
    const other = path.join(folder, 'b');
    expect((await runCommand(['run', TINY, '--out', other, '--workers', '0'])).code).toBe(0);
    expect(await folderContent(other)).toEqual(await folderContent(out));
  }, 180_000);

  test('other options in that folder are refused, naming the difference', async () => {
    const changed = path.join(folder, 'changed.json');
    const experiment = JSON.parse(await readFile(TINY, 'utf8')) as Record<string, unknown>;
    await writeFile(changed, JSON.stringify({ ...experiment, batch_size: 8 }));
    const { code, stderr } = await runCommand(['run', changed, '--out', out]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/batch_size: the folder has 16, asked for 8/);
    expect(stderr).toMatch(/--fresh/);
  }, 60_000);

  test('the folder is complete with its report; made by benchmark, which writes none, it is complete without', async () => {
    const status = async (): Promise<string> => (await runCommand(['status', out])).stdout;
    expect(await status()).toMatch(
      /^benchmark, .*: complete\ndone: seeds\/, logs\/, results.json, policy.json, report.html, /,
    );
    await rm(path.join(out, 'report.html'));
    expect(await status()).toMatch(/: not complete\n.*\nmissing: report.html\n/);
    expect((await runCommand(['benchmark', TINY, '--out', out])).code).toBe(0);
    expect(await status()).toMatch(/: complete\n.*\nmissing: nothing\n/);
  }, 120_000);
});
