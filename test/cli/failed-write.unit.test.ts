import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../../src/artifacts/shared/hash.js';
import { exampleExperiment } from '../artifacts/fixtures/examples.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { hjbLr, MAIN, ROOT } from './command-line.js';

/** The rows of a log without clock and host. */
async function rowsOf(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => canonicalJson(JSON.parse(line)));
}

test('a training run that may not write on says so, and resumed gives the log of an undisturbed one', async () => {
  const folder = await temporaryFolder();
  const experiment = path.join(folder, 'experiment.json');
  await writeFile(experiment, JSON.stringify({ ...exampleExperiment(), horizon: 400 }));
  const train = (out: string): string[] => [
    'train',
    experiment,
    '--schedule',
    'constant:0.2',
    '--engine',
    'tfjs',
    '--quiet',
    '--out',
    out,
  ];
  const [limited, free] = [path.join(folder, 'limited'), path.join(folder, 'free')];
  // ulimit -f counts blocks of 1024 bytes: 400 rows of 200 bytes do not fit into 40 of them, but more than 100 rows do
  const command = `ulimit -f 40; exec '${process.execPath}' '${MAIN}' "$@"`;
  const stopped = spawnSync('bash', ['-c', command, 'bash', ...train(limited)], { cwd: ROOT, encoding: 'utf8' });
  expect([stopped.status, stopped.stdout]).toEqual([3, '']);
  expect(stopped.stderr).toMatch(
    /^Cannot write .*\.partial\.jsonl \(EFBIG\)\.\nRaise the file size limit \(ulimit -f\)/,
  );
  expect((await hjbLr(...train(limited))).code).toBe(0);
  expect((await hjbLr(...train(free))).code).toBe(0);
  const [name] = await readdir(free);
  expect(await readdir(limited)).toEqual([name, name.replace('jsonl', 'run.json')]);
  expect(await rowsOf(path.join(limited, name))).toEqual(await rowsOf(path.join(free, name)));
}, 60_000);
