import type { TaskKind } from '../execution/task.js';
import path from 'node:path';
import { existsSync } from 'node:fs';
import type { Experiment } from '../artifacts/experiment/experiment.js';
import { readArtifact, writeArtifact } from '../artifacts/files.js';
import { readTrainingLog, REPAIR_RUN } from '../artifacts/log-file.js';
import { logSha256, type LogOutline, type TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import type { WrittenEvent } from '../execution/written-files.js';
import { estimateFiles, unfittedCoefficients } from '../estimation/stage.js';
import { inTurn } from '../in-turn.js';
import { frozen } from '../json.js';
import { runPilot, type RunTrainings } from '../pilot/pilot.js';
import { solveFile } from '../synthesis/stage/stage.js';
import type { EngineChoice } from '../training/engines/index.js';
import { openWorkload, type ExperimentRecord } from '../training/experiment-record.js';
import { pilotPeak } from '../training/peak.js';
import { recommend } from '../training/recommended/index.js';
import { readingOf, type Reading } from '../training/reading.js';
import { readingTask, runTraining } from '../training/task.js';
import { benchmarkOptions, recommendedMethods } from './methods.js';

/** What a worker process imports to prepare one seed. */
export const PREPARE_TASK: TaskKind<PrepareTask> = { module: import.meta.url };

/** One seed's own pilot, estimate and solve, as JSON. */
export interface PrepareTask {
  readonly record: ExperimentRecord;
  readonly engine: EngineChoice;
  readonly seed: number;
  /** Folder of this seed's trajectories, coefficients, solution and policy. */
  readonly folder: string;
}

/**
 * One seed's pilot, estimate and solve, which meet in files alone: trajectories/*.jsonl -> coefficients.json ->
 * solution.json and policy.json. Finished files are taken as they are.
 */
export async function runTask(input: unknown, report: Report): Promise<{ policy: string }> {
  const task = input as PrepareTask;
  frozen(task.record);
  const files = preparedFiles(task.folder);
  const trainOneByOne = trainingsInTurn(report);
  await readForNamed(task, trainOneByOne);
  await prepareRecommended(task, trainOneByOne);
  report({ written: [files.recommended].filter((file) => existsSync(file)) });
  const { record, engine, seed } = task;
  const pilot = await runPilot({ record, seed, engine, folder: files.trajectories }, trainOneByOne);
  if (!existsSync(files.coefficients)) await estimateSeed(task, pilot.files);
  await requireFitOf(files.coefficients, pilot.logs);
  report({ written: [files.coefficients] });
  if (!(await isSolved(files))) await solveFile(files.coefficients, record.experiment.solver, task.folder);
  report({ written: [files.solution, files.hjb, files.policy].filter((file) => existsSync(file)) });
  return { policy: files.policy };
}

type Report = (event: { done: number } | WrittenEvent) => void;

/** @throws E_RUN_MISMATCH for coefficients that were fitted to other logs than those of the seed */
async function requireFitOf(file: string, logs: readonly TrainingLog[]): Promise<void> {
  const { pilot_runs } = (await readArtifact('coefficients', file)).provenance;
  const fitted = pilot_runs.map((run) => `${run.run_id} ${run.sha256}`);
  const there = logs.map((log) => `${log.header.run_id} ${logSha256(log)}`);
  if (fitted.join() === there.join()) return;
  throw new HjbLrError('E_RUN_MISMATCH', `${file} was fitted to other logs than those of its seed.`, {
    remedy: REPAIR_RUN,
    fields: { file, fitted, there },
  });
}

/** Whether all is there that solving the coefficients writes: both policies, and the solution where a closure was selected. */
async function isSolved({ coefficients, solution, hjb, policy }: PreparedFiles): Promise<boolean> {
  if (!existsSync(policy) || !existsSync(hjb)) return false;
  const { selected } = await readArtifact('coefficients', coefficients);
  return selected === null || existsSync(solution);
}

/** Trains one task after the other in this process, and reports the updates of all of them together. */
function trainingsInTurn(report: Report): RunTrainings {
  let done = 0;
  return async (tasks) => {
    const logs: TrainingLog[] = [];
    for (const task of tasks) {
      logs.push(await runTraining(task, (update) => report({ done: done + update })));
      report({ written: [task.log] });
      done += task.updates;
    }
    return logs;
  };
}

/** The reading that schedules by name take their rates from, where the benchmark names any. */
async function readForNamed({ record, engine, seed, folder }: PrepareTask, train: RunTrainings): Promise<void> {
  const { experiment } = record;
  if (benchmarkOptions(experiment).named.length === 0) return;
  const task = { ...readingTask(experiment, seed), record, engine, log: preparedFiles(folder).reading };
  namedReading((await train([task]))[0]);
}

/** The policy file of the recommended method, where runs are long enough for it. */
async function prepareRecommended({ record, engine, seed, folder }: PrepareTask, train: RunTrainings): Promise<void> {
  const files = preparedFiles(folder);
  const isThere = recommendedMethods(await openWorkload(record), record.experiment).length > 0;
  if (!isThere) return;
  const { policy } = await recommend(record, seed, {}, (tasks) =>
    train(tasks.map((task, i) => ({ ...task, record, engine, log: files.recommendedReading(i) }))),
  );
  if (!existsSync(files.recommended)) return writeArtifact('policy', files.recommended, policy);
  if ((await readArtifact('policy', files.recommended)).policy_id === policy.policy_id) return;
  throw new HjbLrError(
    'E_RUN_MISMATCH',
    `${files.recommended} is not the policy that follows from the readings beside it.`,
    {
      remedy: REPAIR_RUN,
      fields: { file: files.recommended, expected: policy.policy_id },
    },
  );
}

/**
 * What the schedules by name of a seed take their rates from.
 * @throws E_PILOT without a reading
 */
export function namedReading(log: TrainingLog | LogOutline): Reading {
  return readingOf(log, 'Leave "named" out of the benchmark.');
}

/**
 * The fit; where the runs cannot be fitted (one diverged) the reason, with the peak: the seed then has no closure, and one
 * seed's bad luck does not end the others.
 *
 * @param logs - files that the pilot wrote
 */
async function estimateSeed({ record, seed, folder }: PrepareTask, logs: readonly string[]): Promise<void> {
  const { experiment } = record;
  try {
    await estimateFiles(logs, experiment, { out: folder, seed });
  } catch (error) {
    if (!(error instanceof HjbLrError) || error.code !== 'E_PILOT') throw error;
    await writeUnfitted(folder, await inTurn(logs, (log) => readTrainingLog(log)), experiment, error);
  }
}

async function writeUnfitted(
  folder: string,
  logs: readonly TrainingLog[],
  experiment: Experiment,
  { message, issues }: HjbLrError,
): Promise<void> {
  const runs = issues.map(({ path: run, message: problem }) => `${run}: ${problem}`).join('; ');
  const why = { peak: pilotPeak(experiment, logs), unfitted: `${message} ${runs}`.trim() };
  await writeArtifact('coefficients', preparedFiles(folder).coefficients, unfittedCoefficients(logs, experiment, why));
}

export interface PreparedFiles {
  readonly trajectories: string;
  readonly coefficients: string;
  readonly solution: string;
  readonly policy: string;
  /** The unguarded policy of the solver. */
  readonly hjb: string;
  /** Log of the seed's reading, where schedules by name ask for one. */
  readonly reading: string;
  /** Policy file of the recommended method, and the logs of its readings. */
  readonly recommended: string;
  readonly recommendedReading: (i: number) => string;
}

export function preparedFiles(folder: string): PreparedFiles {
  return {
    trajectories: path.join(folder, 'trajectories'),
    coefficients: path.join(folder, 'coefficients.json'),
    solution: path.join(folder, 'solution.json'),
    policy: path.join(folder, 'policy.json'),
    hjb: path.join(folder, 'policy-hjb.json'),
    reading: path.join(folder, 'reading.jsonl'),
    recommended: path.join(folder, 'recommended', 'policy.json'),
    recommendedReading: (i) => path.join(folder, 'recommended', `reading-${i}.jsonl`),
  };
}
