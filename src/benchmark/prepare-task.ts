import path from 'node:path';
import { existsSync } from 'node:fs';
import type { Coefficients } from '../artifacts/coefficients/coefficients.js';
import type { Experiment } from '../artifacts/experiment/experiment.js';
import { readArtifact, writeArtifact } from '../artifacts/files.js';
import type { TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { estimateCoefficients, unfittedCoefficients } from '../estimation/stage.js';
import { runPilot, type PilotResult } from '../pilot/pilot.js';
import { synthesize, writeSynthesis } from '../synthesis/stage.js';
import type { EngineChoice } from '../training/engines/index.js';
import { readingOf, type Reading } from '../training/reading.js';
import { readingTask, runTraining, type TrainingTask } from '../training/task.js';
import { benchmarkOptions } from './methods.js';

/** What a worker process imports to prepare one seed. */
export const PREPARE_TASK_MODULE: string = import.meta.url;

/** One seed's own pilot, estimate and solve, as JSON. */
export interface PrepareTask {
  readonly experimentPath: string;
  readonly engine: EngineChoice;
  readonly seed: number;
  /** Folder of this seed's trajectories, coefficients, solution and policy. */
  readonly folder: string;
}

/** Runs one seed's pilot, fits its closures and solves for its policy; finished files are taken as they are. */
export async function runTask(input: unknown, report: (event: { done: number }) => void): Promise<{ policy: string }> {
  const { experimentPath, engine, seed, folder } = input as PrepareTask;
  const experiment = await readArtifact('experiment', experimentPath);
  const files = preparedFiles(folder);
  let done = 0;
  const runTrainings = async (tasks: readonly TrainingTask[]): Promise<TrainingLog[]> => {
    const logs: TrainingLog[] = [];
    for (const task of tasks) {
      logs.push(await runTraining(task, (update) => report({ done: done + update })));
      done += task.updates;
    }
    return logs;
  };
  if (benchmarkOptions(experiment).named.length > 0) {
    const task = { ...readingTask(experiment, seed), experimentPath, engine, log: files.reading };
    namedReading((await runTrainings([task]))[0]);
  }
  const pilot = await runPilot({ experimentPath, experiment, seed, engine, folder: files.trajectories }, runTrainings);
  if (!existsSync(files.coefficients)) {
    await writeArtifact('coefficients', files.coefficients, fitOrReason(pilot, experiment, seed));
  }
  if (!existsSync(files.policy)) {
    const coefficients = await readArtifact('coefficients', files.coefficients);
    await writeSynthesis(folder, await synthesize(coefficients, experiment.solver));
  }
  return { policy: files.policy };
}

/**
 * What the schedules by name of a seed take their rates from.
 * @throws E_PILOT without a reading
 */
export function namedReading(log: TrainingLog): Reading {
  return readingOf(log, 'Leave "named" out of the benchmark.');
}

/**
 * The fit; where the runs cannot be fitted (one diverged) the reason, with the peak: the seed then has no closure, and one
 * seed's bad luck does not end the others.
 */
function fitOrReason({ logs, peak }: PilotResult, experiment: Experiment, seed: number): Coefficients {
  try {
    return estimateCoefficients(logs, experiment, { seed });
  } catch (error) {
    if (!(error instanceof HjbLrError) || error.code !== 'E_PILOT') throw error;
    const issues = error.issues.map(({ path: run, message }) => `${run}: ${message}`).join('; ');
    return unfittedCoefficients(logs, experiment, { peak, unfitted: `${error.message} ${issues}`.trim() });
  }
}

export interface PreparedFiles {
  readonly trajectories: string;
  readonly coefficients: string;
  readonly solution: string;
  readonly policy: string;
  /** Log of the seed's reading, where schedules by name ask for one. */
  readonly reading: string;
}

export function preparedFiles(folder: string): PreparedFiles {
  return {
    trajectories: path.join(folder, 'trajectories'),
    coefficients: path.join(folder, 'coefficients.json'),
    solution: path.join(folder, 'solution.json'),
    policy: path.join(folder, 'policy.json'),
    reading: path.join(folder, 'reading.jsonl'),
  };
}
