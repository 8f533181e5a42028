import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PACKAGE_ROOT } from '../../src/version.js';
import { within } from '../helpers/within.js';

const execute = promisify(execFile);

/** Of what is installed, in MB: to be used from code, and with problem files. */
const MOST = { code: 5, files: 35 };

/** dx = u dt + .3 dW, x^2 + u^2 over one unit of time: V(0, 1) = tanh 1 + .09 ln cosh 1. */
const EXACT = Math.tanh(1) + 0.09 * Math.log(Math.cosh(1));

let folder: string;
let sizes: { code: number; files: number };
let examples: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-solvers-'));
  await execute('npm', ['pack', '-w', 'solvers', '--pack-destination', folder], { cwd: PACKAGE_ROOT });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await writeFile(path.join(folder, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
  const code = await installed(path.join(folder, tarball));
  const { devDependencies, dependencies } = JSON.parse(await readFile(path.join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  const versions = { ...devDependencies, ...dependencies } as Record<string, string>;
  const files = await installed(`mathjs@${versions['mathjs']}`, `zod@${versions['zod']}`);
  sizes = { code, files };
  const readme = await readFile(path.join(PACKAGE_ROOT, 'solvers', 'README.md'), 'utf8');
  examples = [...readme.matchAll(/```js(?:on)?\n([^]*?)```/g)].map(([, text]) => text);
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Installs into the folder; MB of all that is there then. */
async function installed(...packages: readonly string[]): Promise<number> {
  await execute('npm', ['install', '--prefer-offline', '--ignore-scripts', ...packages], { cwd: folder });
  const modules = path.join(folder, 'node_modules');
  const names = await readdir(modules, { recursive: true });
  const stats = await Promise.all(names.map((name) => stat(path.join(modules, name))));
  // In blocks of 512 bytes, as du counts.
  return stats.reduce((sum, { blocks }) => sum + blocks * 512, 0) / 1e6;
}

async function run(script: string): Promise<string> {
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  return stdout;
}

describe('the packed solvers in an empty project', () => {
  test('weigh less than 5 MB, with what problem files need less than 35 MB', () => {
    const isSmall = sizes.code < MOST.code && sizes.files < MOST.files;
    const found = `${sizes.code.toFixed(2)} MB from code, ${sizes.files.toFixed(2)} MB with problem files`;
    expect(isSmall ? 'small' : found).toBe('small');
  });

  test('bring no tfjs', async () => {
    const lock = await readFile(path.join(folder, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/tensorflow|plotly/);
  });

  test('the first example of their README solves from code', async () => {
    const value = Number((await run(examples[0])).split(' ')[0]);
    within(value, EXACT, { rel: 2e-3, because: 'the accurate scheme on 121 nodes and 100 steps' });
  });

  test('the other two, a file and its solve, come to the same', async () => {
    await writeFile(path.join(folder, 'problem.json'), examples[1]);
    const value = Number((await run(examples[2])).split(' ')[0]);
    within(value, EXACT, { rel: 2e-3, because: 'the accurate scheme on 121 nodes and 100 steps' });
  });

  test('a file that is none is refused with every issue', async () => {
    const script = `import { parseProblemFile } from 'hjb-lr-solvers/problem-file';
      try { parseProblemFile({ kind: 'control_problem' }, 'p'); } catch ({ code, issues }) { console.log(code, issues.length > 2); }`;
    expect((await run(script)).trim()).toBe('E_INVALID true');
  });
});
