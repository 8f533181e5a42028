import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { ExperimentInput } from '../../src/artifacts/experiment/experiment.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import { resultsOf, runTasks } from '../../src/execution/run-tasks.js';
import { methodSchema } from '../../src/training/method.js';
import { resolveExperiment } from '../../src/training/experiment-record.js';
import { runTraining, TRAINING_TASK } from '../../src/training/task.js';
import type { TrainingTask } from '../../src/training/training-task.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { comparable } from './small-run.js';

const fixture = fileURLToPath(new URL('../fixtures/my-workload.js', import.meta.url));

const EXPERIMENT: ExperimentInput = {
  kind: 'experiment',
  schema_version: '1.0.0',
  name: 'two moons',
  workload: './my-workload.js',
  batch_size: 32,
  horizon: 120,
  seeds: [1],
};

const DIGITS: ExperimentInput['workload'] = {
  data: { format: 'builtin', name: 'digits' },
  model: { layers: [{ type: 'flatten' }, { type: 'dense', units: 10 }] },
  attack: { type: 'pgd', eps: 0.1, steps: 3 },
};

/** A folder with an experiment file, and the task of one run under a constant rate. */
async function taskOf(experiment: ExperimentInput, change: Partial<TrainingTask> = {}): Promise<TrainingTask> {
  const folder = await temporaryFolder();
  await copyFile(fixture, path.join(folder, 'my-workload.js'));
  const experimentPath = path.join(folder, 'experiment.json');
  await writeFile(experimentPath, JSON.stringify(experiment));
  return {
    record: await resolveExperiment(experimentPath),
    engine: 'tfjs',
    runId: 'train/constant/1',
    purpose: 'train',
    seed: 1,
    updates: experiment.horizon as number,
    method: methodSchema.parse({ schedule: { name: 'constant', rate: 0.5 }, optimizer: { name: 'sgd' } }),
    evaluated: true,
    log: path.join(folder, 'run.jsonl'),
    ...change,
  };
}

const silent = (): void => {};

describe("a user's own workload", () => {
  test('trains: two moons against an L2 attack', async () => {
    const task = await taskOf({ ...EXPERIMENT, horizon: 400 });
    const { header, evaluations, end } = await runTraining(task, silent);
    expect(end).toMatchObject({ status: 'completed', updates: 400, n_grad_evals: 1600 });
    expect(evaluations[0].test_acc).toBeGreaterThan(0.85);
    expect(evaluations[0].test_robust_acc).toBeLessThanOrEqual(evaluations[0].test_acc);
    expect(header).toMatchObject({ model: null, parameters: 82, attack: { norm: 'L2', eps: 0.03 } });
  });

  test('is another run once its code has changed', async () => {
    const task = await taskOf(EXPERIMENT);
    await runTraining(task, silent);
    const module = path.join(task.record.baseDirectory, 'my-workload.js');
    await writeFile(module, `${await readFile(module, 'utf8')}// changed\n`);
    const record = await resolveExperiment(task.record.file);
    await expect(runTraining({ ...task, record }, silent)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      fields: { differing: ['dataset'] },
    });
  });
});

describe('a task', () => {
  test('with other evaluation options is another run, the difference named', async () => {
    const tiny = { ...EXPERIMENT, workload: DIGITS, horizon: 3 };
    const task = await taskOf(tiny);
    await runTraining(task, silent);
    const scored = async (evaluation: ExperimentInput['evaluation']) => {
      const experimentPath = path.join(await temporaryFolder(), 'experiment.json');
      await writeFile(experimentPath, JSON.stringify({ ...tiny, evaluation }));
      return runTraining({ ...task, record: await resolveExperiment(experimentPath) }, silent);
    };
    await expect(scored({ train_examples: 100, attack: { type: 'fgsm', eps: 0.2 } })).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      issues: [{ path: 'evaluation.attack' }, { path: 'evaluation.train_examples' }],
    });
    expect((await scored({ train_examples: 2000 })).header.evaluation).toMatchObject({ train_examples: 2000 });
  });

  test('gives the same rows in a worker process', async () => {
    const [here, there] = [await taskOf(EXPERIMENT), await taskOf(EXPERIMENT)];
    const log = await runTraining(here, silent);
    const events: unknown[] = [];
    const job = { id: 'run', module: TRAINING_TASK.module, input: JSON.parse(JSON.stringify(there)) as unknown };
    resultsOf(await runTasks([job], { workers: 1, onEvent: (_id, event) => events.push(event) }));
    expect(comparable(await readTrainingLog(there.log))).toEqual(comparable(log));
    expect(events).toEqual([{ done: 50 }, { done: 100 }, { written: [there.log] }]);
  });

  test('writes everything that the run depends on into the header', async () => {
    const { header } = await runTraining(await taskOf({ ...EXPERIMENT, workload: DIGITS, horizon: 3 }), silent);
    expect(header).toMatchObject({
      run_id: 'train/constant/1',
      seed: 1,
      engine: 'tfjs',
      backend: 'wasm',
      threads: 1,
      lr_schedule: { name: 'constant', rate: 0.5 },
      optimizer: { name: 'sgd', momentum: 0 },
      batch_size: 32,
      updates: 3,
      attack: { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 3, restarts: 1, random_start: true },
      dataset: { name: 'digits' },
      model: { layers: [{ type: 'flatten' }, { type: 'dense', units: 10 }] },
      parameters: 650,
    });
    expect(header.attack).toHaveProperty('alpha', 0.25 / 3);
    expect(header.host).not.toBe('');
    expect(Date.parse(header.started_at!)).toBeGreaterThan(0);
  });
});
