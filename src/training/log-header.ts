import os from 'node:os';
import type { Experiment, Objective } from '../artifacts/experiment/experiment.js';
import type { MeasurementSpec } from '../artifacts/experiment/measurements.js';
import { schemaVersionOf } from '../artifacts/shared/common.js';
import type { LogHeader } from '../artifacts/training-log/training-log.js';
import type { Schedule } from '../schedules/schedule.js';
import type { StoppingPlan } from '../stopping/index.js';
import { TOOL_VERSION } from '../version.js';
import { isImported, type Workload } from '../workloads/index.js';
import { batchSizes } from '../controls/index.js';
import type { Engine } from './engines/index.js';
import { runRecord } from './run-record.js';
import type { RunHeader } from './training-run.js';
import type { TrainingTask } from './training-task.js';

/** All that a run depends on, once it is open. */
export interface OpenRun {
  readonly task: TrainingTask;
  readonly workload: Workload;
  readonly engine: Engine;
  readonly schedule: Schedule;
  readonly objective: Objective;
  /** What is measured along the run. */
  readonly measurements: readonly MeasurementSpec[];
  readonly stopping: StoppingPlan | null;
}

/** The header of a run's log: it names everything that the run depends on. */
export function logHeader(open: OpenRun): RunHeader {
  const { task, engine, objective } = open;
  const { experiment } = task.record;
  const { horizon = experiment.horizon } = task;
  return {
    kind: 'training_log',
    schema_version: schemaVersionOf('training_log'),
    tool_version: TOOL_VERSION,
    run_id: task.runId,
    purpose: task.purpose,
    seed: task.seed,
    ...forkOf(task),
    ...engine.info,
    ...describeMethod(open),
    batch_size: experiment.batch_size,
    updates: open.stopping?.updates ?? task.updates,
    horizon,
    updates_per_epoch: updatesPerEpoch({ batch_size: experiment.batch_size, horizon }, open.workload),
    objective,
    ...describeWorkload(open.workload),
    ...(task.evaluated ? { evaluation: experiment.evaluation } : {}),
    ...(open.measurements.length === 0 ? {} : { measurements: [...open.measurements] }),
    ...describeStopping(open),
    record: runRecord(task.record, engine),
    host: os.hostname(),
    started_at: new Date().toISOString(),
  };
}

function forkOf({ forkedFrom }: TrainingTask): Pick<RunHeader, 'forked_from'> {
  if (forkedFrom === undefined) return {};
  const { run_id, update, n_grad_evals } = forkedFrom;
  return { forked_from: { run_id, update, n_grad_evals } };
}

/** The schedule, where its rate comes from and what does not fit it, the optimizer, the clip and the average. */
function describeMethod({ task, schedule }: OpenRun) {
  const { method, mismatches, reading } = task;
  return {
    lr_schedule: {
      ...schedule.describe(),
      ...(mismatches === undefined ? {} : { mismatches: [...mismatches] }),
      ...(reading === undefined ? {} : { reading }),
    },
    optimizer: method.optimizer,
    clip: method.clip,
    ...(method.averaging === null ? {} : { averaging: method.averaging }),
    ...(method.recovery === undefined ? {} : { recovery: method.recovery }),
  };
}

/** The rule that stops the run, with its looks. */
function describeStopping({ task, stopping }: OpenRun): Partial<RunHeader> {
  if (stopping === null) return {};
  const { looks, examples } = stopping;
  return { stopping: { ...task.method.stopping!, looks: [...looks], held_out_examples: examples } };
}

/** Updates in which as many examples are drawn as there are training examples. */
function updatesPerEpoch(
  { batch_size, horizon }: Pick<Experiment, 'batch_size' | 'horizon'>,
  { dataset }: Workload,
): number {
  return dataset.train.count / batchSizes(batch_size, horizon).mean;
}

function describeWorkload(workload: Workload) {
  const { model, attack, training, loss, augmentation, attackMode } = workload;
  return {
    loss: loss ?? 'cross_entropy',
    attack: attack?.spec ?? null,
    training: training ?? { type: 'standard' as const },
    ...(augmentation === undefined ? {} : { augmentation }),
    ...(attackMode === undefined ? {} : { attack_mode: attackMode }),
    dataset: describeDataset(workload),
    model: model.spec,
    parameters: model.parameterShapes.reduce((sum, shape) => sum + shape.reduce((n, side) => n * side, 1), 0),
  };
}

/** The data as logs name them; for a user's module also the hash of its code, which stands for model and attack. */
export function describeDataset(workload: Workload): LogHeader['dataset'] {
  const { name, sha256, train, validation, test, classNames, normalization } = workload.dataset;
  const module = isImported(workload) ? { module_sha256: workload.module.sha256 } : {};
  return {
    ...{ name, sha256, train: train.count, validation: validation.count, test: test.count, ...module },
    ...(classNames === undefined ? {} : { class_names: [...classNames] }),
    ...(normalization === undefined
      ? {}
      : { normalization: { ...normalization, columns: [...normalization.columns] } }),
  };
}
