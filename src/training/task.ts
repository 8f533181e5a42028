import type { TaskKind } from '../execution/task.js';
import type { WrittenEvent } from '../execution/written-files.js';
import { isMeasurable, NOT_MEASURABLE, type Experiment } from '../artifacts/experiment/experiment.js';
import type { MeasurementSpec } from '../artifacts/experiment/measurements.js';
import type { TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { frozen } from '../json.js';
import { createSchedule, policySchedule, type Schedule } from '../schedules/index.js';
import { createAttack } from '../attacks/create-attack.js';
import { isImported, objectiveOf, type Workload } from '../workloads/index.js';
import { modelKind, openEngine } from './engines/index.js';
import { openWorkload } from './experiment-record.js';
import type { StoppingPlan } from '../stopping/index.js';
import { startFork } from './fork.js';
import { logHeader } from './log-header.js';
import { readingMethod, readingOptions, readingUpdates } from './reading.js';
import { planLooks } from './stopping/plan.js';
import { trainRun, trainToEnd } from './train.js';
import type { TrainingRun } from './training-run.js';
import type { TaskOutline, TrainingTask } from './training-task.js';

/** What a worker process imports to run a training task. */
export const TRAINING_TASK: TaskKind<TrainingTask> = { module: import.meta.url };

/** Updates between two reports of progress. */
const PROGRESS_EVERY = 50;

/**
 * The reading of a seed: from its initial weights, on its own minibatches, so that schedules by name need nothing but the
 * seed.
 */
export function readingTask(experiment: Experiment, seed: number): TaskOutline {
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

/** Runs, resumes or finds finished one training run. */
export async function runTraining(task: TrainingTask, onProgress: (update: number) => void): Promise<TrainingLog> {
  return trainRun(await startedRun(task, onProgress));
}

/** A run that is open, and forked from another one where it is to be. */
async function startedRun(task: TrainingTask, onProgress: (update: number) => void): Promise<TrainingRun> {
  const run = await openTraining(task);
  if (task.forkedFrom !== undefined) await startFork(run, task.forkedFrom.log);
  const { forkPoint, saveWeights = false } = task;
  return { ...run, ...(forkPoint === undefined ? {} : { keepCheckpointAt: forkPoint }), saveWeights, onProgress };
}

/**
 * All that a training run is, before it starts.
 * @param given - a schedule in the place of the one that the method names
 * @throws what `openWorkload`, `openEngine`, `createSchedule` and `policySchedule` throw; E_INVALID for measurements of
 * training that cannot be measured
 */
export async function openTraining(task: TrainingTask, given?: Schedule): Promise<TrainingRun> {
  const { log, method, observed, evaluated } = task;
  const { experiment } = task.record;
  const scored = await openWorkload(task.record);
  const workload = workloadOf(method, scored);
  const engine = await openEngine(task.engine, modelKind(experiment));
  tryOnce(scored);
  const stopping = stoppingOf(task, workload);
  const schedule = given ?? (await openSchedule(task, stopping?.updates ?? task.updates));
  const objective = objectiveOf(experiment, scored);
  const measurements = measurementsOf(task, workload);
  const header = logHeader({ task, workload, engine, schedule, objective, measurements, stopping });
  return {
    ...{ log, header, engine, workload, scored, schedule, method, objective, measurements, stopping },
    ...(observed === undefined ? {} : { observed }),
    continues: task.record.continues,
    evaluation: evaluated ? experiment.evaluation : null,
  };
}

/** What a method trains: the experiment's workload, against an attack of the method's own where it brings one. */
function workloadOf({ attack }: TrainingTask['method'], workload: Workload): Workload {
  return attack === undefined ? workload : { ...workload, attack: createAttack(attack) };
}

/** The schedule of the method; a policy from the task itself. */
async function openSchedule(
  { method: { schedule }, policy, record }: TrainingTask,
  updates: number,
): Promise<Schedule> {
  if (policy !== undefined) return policySchedule(policy, { updates }) as Schedule;
  if (schedule.name !== 'policy') return createSchedule(schedule, { updates, baseDirectory: record.baseDirectory });
  throw new HjbLrError('E_INVALID', `The task names the policy ${schedule.path} and does not hold it.`, {
    remedy: 'Give the task the policy that was read from that file.',
    fields: { file: schedule.path },
  });
}

/** When the run looks at its held-out loss; null where its method does not. */
function stoppingOf(
  { method, updates, record: { experiment } }: TrainingTask,
  workload: Workload,
): StoppingPlan | null {
  if (method.stopping === null) return null;
  return planLooks(method.stopping, { workload, updates, batchSize: experiment.batch_size, method });
}

/** @throws E_INVALID for a module's workload, whose training its experiment's schema does not see */
function measurementsOf({ evaluated, record }: TrainingTask, workload: Workload): readonly MeasurementSpec[] {
  const measurements = evaluated ? record.experiment.measurements : [];
  if (isMeasurable(workload, measurements)) return measurements;
  throw new HjbLrError('E_INVALID', `${record.file}: measurements ${NOT_MEASURABLE}.`, {
    remedy: 'Take the measurements out of the experiment, or train by the standard rule.',
    issues: [{ path: 'measurements', message: NOT_MEASURABLE }],
    fields: { file: record.file },
  });
}

/** Entry of a worker process. */
export async function runTask(
  input: unknown,
  report: (event: { done: number } | WrittenEvent) => void,
): Promise<{ log: string }> {
  const task = input as TrainingTask;
  frozen(task.record);
  await trainToEnd(
    await startedRun(task, (update) => {
      if (update % PROGRESS_EVERY === 0) report({ done: update });
    }),
  );
  report({ written: [task.log] });
  return { log: task.log };
}

/** Workloads of user modules that this process has tried already. */
const tried = new WeakSet<Workload>();

/** A workload that a user's module exported, before its first run in this process: needs the open engine. */
async function tryOnce(workload: Workload): Promise<void> {
  if (!isImported(workload) || tried.has(workload)) return;
  const { tryWorkload } = await import('../workloads/try-workload.js');
  tryWorkload(workload);
  tried.add(workload);
}
