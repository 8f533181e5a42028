import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PACKAGE_ROOT } from '../../src/version.js';
import { runCommand, startCli } from '../helpers/cli.js';
import { folderContent } from '../helpers/folder-content.js';

const TINY = path.join(PACKAGE_ROOT, 'test', 'fixtures', 'tiny.json');

let folder: string;
let undisturbed: Record<string, string>;
let duration: number;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-kill-'));
  const start = performance.now();
  const { code, stderr } = await runCommand(['run', TINY, '--out', path.join(folder, 'whole')]);
  if (code !== 0) throw new Error(stderr);
  duration = performance.now() - start;
  undisturbed = await folderContent(path.join(folder, 'whole'));
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the run and kills its whole process group with SIGKILL after a while. */
async function killAfter(out: string, milliseconds: number): Promise<void> {
  const { child, finished } = startCli(['run', TINY, '--out', out], { detached: true });
  const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), milliseconds);
  await finished;
  clearTimeout(timer);
}

/** The processes that a process has started, from the files of the system. */
async function children(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** One of two workers, once both are there. */
async function aWorker(main: ChildProcess): Promise<number> {
  while (main.exitCode === null) {
    const [first, second] = await children(main.pid!);
    if (second !== undefined) return first;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the run ended before its workers were seen');
}

describe('a run killed with SIGKILL and resumed', () => {
  // Pilot, estimate and solve of either seed, training of the first and of the last methods, and the report.
  test.each([0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9])(
    'at %f of its time gives the artifacts of an undisturbed one',
    async (share) => {
      const out = path.join(folder, `killed-${share}`);
      await killAfter(out, share * duration);
      const { code, stderr } = await runCommand(['run', TINY, '--out', out]);
      expect([code, stderr]).toEqual([0, expect.anything()]);
      expect(await folderContent(out)).toEqual(undisturbed);
    },
    180_000,
  );

  test('killed again and again', async () => {
    const out = path.join(folder, 'often');
    for (let i = 0; i < 5; i += 1) await killAfter(out, 0.25 * duration);
    expect((await runCommand(['run', TINY, '--out', out])).code).toBe(0);
    expect(await folderContent(out)).toEqual(undisturbed);
  }, 300_000);
});

describe('one worker of a run killed with SIGKILL', () => {
  test('is reported with its task, and the same command goes on to the artifacts of an undisturbed run', async () => {
    const out = path.join(folder, 'worker');
    const { child, finished } = startCli(['run', TINY, '--out', out, '--workers', '2']);
    const worker = await aWorker(child);
    process.kill(worker, 'SIGKILL');
    const { code, stderr } = await finished;
    expect(code).toBe(3);
    expect(stderr).toMatch(/The worker of task prepare\/[12] was ended by SIGKILL/);
    expect(stderr).toContain('run the same command again: it resumes');
    // The other seed has come to its end.
    const seeds = await readdir(path.join(out, 'seeds'), { recursive: true });
    expect(seeds.filter((name) => /^\d+.policy\.json$/.test(name))).toHaveLength(1);
    expect((await runCommand(['run', TINY, '--out', out])).code).toBe(0);
    expect(await folderContent(out)).toEqual(undisturbed);
  }, 180_000);
});
