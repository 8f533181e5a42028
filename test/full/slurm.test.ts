import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomStream } from '../../src/math/random.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { tinyStudy } from '../study/tiny-study.js';
import { hasSlurm, startCluster, type Cluster } from './slurm/cluster.js';

const MAIN = path.join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');

/** Results by name, and the collected ones. */
async function bytesOf(out: string): Promise<Record<string, string>> {
  const place = path.join(out, 'results');
  const names = (await readdir(place)).sort();
  const files = [...names.map((name) => path.join('results', name)), 'results.json', 'study.md'];
  const entries = files.map(async (name) => [name, (await readFile(path.join(out, name))).toString('base64')] as const);
  return Object.fromEntries(await Promise.all(entries));
}

(hasSlurm() ? describe : describe.skip)('a study on a real Slurm of one node', () => {
  let folder: string;
  let study: string;
  let cluster: Cluster;
  let local: Record<string, string>;

  const hjbLr = (...args: string[]) =>
    spawnSync(process.execPath, [MAIN, ...args], { env: cluster.environment, encoding: 'utf8' });
  const submit = (out: string, ...more: string[]) => hjbLr('benchmark', study, '--out', out, '--on', 'slurm', ...more);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-slurm-'));
    study = await tinyStudy(folder);
    cluster = await startCluster(path.join(folder, 'cluster'), 17817);
    const done = hjbLr('benchmark', study, '--out', path.join(folder, 'local'), '--workers', '2');
    if (done.status !== 0) throw new Error(done.stderr);
    local = await bytesOf(path.join(folder, 'local'));
  }, 300_000);

  afterAll(async () => {
    await cluster.end();
    await rm(folder, { recursive: true, force: true });
  });

  test('gives the bytes of local workers, tells how far it is, and is not submitted twice', async () => {
    const out = path.join(folder, 'slurm');
    const submitted = submit(out, '--partition', 'debug', '--time', '10', '--throttle', '2', '--elements', '4');
    expect(submitted.stderr + submitted.stdout).toContain('collects');
    expect(submit(out).status).toBe(3);
    expect(hjbLr('status', out).stdout).toMatch(/tasks: \d+ of \d+ done/);
    await cluster.untilEmpty(300);
    expect(await bytesOf(out)).toEqual(local);
    expect(hjbLr('status', out).stdout).toContain('in the queue: nothing');
  }, 400_000);

  test('kills of daemons and elements, requeues and a full disk leave no trace in the bytes', async () => {
    const out = path.join(folder, 'killed');
    const stream = randomStream(1, 'slurm kills');
    submit(out, '--elements', '4');
    const disturb = [
      async () => {
        cluster.killNode();
        // Longer than SlurmdTimeout: the node is down, and its elements are requeued.
        await wait(8000);
        await cluster.startNode();
      },
      async () => {
        cluster.killController();
        await wait(1000);
        cluster.startController();
      },
      async () => {
        const [running] = cluster.command('squeue', '-h', '-t', 'R', '-o', '%A').split('\n');
        if (running) spawnSync('scontrol', ['requeue', running], { env: cluster.environment });
      },
      async () => {
        spawnSync('sh', ['-c', `kill -9 $(grep -lsa "$(printf 'task\\0${out}')" /proc/[0-9]*/cmdline | cut -d/ -f3)`]);
      },
    ];
    for (let i = 0; i < Number(process.env['HJB_LR_SLURM_KILLS'] ?? 4); i += 1) {
      await wait(500 + 2500 * stream.uniform());
      await disturb[i < 4 ? i : stream.integer(4)]();
      const queue = cluster.command('squeue', '-h').trim();
      if (queue === '') submit(out, '--elements', '4');
    }
    for (let i = 0; i < 5; i += 1) {
      await cluster.untilEmpty(300);
      if ((await readdir(out)).includes('results.json')) break;
      submit(out, '--elements', '4');
    }
    expect(await bytesOf(out)).toEqual(local);
  }, 1_200_000);
});
