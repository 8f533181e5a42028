import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { max, median, min } from 'simple-statistics';
import { resultsOf, runTasks, type Task } from '../../src/execution/run-tasks.js';
import { resolveExperiment, type ExperimentRecord } from '../../src/training/experiment-record.js';
import { methodSchema } from '../../src/training/method.js';
import { TRAINING_TASK } from '../../src/training/task.js';
import type { TrainingTask } from '../../src/training/training-task.js';
import { benchmarkFile } from '../file.js';
import type { Spread } from '../solvers/rounds.js';

export interface WorkerRatio {
  readonly experiment: string;
  readonly runs: number;
  readonly updates: number;
  /** Median runs per minute of one worker, and of two, their start and end included. */
  readonly runsPerMinute: { readonly one: number; readonly two: number };
  /** Of two over one, round by round. */
  readonly ratio: Spread;
  readonly floor: number;
}

const EXPERIMENT = benchmarkFile('learning-rate/quickstart.json');
const [RUNS, UPDATES, ROUNDS] = [36, 800, 3];

/** Independent runs of the quickstart on two workers against one, in interleaved rounds. */
export async function workerRatio(): Promise<WorkerRatio> {
  const seen: Record<1 | 2, number[]> = { 1: [], 2: [] };
  await runsPerMinute(2);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const workers of [1, 2] as const) seen[workers].push(await runsPerMinute(workers));
  }
  const ratios = seen[2].map((two, round) => two / seen[1][round]);
  return {
    ...{ experiment: 'quickstart', runs: RUNS, updates: UPDATES, floor: 1.8 },
    runsPerMinute: { one: median(seen[1]), two: median(seen[2]) },
    ratio: { median: median(ratios), least: min(ratios), most: max(ratios) },
  };
}

async function runsPerMinute(workers: number): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'training-step-'));
  try {
    const record = await resolveExperiment(EXPERIMENT);
    const tasks = Array.from({ length: RUNS }, (_, seed): Task => ({
      ...{ id: `seed ${seed}`, module: TRAINING_TASK.module },
      input: trainingTask(record, folder, seed),
    }));
    const start = performance.now();
    resultsOf(await runTasks(tasks, { workers }));
    return RUNS / ((performance.now() - start) / 60_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function trainingTask(record: ExperimentRecord, folder: string, seed: number): TrainingTask {
  return {
    ...{ record, engine: 'auto', runId: `seed ${seed}`, purpose: 'train', seed, updates: UPDATES },
    method: methodSchema.parse({ schedule: { name: 'constant', rate: 0.2 }, optimizer: { name: 'sgd' } }),
    ...{ evaluated: false, log: path.join(folder, `seed-${seed}.jsonl`) },
  };
}
