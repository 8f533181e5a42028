import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { canonicalJson } from '../artifacts/hash.js';
import { createLogWriter, partialPath, readTrainingLog, type LogWriter } from '../artifacts/log-file.js';
import type { LogEnd, LogEvaluation, LogHeader, LogStep, TrainingLog } from '../artifacts/training-log.js';
import type { EvaluationOptions, Objective } from '../artifacts/experiment.js';
import { HjbLrError } from '../errors.js';
import { randomStream, resumeStream, type RandomStream } from '../math/random.js';
import type { Schedule } from '../schedules/schedule.js';
import type { Workload } from '../workloads/workload.js';
import { readCheckpoint, removeCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { clipStep, type ClipState } from './clip.js';
import { evaluate } from './evaluate.js';
import { logNumber } from './log-number.js';
import type { Method } from './method.js';
import { drawIndices, gatherBatch, lossAndGradient, perturbInputs } from './minibatch.js';
import { createObserver, type Observer } from './observation.js';
import { createOptimizer, norm, type Optimizer } from './optimizers/index.js';

/** Updates between two checkpoints. */
const CHECKPOINT_EVERY = 100;

export interface TrainingRun {
  readonly log: string;
  /** Header of the log: it names everything that the run depends on. */
  readonly header: LogHeader;
  readonly workload: Workload;
  readonly schedule: Schedule;
  readonly method: Method;
  /** Whose minibatch loss the schedule is shown. */
  readonly objective: Objective;
  /** How the final weights are scored; null: not at all. */
  readonly evaluation: EvaluationOptions | null;
  readonly onProgress?: (update: number) => void;
}

/**
 * Adversarial SGD: per update, a minibatch drawn with replacement, K ascent steps on the inputs against the weights at
 * the optimizer's gradient point, one descent step on the weights. The initial weights, the minibatches and the attack's
 * noise come from streams that depend on the seed alone, so that all methods of a seed share them.
 *
 * A finished log of the same header is returned as it is; a killed run goes on from its last checkpoint and gives the
 * same rows. Divergence (a loss or gradient that is not finite) ends the run with the status `diverged`.
 *
 * @throws E_RUN_MISMATCH if the log belongs to a run of another header
 */
export async function trainRun(run: TrainingRun): Promise<TrainingLog> {
  const finished = await finishedLog(run);
  if (finished !== null) return finished;
  const checkpoint = existsSync(partialPath(run.log)) ? await readCheckpoint(run.log, run.header) : null;
  const writer = await createLogWriter(run.log, run.header, { keepSteps: checkpoint?.update ?? 0 });
  try {
    const trainer = new Trainer(run, checkpoint);
    const end = await trainer.runUpdates(writer);
    const scored = trainer.score(end);
    if (scored !== null) await writer.append(scored);
    await writer.finish(end);
    trainer.dispose();
  } catch (error) {
    await writer.close().catch(() => {});
    throw error;
  }
  await removeCheckpoint(run.log);
  return readTrainingLog(run.log);
}

/** The mutable part of a run: weights, streams and what the schedule remembers. */
class Trainer {
  readonly #run: TrainingRun;
  readonly #optimizer: Optimizer;
  readonly #observer: Observer;
  readonly #batches: RandomStream;
  readonly #noise: RandomStream;
  #schedule: ReturnType<Schedule['init']>;
  #clip: ClipState;
  #update: number;
  #gradientEvaluations: number;
  readonly #startedAt = performance.now();

  constructor(run: TrainingRun, checkpoint: Checkpoint | null) {
    const { seed, batch_size: batchSize } = run.header;
    const { model } = run.workload;
    const stream = (name: string): RandomStream =>
      checkpoint === null ? randomStream(seed, name) : resumeStream(checkpoint.streams[name]);
    this.#run = run;
    this.#batches = stream('batches');
    this.#noise = stream('attack');
    this.#observer = createObserver(run.workload, run.objective, { batchSize, seed, resumed: checkpoint?.streams ?? {} });
    const initial = model.initialise(randomStream(seed, 'init'));
    this.#optimizer = createOptimizer(run.method.optimizer, initial, model.parameterShapes, checkpoint?.optimizer ?? null);
    this.#schedule = checkpoint?.schedule ?? run.schedule.init();
    this.#clip = checkpoint?.clip ?? null;
    this.#update = checkpoint?.update ?? 0;
    this.#gradientEvaluations = checkpoint?.gradientEvaluations ?? 0;
  }

  async runUpdates(writer: LogWriter): Promise<LogEnd> {
    const { header, onProgress } = this.#run;
    while (this.#update < header.updates) {
      const row = this.#step();
      await writer.append(row);
      if (typeof row.step_length !== 'number') return this.#end('diverged', `not finite at update ${row.update}`);
      onProgress?.(this.#update);
      const reason = this.#optimizer.finished();
      if (reason !== null) return this.#end('completed', reason);
      if (this.#update % CHECKPOINT_EVERY === 0 && this.#update < header.updates) await this.#checkpoint(writer);
    }
    return this.#end('completed');
  }

  /** One update; the row tells what was seen before it and the step taken. */
  #step(): LogStep {
    const { workload, schedule, method, header } = this.#run;
    const { dataset, model, attack } = workload;
    return tf.tidy(() => {
      const indices = drawIndices(dataset.train.count, header.batch_size, this.#batches);
      const batch = gatherBatch(dataset.train, indices, dataset.inputShape, dataset.classes);
      const weights = this.#optimizer.gradientPoint();
      const perturbed = perturbInputs(model, weights, batch, attack, this.#noise);
      const { loss, gradients } = lossAndGradient(model, weights, perturbed, batch.labels);
      const gradientNorm = norm(gradients);
      const observed = this.#observer.observe({ weights, batch, robustLoss: loss });
      this.#schedule = schedule.observe(this.#schedule, { loss: observed.loss });
      const decision = schedule.rate(this.#schedule);
      const clipped = clipStep(method.clip, this.#clip, gradientNorm);
      const finite = Number.isFinite(loss) && Number.isFinite(gradientNorm);
      const request = { rate: decision.rate, clipFactor: clipped.factor, loss, gradientNorm };
      const taken = finite ? this.#optimizer.step(gradients, request) : { rate: decision.rate, length: NaN };
      this.#clip = clipped.state;
      this.#gradientEvaluations += 1 + (attack?.gradientEvaluations ?? 0) + observed.cost;
      this.#update += 1;
      return {
        type: 'step',
        update: this.#update - 1,
        epoch: ((this.#update - 1) * header.batch_size) / dataset.train.count,
        lr: logNumber(taken.rate),
        reason: decision.reason,
        ...(attack === null ? { train_loss: logNumber(loss) } : { train_robust_loss: logNumber(loss) }),
        ...observed.columns,
        grad_norm: logNumber(gradientNorm),
        clip_factor: logNumber(clipped.factor),
        step_length: logNumber(taken.length),
        n_grad_evals: this.#gradientEvaluations,
        wall_s: Math.round(performance.now() - this.#startedAt) / 1000,
      };
    });
  }

  /** Losses and accuracies of the final weights; after a divergence they are what they are. */
  score(end: LogEnd): LogEvaluation | null {
    const { evaluation, workload } = this.#run;
    const weights = this.#optimizer.output();
    return evaluation === null ? null : evaluate(workload, weights, evaluation, end.updates);
  }

  dispose(): void {
    this.#optimizer.dispose();
  }

  #end(status: LogEnd['status'], reason?: string): LogEnd {
    return {
      type: 'end',
      status,
      ...(reason === undefined ? {} : { reason }),
      updates: this.#update,
      n_grad_evals: this.#gradientEvaluations,
      summary: { ...this.#optimizer.summary() },
    };
  }

  async #checkpoint(writer: LogWriter): Promise<void> {
    await writer.flush();
    await writeCheckpoint(this.#run.log, this.#run.header, {
      update: this.#update,
      gradientEvaluations: this.#gradientEvaluations,
      optimizer: this.#optimizer.state(),
      schedule: this.#schedule,
      clip: this.#clip,
      streams: { batches: this.#batches.state(), attack: this.#noise.state(), ...this.#observer.state() },
    });
  }
}

/** The log of this run if it is whole already. */
async function finishedLog({ log, header }: TrainingRun): Promise<TrainingLog | null> {
  if (!existsSync(log)) return null;
  const found = await readTrainingLog(log);
  const differing = Object.keys({ ...found.header, ...header }).filter(
    (key) => canonicalJson({ [key]: found.header[key as keyof LogHeader] }) !== canonicalJson({ [key]: header[key as keyof LogHeader] }),
  );
  if (differing.length === 0) return found;
  throw new HjbLrError('E_RUN_MISMATCH', `${log} belongs to another run: ${differing.join(', ')} differ.`, {
    remedy: 'Choose another folder with --out, or start over with --fresh.',
    issues: differing.map((path) => ({ path, message: 'differs from this run' })),
    fields: { file: log, differing },
  });
}
