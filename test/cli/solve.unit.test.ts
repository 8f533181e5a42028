import { describe, expect, test } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { hjbLr } from './command-line.js';

const PROBLEM = {
  kind: 'control_problem',
  schema_version: '1.0.0',
  horizon: 1,
  states: [{ name: 'x', domain: [0, 1], nodes: 5, boundary: ['reflecting', 'reflecting'] }],
  controls: [{ name: 'u', bounds: [0, 1] }],
  drift: ['-u*x'],
  covariance: [[0.1]],
  terminal_cost: 'x',
  query: [{ x: 0.5 }],
};

async function fileWith(value: unknown): Promise<string> {
  const file = path.join(await temporaryFolder(), 'file.json');
  await writeFile(file, JSON.stringify(value));
  return file;
}

describe('hjb-lr solve', () => {
  test('the kind of the file tells what is solved; any other is named', async () => {
    const file = await fileWith({ kind: 'policy' });
    const { code, stderr } = await hjbLr('solve', file);
    expect(code).toBe(3);
    expect(stderr).toContain(`${file} is neither coefficients nor a control problem.`);
  });

  test.each([
    [
      'coefficients with a flag of problems',
      { kind: 'coefficients' },
      ['--html', '--out', 'x'],
      '--html belong to a control problem',
    ],
    ['one path', PROBLEM, ['--simulate', '1'], 'It must be 2, 3, 4, ...'],
    ['a simulation without a start', PROBLEM, ['--simulate', '10'], 'Add to the file, for example: "start": {"x":0.5}'],
  ])('%s is wrong usage', async (_, value, flags, message) => {
    const { code, stdout, stderr } = await hjbLr('solve', await fileWith(value), ...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('bad input: exit code 3, every issue with its path, nothing written', async () => {
    const file = await fileWith({ ...PROBLEM, drift: ['x + * 2'], terminal_cost: 'z' });
    const { code, stdout, stderr } = await hjbLr('solve', file, '--json', '--out', path.dirname(file));
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      command: 'solve',
      error: { code: 'E_EXPRESSION', issues: [{ path: 'drift.0' }, { path: 'terminal_cost' }] },
    });
    expect(stderr).toContain('  - drift.0: The expression "x + * 2" is not legal: Value expected (char 5).');
    expect(await readdir(path.dirname(file))).toEqual(['file.json']);
  });

  test('a problem file is a valid file', async () => {
    const { stdout } = await hjbLr('validate', await fileWith(PROBLEM));
    expect(stdout).toBe('valid: control_problem "control problem", schema 1.0.0\n');
  });
});
