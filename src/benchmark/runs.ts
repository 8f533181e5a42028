import { taskOf } from '../execution/task.js';
import path from 'node:path';
import { readTrainingLog } from '../artifacts/log-file.js';
import type { RunResult } from '../artifacts/results/results.js';
import { HjbLrError } from '../errors.js';
import { resultsOf, runTasks, type Task, type TaskOutcome } from '../execution/run-tasks.js';
import type { ProgressEvent } from '../execution/stage.js';
import { summedProgress } from '../execution/summed-progress.js';
import type { EngineChoice } from '../training/engines/index.js';
import type { ExperimentRecord } from '../training/experiment-record.js';
import { wholeMethodTask } from '../training/recommended/index.js';
import { TRAINING_TASK } from '../training/task.js';
import type { TrainingTask } from '../training/training-task.js';
import type { BenchmarkMethod, SeedPreparation } from './methods.js';
import { PREPARE_TASK, type PrepareTask } from './prepare-task.js';
import type { FailedSeed } from './seed-clauses.js';
import { runResult, type RunDetail } from './summarize.js';

/** Where and how the runs of a benchmark execute. */
export interface RunContext {
  /** The experiment as it was when the benchmark began. */
  readonly record: ExperimentRecord;
  readonly out: string;
  readonly engine: EngineChoice;
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (event: ProgressEvent) => void;
}

export function seedFolder(out: string, seed: number): string {
  return path.join(out, 'seeds', String(seed));
}

/**
 * Every seed's pilot, estimate and solve.
 *
 * @returns the seeds whose pilot gave no peak rate, and why
 * @throws the first error if that is so for all seeds, and any other error at once
 */
export async function prepareSeeds(
  context: RunContext,
  seeds: readonly number[],
  pilotUpdates: number,
): Promise<FailedSeed[]> {
  const tasks = seeds.map((seed): PrepareTask => ({
    record: context.record,
    engine: context.engine,
    seed,
    folder: seedFolder(context.out, seed),
  }));
  const jobs = tasks.map((task) => taskOf(PREPARE_TASK, `prepare/${task.seed}`, task));
  const outcomes = await execute(context, 'pilot, estimate, solve', jobs, seeds.length * pilotUpdates);
  const failed = outcomes.flatMap((outcome, i) => {
    if (outcome.status === 'done') return [];
    const { error } = outcome;
    if (!(error instanceof HjbLrError) || error.code !== 'E_PILOT') throw error;
    return [{ seed: seeds[i], reason: error.message, error }];
  });
  if (failed.length === seeds.length) throw failed[0].error;
  return failed.map(({ seed, reason }) => ({ seed, reason }));
}

/** Trains every seed under every method. */
export async function trainMethods(
  context: RunContext,
  methods: readonly BenchmarkMethod[],
  seeds: readonly SeedPreparation[],
  horizon: number,
): Promise<void> {
  const tasks = methods.flatMap((method) => seeds.map((seed) => trainingTask(context, method, seed, horizon)));
  const jobs = tasks.map((task) => taskOf(TRAINING_TASK, task.runId, task));
  resultsOf(
    await execute(
      context,
      `train ${methods.length} methods`,
      jobs,
      tasks.reduce((sum, { updates }) => sum + updates, 0),
    ),
  );
}

/** The finished run of a method and seed. */
export async function readRun(
  out: string,
  method: BenchmarkMethod,
  { seed }: SeedPreparation,
  detail: RunDetail,
): Promise<RunResult> {
  const file = logFile(out, method, seed);
  return runResult(await readTrainingLog(file), path.relative(out, file), detail);
}

function trainingTask(
  context: RunContext,
  method: BenchmarkMethod,
  seed: SeedPreparation,
  horizon: number,
): TrainingTask {
  return {
    record: context.record,
    engine: context.engine,
    runId: `train/${method.id}/${seed.seed}`,
    purpose: 'train',
    seed: seed.seed,
    updates: horizon,
    method: method.method(seed),
    ...followedPolicy(method, seed),
    ...(method.family === 'recommended' ? wholeMethodTask(seed.recommended!.policy, seed.recommended!.path) : {}),
    evaluated: true,
    log: logFile(context.out, method, seed.seed),
  };
}

function followedPolicy({ family }: BenchmarkMethod, { policy, hjb }: SeedPreparation): Pick<TrainingTask, 'policy'> {
  if (family === 'policy') return { policy };
  return family === 'policy_hjb' ? { policy: hjb } : {};
}

function logFile(out: string, method: BenchmarkMethod, seed: number): string {
  return path.join(out, 'logs', method.id, `seed-${seed}.jsonl`);
}

/** Runs jobs on the workers; their reports of updates done add up to one progress bar. */
async function execute(
  context: RunContext,
  stage: string,
  jobs: readonly Task[],
  total: number,
): Promise<TaskOutcome[]> {
  const progress = summedProgress(stage, total, context.onProgress);
  const { workers, signal } = context;
  const outcomes = await runTasks(jobs, { workers, onEvent: progress.onEvent, signal });
  progress.finish();
  return outcomes;
}
