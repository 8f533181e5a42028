import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readArtifact } from '../../src/artifacts/files.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import { closureSolution } from '../../src/artifacts/solution/solution.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { runCommand, type Finished } from '../helpers/cli.js';

const TINY = path.join(PACKAGE_ROOT, 'test', 'fixtures', 'tiny.json');

/** The pilot of the tiny experiment. */
const PILOT = { runs: 2, updates_per_run: 25, hold: 10 };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-objective-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes the tiny experiment with other fields and returns its path and a folder for its runs. */
async function variant(name: string, fields: Record<string, unknown>): Promise<{ file: string; out: string }> {
  const file = path.join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(TINY, 'utf8')) as object), ...fields }));
  return { file, out: path.join(folder, name) };
}

async function requireSuccess(run: Promise<Finished>): Promise<void> {
  const { code, stderr } = await run;
  if (code !== 0) throw new Error(stderr);
}

/** Pilot, estimate and solve. */
async function toPolicy({ file, out }: { file: string; out: string }): Promise<void> {
  await requireSuccess(runCommand(['pilot', file, '--out', out]));
  await requireSuccess(runCommand(['estimate', path.join(out, 'trajectories'), '--experiment', file, '--out', out]));
  await requireSuccess(runCommand(['solve', path.join(out, 'coefficients.json'), '--out', out]));
}

describe('objectives', () => {
  test('a validation objective is observed on validation minibatches and charged', async () => {
    const objective = { metric: 'adversarial', split: 'validation' };
    const { file, out } = await variant('validation', { objective, pilot: { ...PILOT, budget: 0.6 } });
    await toPolicy({ file, out });
    const log = await readTrainingLog(path.join(out, 'trajectories', 'run-0.jsonl'));
    // 2 ascent steps + 1 for the update, and as many again for the validation minibatch.
    expect(log.steps[0].n_grad_evals).toBe(6);
    expect(log.steps[0].val_robust_loss).not.toBe(log.steps[0].train_robust_loss);
    const policy = await readArtifact('policy', path.join(out, 'policy.json'));
    expect(policy.objective.split).toBe('validation');
    // The reading looks at no loss, and neither does a fixed rate: 3 evaluations an update and no more.
    const reading = await readTrainingLog(path.join(out, 'trajectories', 'reading.jsonl'));
    expect(reading.end!.n_grad_evals).toBe(3 * reading.steps.length);
    await requireSuccess(runCommand(['train', file, '--schedule', 'constant:0.2', '--out', out]));
    const fixed = await readTrainingLog(path.join(out, 'constant_0.2-seed-1.jsonl'));
    expect(fixed.end!.n_grad_evals).toBe(3 * 240);
  }, 120_000);

  test('a pilot whose observations do not fit its budget is refused before it trains', async () => {
    const { file, out } = await variant('budget', { objective: { split: 'validation' } });
    const { code, stderr } = await runCommand(['pilot', file, '--out', out]);
    // (80 + 50) updates of 3 evaluations, of 240 x 3 in a run.
    expect(stderr).toContain('pilot.budget: 390 gradient evaluations planned, 252 allowed');
    expect(code).toBe(3);
  }, 60_000);

  test('a clean objective costs one evaluation more than the update itself', async () => {
    const { file, out } = await variant('clean', { objective: { metric: 'clean' }, pilot: { ...PILOT, budget: 0.6 } });
    await requireSuccess(runCommand(['pilot', file, '--out', out]));
    const log = await readTrainingLog(path.join(out, 'trajectories', 'run-0.jsonl'));
    expect(log.steps[0].n_grad_evals).toBe(4);
    expect(Number(log.steps[0].train_loss)).toBeLessThan(Number(log.steps[0].train_robust_loss));
  }, 60_000);

  test('a benchmark of a validation objective is decided by the validation loss, baselines charged for one run', async () => {
    const seeds = { seeds: [1], horizon: 240, solver: { nodes: { slow: 7, noise: 7 }, steps: 10 } };
    const pilot = { ...PILOT, budget: 0.6 };
    const { file, out } = await variant('decided', { ...seeds, objective: { split: 'validation' }, pilot });
    await requireSuccess(runCommand(['benchmark', file, '--out', out]));
    const results = await readArtifact('results', path.join(out, 'results.json'));
    expect(results.decided_by!.figure).toBe('validation_robust_loss');
    expect(results.verdict.sentences[0]).toContain('final adversarial loss on validation data');
    const fixed = results.methods.filter(({ family }) => family === 'fixed');
    // Two of the experiment, and those by which its grid was extended.
    expect(fixed.map(({ summary }) => summary.cost_in_runs)).toEqual(fixed.map(() => 1));
    const lossOf = ({ summary }: (typeof fixed)[number]): number => summary.validation_robust_loss!.mean!;
    expect(results.best_fixed).toBe(fixed.reduce((best, one) => (lossOf(one) < lossOf(best) ? one : best)).id);
    const evaluations = (id: string) => results.methods.find((method) => method.id === id)!.runs[0].run_grad_evals;
    // A run under a policy looks for a collapse once, at six evaluations.
    expect(evaluations('policy-hjb')).toBe(240 * 6 + 6);
    // Its pilot does not decay: the guarded policy is its null, which looks at no validation loss.
    expect(evaluations('policy')).toBe(240 * 3 + 6);
  }, 120_000);

  test('an integral objective is worth less late than early', async () => {
    const { file, out } = await variant('integral', { objective: { form: 'integral' } });
    await toPolicy({ file, out });
    const solution = path.join(out, 'solution.json');
    const { value, times } = closureSolution(await readArtifact('solution', solution), solution);
    const middle = Math.floor(value[0].length / 2);
    expect(value[times.length - 1][middle]).toBe(0);
    expect(value[0][middle]).toBeGreaterThan(value[times.length - 2][middle]!);
  }, 120_000);
});

describe('the paired tournament, by name', () => {
  test('finds a peak among its rates on one data order', async () => {
    const peak = { method: 'paired_tournament', rates: [0.1, 0.3, 0.9], updates_fraction: 0.04 };
    const { file, out } = await variant('tournament', { pilot: { peak, runs: 2, updates_per_run: 25, hold: 10 } });
    await requireSuccess(runCommand(['pilot', file, '--out', out]));
    const logs = await Promise.all(
      [0, 1, 2].map((i) => readTrainingLog(path.join(out, 'trajectories', `tournament-${i}.jsonl`))),
    );
    expect(new Set(logs.map((log) => log.header.seed)).size).toBe(1);
    expect(new Set(logs.map((log) => log.steps[0].train_robust_loss)).size).toBe(1);
  }, 60_000);
});
