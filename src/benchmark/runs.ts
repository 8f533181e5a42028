import { taskOf } from '../execution/task.js';
import path from 'node:path';
import { REPAIR_RUN, scanTrainingLog } from '../artifacts/log-file.js';
import type { LogHeader } from '../artifacts/training-log/training-log.js';
import type { RunResult } from '../artifacts/results/results.js';
import { HjbLrError } from '../errors.js';
import { resultsOf, runTasks, type Task, type TaskOutcome } from '../execution/run-tasks.js';
import type { ProgressEvent } from '../execution/stage.js';
import { writtenFiles } from '../execution/written-files.js';
import { summedProgress } from '../execution/summed-progress.js';
import type { EngineChoice } from '../training/engines/index.js';
import type { ExperimentRecord } from '../training/experiment-record.js';
import { wholeMethodTask } from '../training/recommended/index.js';
import { requireRecord } from '../training/run-record.js';
import { TRAINING_TASK } from '../training/task.js';
import type { TrainingTask } from '../training/training-task.js';
import type { BenchmarkMethod, SeedPreparation } from './methods.js';
import { PREPARE_TASK, type PrepareTask } from './prepare-task.js';
import { POOLED_POLICY_TASK } from './pooled-policy.js';
import type { FailedSeed } from './seed-clauses.js';
import { LossColumns } from './loss-columns.js';
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
  /** Is told of every file that is finished. */
  readonly onWritten?: (files: readonly string[]) => Promise<void>;
}

/** Methods whose final weights are kept: a run gives a network too, not figures alone. */
const WEIGHTS_KEPT: readonly BenchmarkMethod['family'][] = ['policy', 'recommended'];

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

/** The policy of the pilots of all seeds together. */
export async function makePooledPolicy(context: RunContext, seeds: readonly SeedPreparation[]): Promise<void> {
  const { record, out } = context;
  const each = seeds.map(({ seed, peak }) => ({ seed, peak, folder: seedFolder(out, seed) }));
  const task = taskOf(POOLED_POLICY_TASK, 'policy', { record, out, seeds: each });
  resultsOf(await execute(context, 'one policy of all seeds', [task], 1));
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
  { accepted, ...detail }: RunDetail & { readonly accepted: readonly string[] },
): Promise<RunResult> {
  const file = logFile(out, method, seed);
  const losses = new LossColumns();
  const log = await scanTrainingLog(file, {}, (step) => losses.add(step));
  requireRecord(file, log.header, accepted);
  requirePlace(file, log.header, { method, seed });
  return runResult({ ...log, losses }, path.relative(out, file), detail);
}

/** @throws E_RUN_MISMATCH for the log of another method or seed */
function requirePlace(
  file: string,
  { run_id: found }: LogHeader,
  { method, seed }: { readonly method: BenchmarkMethod; readonly seed: number },
): void {
  const expected = runIdOf(method, seed);
  if (found === expected) return;
  throw new HjbLrError('E_RUN_MISMATCH', `${file} is the log of ${found}, and not of ${expected}.`, {
    remedy: REPAIR_RUN,
    fields: { file, found, expected },
  });
}

function runIdOf({ id }: BenchmarkMethod, seed: number): string {
  return `train/${id}/${seed}`;
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
    runId: runIdOf(method, seed.seed),
    purpose: 'train',
    seed: seed.seed,
    updates: horizon,
    method: method.method(seed),
    ...followedPolicy(method, seed),
    ...(method.family === 'recommended' ? wholeMethodTask(seed.recommended!.policy, seed.recommended!.path) : {}),
    evaluated: true,
    saveWeights: WEIGHTS_KEPT.includes(method.family),
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
  const { workers, signal, onWritten = async () => {} } = context;
  const written = writtenFiles(onWritten);
  const onEvent = (id: string, event: unknown): void => {
    if (!written.take(event)) progress.onEvent(id, event);
  };
  const outcomes = await runTasks(jobs, { workers, onEvent, signal });
  await written.settled();
  progress.finish();
  return outcomes;
}
