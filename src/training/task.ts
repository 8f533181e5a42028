import os from 'node:os';
import path from 'node:path';
import { readArtifact } from '../artifacts/files.js';
import { HjbLrError, namingFile } from '../errors.js';
import { isMeasurable, NOT_MEASURABLE, type Experiment } from '../artifacts/experiment/experiment.js';
import { schemaVersionOf } from '../artifacts/shared/common.js';
import type { LogHeader, TrainingLog } from '../artifacts/training-log/training-log.js';
import { createSchedule } from '../schedules/index.js';
import { TOOL_VERSION } from '../version.js';
import {
  checkAttacks,
  createWorkload,
  objectiveOf,
  tryWorkload,
  type ImportedWorkload,
  type Workload,
} from '../workloads/index.js';
import { batchSizes } from '../controls/index.js';
import { modelKind, openEngine, type EngineChoice } from './engines/index.js';
import type { Method } from './method.js';
import { readingMethod, readingOptions, readingUpdates, type Reading } from './reading.js';
import { trainRun, type TrainingRun } from './train.js';

/** What a worker process imports to run a training task. */
export const TRAINING_TASK_MODULE: string = import.meta.url;

/** Updates between two reports of progress. */
const PROGRESS_EVERY = 50;

/** One training run as JSON: all that a worker process needs. */
export interface TrainingTask {
  readonly experimentPath: string;
  readonly engine: EngineChoice;
  readonly runId: string;
  readonly purpose: string;
  readonly seed: number;
  readonly updates: number;
  readonly method: Method;
  /** Takes and logs the objective's minibatch loss although the schedule does not look at it, and is charged for that. */
  readonly observed?: boolean;
  /** Paths at which the experiment is not what the policy was made for, where that is allowed: the log names them. */
  readonly mismatches?: readonly string[];
  /** Where a schedule by name has its rate from: the log names it. */
  readonly reading?: Reading;
  /** Whether the final weights are scored, and what the experiment measures is measured on the way. */
  readonly evaluated: boolean;
  readonly log: string;
}

/**
 * The reading of a seed: from its initial weights, on its own minibatches, so that schedules by name need nothing but the
 * seed.
 */
export function readingTask(
  experiment: Experiment,
  seed: number,
): Omit<TrainingTask, 'experimentPath' | 'engine' | 'log'> {
  const options = readingOptions(experiment);
  return {
    runId: `reading/${seed}`,
    purpose: 'train/reading',
    seed,
    updates: readingUpdates(options, experiment.horizon),
    method: readingMethod(options),
    evaluated: false,
  };
}

interface OpenExperiment {
  readonly experiment: Experiment;
  readonly workload: Workload;
}

/** Workloads of user modules that this process has tried already. */
const tried = new WeakSet<Workload>();

/** Workloads already loaded by this process, by experiment file. */
const openExperiments = new Map<string, Promise<OpenExperiment>>();

/** Opens an experiment's workload once per process. */
export function openExperiment(experimentPath: string): Promise<OpenExperiment> {
  const file = path.resolve(experimentPath);
  const found = openExperiments.get(file) ?? readExperiment(experimentPath);
  openExperiments.set(file, found);
  return found;
}

async function readExperiment(file: string): Promise<OpenExperiment> {
  const experiment = await readArtifact('experiment', file);
  const baseDirectory = path.dirname(path.resolve(file));
  const workload = await namingFile(file, () => createWorkload(experiment.workload, baseDirectory));
  checkAttacks(file, experiment, workload);
  return { experiment, workload };
}

/** Runs, resumes or finds finished one training run. */
export async function runTraining(task: TrainingTask, onProgress: (update: number) => void): Promise<TrainingLog> {
  return trainRun({ ...(await openTraining(task)), onProgress });
}

