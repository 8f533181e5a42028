import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PACKAGE_ROOT } from '../../src/version.js';

const execute = promisify(execFile);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-pack-'));
  await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: PACKAGE_ROOT });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await writeFile(path.join(folder, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
  await execute('npm', ['install', '--omit=optional', '--ignore-scripts', path.join(folder, tarball)], { cwd: folder });
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the packed package in an empty project', () => {
  test('is smaller than 4 MB', async () => {
    const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    expect((await stat(path.join(folder, tarball))).size).toBeLessThan(4e6);
  });

  test('its command runs the pilot on the data that it brings', async () => {
    const template = await execute('npx', ['hjb-lr', 'run', '--print-template'], { cwd: folder });
    await writeFile(path.join(folder, 'experiment.json'), template.stdout);
    const { stdout } = await execute('npx', ['hjb-lr', 'pilot', 'experiment.json', '--out', 'pilot'], { cwd: folder });
    expect(stdout).toMatch(/peak rate [\d.]+ \(d_adaptation\)/);
  }, 120_000);

  test('it holds the compiled sources, the data and one experiment, and no study', async () => {
    const installed = path.join(folder, 'node_modules', 'hjb-lr');
    expect((await readdir(path.join(installed, 'dist'))).sort()).toEqual(['solvers', 'src']);
    expect((await readdir(path.join(installed, 'benchmarks'))).sort()).toEqual(['data', 'learning-rate']);
    expect(await readdir(path.join(installed, 'benchmarks', 'learning-rate'))).toEqual(['quickstart.json']);
  });

  test('its types and exports are there', async () => {
    const script =
      "import { attachPolicy, readArtifact, defineWorkload } from 'hjb-lr'; import { solveHjb } from 'hjb-lr/solvers'; console.log([attachPolicy, readArtifact, defineWorkload, solveHjb].every((f) => typeof f === 'function'));";
    const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    expect(stdout.trim()).toBe('true');
    const required =
      "const { attachPolicy } = require('hjb-lr/policy'); const { policySchedule } = require('hjb-lr'); console.log(typeof attachPolicy, typeof policySchedule, require('hjb-lr/schema/policy.schema.json').title);";
    const commonJs = await execute(process.execPath, ['--input-type=commonjs', '-e', required], { cwd: folder });
    expect(commonJs.stdout.trim()).toBe('function function hjb-lr policy');
    expect(await readdir(path.join(folder, 'node_modules', 'hjb-lr', 'dist', 'src'))).toContain('index.d.ts');
  }, 60_000);
});
