import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExperimentInput } from '../../src/artifacts/experiment/experiment.js';
import { gradientEvaluations, ownUpdates, type TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import { runPilot, type RunTrainings } from '../../src/pilot/pilot.js';
import { checkpointPath, forkPointLog } from '../../src/training/checkpoint.js';
import { resolveExperiment } from '../../src/training/experiment-record.js';
import { pilotPeak } from '../../src/training/peak.js';
import { runTraining } from '../../src/training/task.js';
import type { TrainingTask } from '../../src/training/training-task.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { tableText, tinyExperiment } from '../helpers/tiny-experiment.js';

async function recordOf(change: Partial<ExperimentInput>) {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'table.csv'), tableText());
  await writeFile(path.join(folder, 'experiment.json'), JSON.stringify({ ...tinyExperiment(), ...change }));
  return { folder, record: await resolveExperiment(path.join(folder, 'experiment.json')) };
}

const inTurn: RunTrainings = async (tasks) => {
  const logs: TrainingLog[] = [];
  for (const task of tasks) logs.push(await runTraining(task, () => {}));
  return logs;
};

const rows = ({ steps }: TrainingLog) => steps.map(({ wall_s: _clock, ...row }) => row);

/** PGD-1, from a uniform start or from the perturbation that each example kept. */
const attack = (start: 'kept' | 'uniform') => ({
  type: 'pgd',
  norm: 'Linf',
  eps: 0.05,
  steps: 1,
  ...(start === 'kept' ? { start } : {}),
});

test.each(['uniform', 'kept'] as const)(
  'an end that forks is bit for bit the run from its first update, charged for its own updates alone: %s start',
  async (start) => {
    const pilot = { peak: { method: 'given' as const, peak: 0.4 } };
    const workload = { ...(tinyExperiment().workload as object), attack: attack(start) } as ExperimentInput['workload'];
    const { folder, record } = await recordOf({ horizon: 300, pilot, workload });
    const tasks: TrainingTask[] = [];
    const noting: RunTrainings = (some) => {
      tasks.push(...some);
      return inTurn(some);
    };
    const options = { record, seed: 1, engine: 'tfjs' as const, folder: path.join(folder, 'trajectories') };
    const { design, logs, files } = await runPilot(options, noting);
    // .35 x 300 = 105 updates: 2 x (28 + 3 x 8)
    expect(design).toMatchObject({ kind: 'forked', runs: 2, trunk: 28, end: 8, updates: 104 });
    expect(files.map((file) => path.basename(file))).toEqual(
      ['run-0', 'run-1', 'run-0-linear', 'run-0-step', 'run-1-linear', 'run-1-step'].map((name) => `${name}.jsonl`),
    );
    expect(logs.map(ownUpdates)).toEqual([36, 36, 8, 8, 8, 8]);
    // An update is one ascent step and one descent step.
    expect(logs.reduce((sum, log) => sum + gradientEvaluations(log), 0)).toBe(2 * 104);
    expect(rows(logs[2]).slice(0, 28)).toEqual(rows(logs[0]).slice(0, 28));
    expect(
      rows(logs[2])
        .slice(28)
        .map(({ lr }) => lr),
    ).toEqual([8, 7, 6, 5, 4, 3, 2, 1].map((k) => 0.4 * (k / 8)));
    expect(existsSync(checkpointPath(forkPointLog(files[0])))).toBe(false);

    // Without the state that was kept, the same run is trained from the start.
    const fork = tasks[tasks.length - 1];
    await rm(fork.log);
    const [whole] = await inTurn([fork]);
    expect(rows(whole)).toEqual(rows(logs[5]));
    expect(gradientEvaluations(whole)).toBe(gradientEvaluations(logs[5]));
  },
);

test('momentum divides the reading: a step is the sum of 1 / (1 - beta) gradients', async () => {
  const { record } = await recordOf({ pilot: {} });
  const log = {
    header: { purpose: 'pilot/reading' },
    end: { status: 'completed', updates: 30, n_grad_evals: 60, summary: { reading: 0.5 } },
    steps: [],
  } as unknown as TrainingLog;
  const peakWith = (momentum: number): number =>
    pilotPeak({ ...record.experiment, optimizer: { name: 'sgd', momentum, nesterov: false, weight_decay: 0 } }, [log]);
  expect(peakWith(0)).toBe(1.3 * 0.5);
  expect(peakWith(0.9)).toBeCloseTo(0.13 * 0.5, 12);
});
