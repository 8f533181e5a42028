import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { runCommand } from '../helpers/cli.js';

const FIXTURES = path.join(PACKAGE_ROOT, 'test', 'fixtures');
const BLOBS = path.join(FIXTURES, 'blobs.json');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-module-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a user's own workload module", () => {
  test('is the one that the guide shows', async () => {
    const guide = await readFile(path.join(PACKAGE_ROOT, 'docs', 'schedule-my-model.md'), 'utf8');
    expect(guide).toContain(await readFile(path.join(FIXTURES, 'blobs-workload.js'), 'utf8'));
  });

  test('trains: two blobs are told apart, and the attack is charged', async () => {
    const { code, stderr } = await runCommand(['train', BLOBS, '--schedule', 'constant:0.5', '--out', folder]);
    expect([code, stderr]).toEqual([0, expect.anything()]);
    const log = await readTrainingLog(path.join(folder, 'constant_0.5-seed-1.jsonl'));
    expect(log.end!.n_grad_evals).toBe(240 * 4);
    expect(log.evaluations[0].test_robust_acc).toBeGreaterThan(0.8);
  }, 60_000);

  test('goes through pilot, estimate and solve', async () => {
    expect((await runCommand(['pilot', BLOBS, '--out', folder])).code).toBe(0);
    const trajectories = path.join(folder, 'trajectories');
    expect((await runCommand(['estimate', trajectories, '--experiment', BLOBS, '--out', folder])).code).toBe(0);
    expect((await runCommand(['solve', path.join(folder, 'coefficients.json'), '--out', folder])).code).toBe(0);
    expect((await runCommand(['validate', path.join(folder, 'policy.json')])).code).toBe(0);
    const trained = await runCommand(['train', BLOBS, '--policy', path.join(folder, 'policy.json'), '--out', folder]);
    expect([trained.code, trained.stderr]).toEqual([0, expect.anything()]);
  }, 120_000);
});
