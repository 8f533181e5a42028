import {
  createLogWriter,
  outlineTrainingLog,
  partialPath,
  readTrainingLog,
  REPAIR_RUN,
} from '../artifacts/log-file.js';
import type { LogEnd, LogOutline, TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { checkpointPath, readCheckpoint, removeCheckpoint, type Checkpoint } from './checkpoint.js';
import { findEarlierRun } from './run-identity.js';
import { requireSavedWeights, weightsPath, writeWeights } from './saved-weights.js';
import { Trainer } from './trainer.js';
import type { ResolvedRun, TrainingRun } from './training-run.js';

/** Updates between two checkpoints. */
const CHECKPOINT_EVERY = 100;
/** Largest share of the time that goes into checkpoints with kept perturbations. */
const CHECKPOINT_SHARE = 0.02;

/**
 * Adversarial SGD: for each update a minibatch drawn with replacement, the attack's ascent on its inputs against the
 * weights at the optimizer's gradient point, and one descent step on the weights. Initial weights, minibatches and attack
 * noise come from the streams `init`, `batches` and `attack` of the seed, so that all methods of a seed share them.
 *
 * Charged are minibatch gradients, the attack's included, what the schedule is shown beyond them, and measurements, which
 * the end row lists apart; scoring is not.
 * A loss, gradient or step that is not finite ends the run with the status `diverged`: that is a result, not an error.
 *
 * A finished log of the same header is returned as it is. A killed run goes on from its last checkpoint and gives the
 * same rows bit for bit, but for `wall_s`.
 *
 * @returns the log as it stands on disk
 * @throws E_RUN_MISMATCH if the log, finished or not, or the checkpoint belongs to a run of another header, naming what
 * differs; E_DAMAGED or E_VERSION if the checkpoint, or the rows that it goes on from, cannot be believed; E_NOT_FOUND if its log is
 * gone; E_WRITE
 */
export async function trainRun(options: TrainingRun): Promise<TrainingLog> {
  await trainToEnd(options);
  return readTrainingLog(options.log);
}

/** The same in memory that does not grow with the number of updates: the log is returned without its steps. */
export async function trainToEnd(options: TrainingRun): Promise<LogOutline> {
  const run = resolved(options);
  const { log, header, continues } = run;
  const { finished, isPartial } = await findEarlierRun(log, header, continues);
  if (finished === null) await trainFrom(run, await startingCheckpoint(run, isPartial));
  await removeCheckpoint(log);
  if (finished !== null && run.saveWeights) await requireSavedWeights(log, finished.end!);
  return finished ?? outlineTrainingLog(log);
}

/** Where an earlier process stopped, or null before its first checkpoint. */
async function startingCheckpoint(
  { log, header, continues }: ResolvedRun,
  isPartial: boolean,
): Promise<Checkpoint | null> {
  const checkpoint = await readCheckpoint(log, header, continues);
  if (checkpoint === null || isPartial) return checkpoint;
  const [file, partial] = [checkpointPath(log), partialPath(log)];
  throw new HjbLrError('E_NOT_FOUND', `There is the checkpoint ${file}, but not the log ${partial} that it goes on.`, {
    remedy: `Put the log back. ${REPAIR_RUN}`,
    fields: { file: partial, checkpoint: file },
  });
}

async function trainFrom(run: ResolvedRun, checkpoint: Checkpoint | null): Promise<void> {
  const kept = checkpoint === null ? { keepSteps: 0 } : { keepSteps: checkpoint.update, digest: checkpoint.log };
  const writer = await createLogWriter(run.log, run.header, { ...kept, continues: run.continues });
  const trainer = new Trainer(run, checkpoint);
  try {
    await trainer.restore();
    const end = await trainer.runUpdates(writer);
    await trainer.score(end, writer);
    await writer.finish(run.saveWeights && end.status === 'completed' ? await keepWeights(run, trainer, end) : end);
  } catch (error) {
    await writer.close().catch(() => {});
    throw error;
  } finally {
    trainer.dispose();
  }
}

async function keepWeights({ log, workload }: ResolvedRun, trainer: Trainer, end: LogEnd): Promise<LogEnd> {
  return { ...end, weights: await writeWeights(weightsPath(log), workload.model, trainer.outcome()) };
}

function resolved(run: TrainingRun): ResolvedRun {
  const {
    scored = run.workload,
    stopping = null,
    observed = false,
    evaluateEvery = Infinity,
    measurements = [],
    saveWeights = false,
    checkpointEvery = CHECKPOINT_EVERY,
    checkpointShare = CHECKPOINT_SHARE,
    keepCheckpointAt = Infinity,
    continues = [],
    onProgress = () => {},
  } = run;
  const checkpoints = { checkpointEvery, checkpointShare, keepCheckpointAt };
  return {
    ...run,
    scored,
    stopping,
    observed,
    evaluateEvery,
    measurements,
    saveWeights,
    ...checkpoints,
    continues,
    onProgress,
  };
}
