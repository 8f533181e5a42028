import { describe, expect, test } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { LOCATION } from '../sde/models.js';
import { hjbLr } from './command-line.js';

async function fileWith(value: unknown): Promise<string> {
  const file = path.join(await temporaryFolder(), 'model.json');
  await writeFile(file, JSON.stringify(value));
  return file;
}

describe('hjb-lr sde', () => {
  test('prints one document, writes the same result and a page', async () => {
    const file = await fileWith(LOCATION);
    const out = path.join(path.dirname(file), 'out');
    const { code, stdout } = await hjbLr('sde', file, '--json', '--out', out, '--html', '--seed', '3');
    expect(code).toBe(0);
    const { ok, command, result, artifacts } = JSON.parse(stdout) as { result: Record<string, unknown> } & Record<
      string,
      unknown
    >;
    expect([ok, command, artifacts]).toEqual([true, 'sde', [path.join(out, 'sde.json'), path.join(out, 'sde.html')]]);
    expect(result).toMatchObject({
      seed: 3,
      points: [
        { at: { theta: 0.6 }, rate: 1, method: 'quadrature', standard_errors: { drift_2: [expect.any(Number)] } },
      ],
    });
    const written = JSON.parse(await readFile(path.join(out, 'sde.json'), 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({ kind: 'sde_analysis', result, model: { rate: { value: '1' } } });
    expect((await hjbLr('validate', path.join(out, 'sde.json'))).stdout).toBe(
      'valid: sde_analysis "adversarial location", schema 1.0.0\n',
    );
    const page = await readFile(path.join(out, 'sde.html'), 'utf8');
    for (const id of ['mean-field', 'covariance', 'losses']) {
      expect([id, page.includes(` id="${id}"`)]).toEqual([id, true]);
    }
  });

  test('bad input: exit code 3, every issue with its path, nothing written', async () => {
    const file = await fileWith({
      ...LOCATION,
      loss: 'abs(theta - x)',
      data: { points: [[0.6]] },
      attack: { type: 'none' },
    });
    const { code, stdout, stderr } = await hjbLr('sde', file, '--json', '--out', path.dirname(file));
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'E_INVALID', issues: [{ path: 'at.0' }] } });
    expect(stderr).toContain('The loss is not differentiable at theta = 0.6 where the data lie, at x = 0.6.');
    expect(await readdir(path.dirname(file))).toEqual(['model.json']);
  });

  test('studies: a section each in the document, the file and the page', async () => {
    const model = { ...LOCATION, data: { points: [[0], [1]] }, horizon: 1, rate: { value: '1/(1 + t)' } };
    const file = await fileWith(model);
    const out = path.join(path.dirname(file), 'out');
    const flags = [
      '--simulate',
      '--weak-order',
      '--long-run',
      '--robustness',
      '--runs',
      '20',
      '--etas',
      '1/5,0.1',
      '--eps',
      '0,.2',
    ];
    const { code, stdout } = await hjbLr('sde', file, '--json', '--out', out, '--html', ...flags);
    expect(code).toBe(0);
    const { result } = JSON.parse(stdout) as { result: Record<string, unknown> };
    expect(result).toMatchObject({
      weak_order: { etas: [0.2, 0.1], method: 'deterministic', observables: [{ name: 'theta^2' }] },
      simulation: { runs: 20, paths: 20, quantities: [{ name: 'theta' }, { name: 'theta^2' }] },
      long_run: { real: { runs: 20 }, linear: true },
      robustness: { eps: [0, 0.2] },
    });
    expect(JSON.parse(await readFile(path.join(out, 'sde.json'), 'utf8'))).toMatchObject({ result });
    const page = await readFile(path.join(out, 'sde.html'), 'utf8');
    for (const id of ['weak-order-0', 'simulation-0-mean', 'simulation-1-quantiles', 'long-run', 'robustness-losses']) {
      expect([id, page.includes(` id="${id}"`)]).toEqual([id, true]);
    }
  }, 60_000);

  test('options of the studies: numbers that are none, an option without its study', async () => {
    const file = await fileWith(LOCATION);
    const bad = await hjbLr('sde', file, '--weak-order', '--etas', '1/40,x');
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('numbers or fractions apart by commas')]);
    const alone = await hjbLr('sde', file, '--eps', '0.1');
    expect([alone.code, alone.stderr]).toEqual([
      2,
      expect.stringContaining('--eps says nothing without --robustness.'),
    ]);
  });
});