/** All that a training run is, before it starts. */
export async function openTraining(task: TrainingTask): Promise<TrainingRun> {
  const { experiment, workload } = await openExperiment(task.experimentPath);
  const engine = await openEngine(task.engine, modelKind(experiment));
  tryOnce(workload);
  const baseDirectory = path.dirname(path.resolve(task.experimentPath));
  const schedule = await createSchedule(task.method.schedule, { updates: task.updates, baseDirectory });
  const objective = objectiveOf(experiment, workload);
  const measurements = task.evaluated ? experiment.measurements : [];
  if (!isMeasurable(workload, measurements)) throw notMeasurable(task.experimentPath);
  const header: LogHeader = {
    kind: 'training_log',
    schema_version: schemaVersionOf('training_log'),
    tool_version: TOOL_VERSION,
    run_id: task.runId,
    purpose: task.purpose,
    seed: task.seed,
    ...engine.info,
    lr_schedule: {
      ...schedule.describe(),
      ...(task.mismatches === undefined ? {} : { mismatches: [...task.mismatches] }),
      ...(task.reading === undefined ? {} : { reading: task.reading }),
    },
    optimizer: task.method.optimizer,
    clip: task.method.clip,
    ...(task.method.averaging === null ? {} : { averaging: task.method.averaging }),
    batch_size: experiment.batch_size,
    updates: task.updates,
    horizon: experiment.horizon,
    updates_per_epoch: workload.dataset.train.count / batchSizes(experiment.batch_size, experiment.horizon).mean,
    objective,
    loss: workload.loss ?? 'cross_entropy',
    attack: workload.attack?.spec ?? null,
    training: workload.training ?? { type: 'standard' },
    ...(workload.augmentation === undefined ? {} : { augmentation: workload.augmentation }),
    ...(workload.attackMode === undefined ? {} : { attack_mode: workload.attackMode }),
    dataset: describeDataset(workload),
    model: workload.model.spec,
    parameters: workload.model.parameterShapes.reduce((sum, shape) => sum + shape.reduce((n, side) => n * side, 1), 0),
    ...(task.evaluated ? { evaluation: experiment.evaluation } : {}),
    ...(measurements.length === 0 ? {} : { measurements }),
    host: os.hostname(),
    started_at: new Date().toISOString(),
  };
  return {
    log: task.log,
    header,
    engine,
    workload,
    schedule,
    method: task.method,
    objective,
    ...(task.observed === undefined ? {} : { observed: task.observed }),
    evaluation: task.evaluated ? experiment.evaluation : null,
    measurements,
  };
}

/** Of a module's workload, whose training its experiment's schema does not see. */
function notMeasurable(file: string): HjbLrError {
  return new HjbLrError('E_INVALID', `${file}: measurements ${NOT_MEASURABLE}.`, {
    remedy: 'Take the measurements out of the experiment, or train by the standard rule.',
    issues: [{ path: 'measurements', message: NOT_MEASURABLE }],
    fields: { file },
  });
}

/** Entry of a worker process. */
export async function runTask(input: unknown, report: (event: { done: number }) => void): Promise<{ log: string }> {
  const task = input as TrainingTask;
  await runTraining(task, (update) => {
    if (update % PROGRESS_EVERY === 0) report({ done: update });
  });
  return { log: task.log };
}

/** A workload that a user's module exported, before its first run in this process: needs the open engine. */
function tryOnce(workload: Workload): void {
  if (!isImported(workload) || tried.has(workload)) return;
  tryWorkload(workload);
  tried.add(workload);
}

/** The data as logs name them; for a user's module also the hash of its code, which stands for model and attack. */
export function describeDataset(workload: Workload): LogHeader['dataset'] {
  const { name, sha256, train, validation, test } = workload.dataset;
  const module = isImported(workload) ? { module_sha256: workload.module.sha256 } : {};
  return { name, sha256, train: train.count, validation: validation.count, test: test.count, ...module };
}

function isImported(workload: Workload): workload is ImportedWorkload {
  return 'module' in workload;
}
