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

const CONTROLLED = { ...LOCATION, control: { domain: { theta: [-4, 4] }, nodes: 41, steps: 20 } };

describe('hjb-lr sde --control', () => {
  test('writes analysis, policy and page; the policy passes its own tests', async () => {
    const file = await fileWith(CONTROLLED);
    const out = path.join(path.dirname(file), 'out');
    const { code, stdout } = await hjbLr('sde', file, '--control', '--runs', '300', '--json', '--out', out, '--html');
    expect(code).toBe(0);
    const { result, artifacts } = JSON.parse(stdout) as { result: { control: object }; artifacts: string[] };
    expect(artifacts).toEqual(['sde.json', 'policy.json', 'sde.html'].map((name) => path.join(out, name)));
    expect(result.control).toMatchObject({ order: 2, updates: 30, runs: 300, solver: { status: 'converged' } });
    const written = JSON.parse(await readFile(path.join(out, 'sde.json'), 'utf8')) as { result: unknown };
    expect(written.result).toEqual(result);
    expect((await hjbLr('validate', path.join(out, 'policy.json'))).stdout).toBe(
      'valid: policy "adversarial location", schema 2.0.0\n',
    );
    const page = await readFile(path.join(out, 'sde.html'), 'utf8');
    for (const id of [
      'hjb-value',
      'hjb-value-over-time',
      'hjb-control-0-over-time',
      'control-weights-0',
      'control-rates',
    ]) {
      expect([id, page.includes(` id="${id}"`)]).toEqual([id, true]);
    }
    expect(page).toContain('times the policy&#39;s excess adversarial loss');
  });

  test('prints the comparison', async () => {
    const { code, stdout } = await hjbLr('sde', await fileWith(CONTROLLED), '--control', '--runs', '200');
    expect(code).toBe(0);
    expect(stdout).toContain('best constant rate');
    expect(stdout).toContain('V(0, start) = ');
  });

  test.each([
    ['no control in the file', LOCATION, [], 'has no control problem'],
    ['one run', CONTROLLED, ['--runs', '1'], '2 runs or more'],
  ])('bad input, %s: exit code 3, nothing is written', async (_, model, flags, sentence) => {
    const file = await fileWith(model);
    const { code, stderr } = await hjbLr('sde', file, '--control', ...flags, '--out', path.dirname(file));
    expect([code, stderr.includes(sentence) ? sentence : stderr]).toEqual([3, sentence]);
    expect(await readdir(path.dirname(file))).toEqual(['model.json']);
  });
});
