import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EvaluationOptions } from '../artifacts/experiment/experiment.js';
import type { LogWriter } from '../artifacts/log-file.js';
import type {
  LogEnd,
  LogEvaluation,
  LogLook,
  LogMeasurement,
  LogStep,
} from '../artifacts/training-log/training-log.js';
import { randomStream, resumeStream } from '../math/random.js';
import type { Network, LabelledInputs } from '../networks/network.js';
import type { Attack } from '../attacks/array-attack.js';
import { checkScores } from './attack-checks.js';
import { collapseWatch } from './collapse.js';
import type { Checkpoint } from './checkpoint.js';
import { Checkpoints } from './checkpoints.js';
import { Decisions, type Decided } from './decisions.js';
import { divergedEvaluation, evaluate } from './evaluate.js';
import { logNumber } from '../artifacts/shared/log-number.js';
import { isDue, measure } from './measurements/index.js';
import { Minibatches } from './minibatches.js';
import { observerOf, type Observed, type RunObserver } from './observation.js';
import { batchSizes } from '../controls/index.js';
import { norm } from '../math/vectors.js';
import { createOptimizer, type Optimizer, type OptimizerState, type StepTaken } from './optimizers/index.js';
import { Recovery, type KeptState } from './recovery.js';
import type { SavedWeights } from './saved-weights.js';
import { Spending } from './spending.js';
import { Looks } from './stopping/looks.js';
import type { ResolvedRun } from './training-run.js';
import { batchesAtOnce, createUpdateRule, type MinibatchGradient, type UpdateRule } from './updates/index.js';
import { concatenated } from './weights.js';

/** Milliseconds after which the loop lets signals and messages through. */
const TURN_MS = 100;

/** The mutable part of a run: weights, random streams, the clip's and the schedule's memory, counts. */
export class Trainer {
  readonly #run: ResolvedRun;
  readonly #network: Network;
  /** A copy: the observer may use the network before the step is taken. */
  readonly #gradient: Float32Array;
  #optimizer: Optimizer;
  /** theta_0. */
  readonly #initial: Float32Array;
  /** null: a run that collapses is left as it is. */
  readonly #recovery: Recovery | null;
  /** Why the run went back to earlier weights before this update; null if it did not. */
  #rolledBack: string | null;
  readonly #observer: RunObserver;
  readonly #rule: UpdateRule;
  readonly #minibatches: Minibatches;
  readonly #checkpoints: Checkpoints;
  readonly #spending: Spending;
  readonly #decisions: Decisions;
  readonly #looks: Looks;
  readonly #startedAt: number;
  /** The minibatch at its perturbed points, of an update before which something is measured. */
  #perturbed = new Float32Array(0);
  #update: number;
  /** Training examples drawn before this update. */
  #examples: number;
  /** @param checkpoint - where an earlier process stopped; null for a fresh run */
  constructor(run: ResolvedRun, checkpoint: Checkpoint | null) {
    const { seed } = run.header;
    this.#decisions = new Decisions(run, checkpoint);
    this.#looks = new Looks(run, checkpoint?.looks);
    const resumed = checkpoint === null ? null : checkpoint.streams;
    const stream = (name: string) => (resumed === null ? randomStream(seed, name) : resumeStream(resumed[name]));
    this.#run = run;
    const { model, dataset } = run.workload;
    const { largestBatch } = this.#decisions;
    const atOnce = Math.max(largestBatch * batchesAtOnce(run.workload), run.evaluation?.batch_size ?? 0);
    this.#network = run.engine.createNetwork(model, dataset, atOnce);
    if (checkpoint?.statistics !== undefined) this.#network.passes!.loadStatistics(checkpoint.statistics);
    this.#rule = createUpdateRule(run.workload, checkpoint === null ? null : checkpoint.rule);
    this.#minibatches = new Minibatches(run.workload, stream);
    this.#checkpoints = new Checkpoints(run, this.#minibatches.kept, checkpoint);
    this.#gradient = new Float32Array(this.#network.parameters);
    this.#observer = observerOf(run, resumed);
    this.#initial = concatenated(model.initialise(randomStream(seed, 'init')));
    this.#optimizer = this.#optimizerFrom(checkpoint === null ? null : checkpoint.optimizer);
    this.#rolledBack = checkpoint?.rolledBack ?? null;
    const start = checkpoint ?? FRESH_START;
    this.#update = start.update;
    this.#examples = start.examples;
    this.#spending = new Spending(start);
    this.#startedAt = performance.now() - 1000 * start.seconds;
    this.#recovery = this.#openRecovery(checkpoint);
  }

  /** What a checkpoint keeps in a file of its own, before the first update; throws as `Checkpoints.restore`. */
  async restore(): Promise<void> {
    await this.#checkpoints.restore();
  }

  /** All updates that are left, or fewer if the run diverges or its optimizer is done; the end row is returned. */
  async runUpdates(writer: LogWriter): Promise<LogEnd> {
    const { header, keepCheckpointAt, onProgress } = this.#run;
    let lastTurn = performance.now();
    while (this.#update < header.updates) {
      await this.#scoreOnTheWay(writer);
      const { measured, row, decided } = this.#step();
      for (const measurement of measured) await writer.append(measurement);
      await writer.append(row);
      this.#recover(row);
      if (typeof row.step_length !== 'number' && this.#rolledBack === null) return this.#diverged(row);
      onProgress(this.#update);
      const look = this.#look(decided);
      if (look !== null) await writer.append(look);
      if (look?.action === 'stop' && this.#update < header.updates) return this.#completed(look.reason);
      const reason = this.#optimizer.finished();
      if (reason !== null) return this.#completed(reason);
      if (this.#update === keepCheckpointAt) await this.#checkpoints.keepForkPoint(writer, () => this.#checkpoint());
      if (this.#checkpoints.isDue(this.#update)) await this.#checkpoints.write(writer, () => this.#checkpoint());
      if (performance.now() - lastTurn > TURN_MS) {
        await nextTurn();
        lastTurn = performance.now();
      }
    }
    return this.#completed();
  }

  /** Scores the final weights, if the run is to be scored. */
  async score(end: LogEnd, writer: LogWriter): Promise<void> {
    const { evaluation } = this.#run;
    if (evaluation === null) return;
    const update = end.updates;
    if (end.status === 'diverged') return writer.append(divergedEvaluation(update));
    const { weights, statistics } = this.outcome();
    if (statistics !== undefined) this.#network.passes!.loadStatistics(statistics);
    const scores = this.#evaluate(evaluation, update, weights);
    return writer.append({ ...scores, ...checkScores(this.#run.scored, this.#network, evaluation) });
  }

  /** Goes back to earlier weights if the update has shown that the network has collapsed. */
  #recover(row: LogStep): void {
    if (this.#recovery === null) return;
    const { update, train_robust_loss, train_loss, step_length } = row;
    const sight = {
      update,
      loss: Number(train_robust_loss ?? train_loss),
      isFinite: typeof step_length === 'number',
      weights: this.#optimizer.gradientPoint(),
    };
    const { rollback, cost } = this.#recovery.see(sight, () => this.#stateNow());
    this.#spending.charge(cost, this.#recovery.batchSize);
    if (rollback === null) return;
    const { optimizer, clip, statistics } = rollback.to;
    this.#optimizer = this.#optimizerFrom(optimizer);
    this.#decisions.restoreClip(clip);
    if (statistics !== undefined) this.#network.passes!.loadStatistics(statistics);
    this.#rolledBack = rollback.reason;
  }

  #openRecovery(checkpoint: Checkpoint | null): Recovery | null {
    const { workload, method, header } = this.#run;
    if (method.recovery === undefined) return null;
    const { seed, updates, batch_size, horizon } = header;
    const options = { seed, batchSize: batchSizes(batch_size, horizon).at(0), initial: this.#initial };
    const watch = collapseWatch(workload, this.#network, options);
    const start = checkpoint?.recovery ?? this.#stateNow();
    return new Recovery(method.recovery, { watch, updates, start });
  }

  #stateNow(): KeptState {
    const { passes } = this.#network;
    const statistics = passes === undefined ? {} : { statistics: passes.statistics() };
    const state = { update: this.#update, optimizer: this.#optimizer.state(), clip: this.#decisions.clipState };
    return { ...state, ...statistics };
  }

  #optimizerFrom(resumed: OptimizerState | null): Optimizer {
    const { method, header } = this.#run;
    const { averages } = this.#decisions;
    return createOptimizer(method.optimizer, { averages, initial: this.#initial, updates: header.updates, resumed });
  }

  /** What is evaluated: the weights, and the running statistics of a model that has them. */
  outcome(): SavedWeights {
    const { passes } = this.#network;
    if (this.#looks.best !== null) return this.#looks.best;
    const weights = this.#optimizer.output();
    return passes === undefined ? { weights } : { weights, statistics: passes.statistics() };
  }

  dispose(): void {
    this.#network.dispose();
  }

  #evaluate(options: EvaluationOptions, update: number, weights: Float32Array): LogEvaluation {
    const { scored, objective, stopping } = this.#run;
    this.#network.load(weights);
    return evaluate(scored, this.#network, options, { update, objective, lookedAt: stopping?.examples ?? 0 });
  }

  /** Before an update, so that a run resumed from a checkpoint taken after the update before it writes the row again. */
  async #scoreOnTheWay(writer: LogWriter): Promise<void> {
    const { evaluation, evaluateEvery } = this.#run;
    const update = this.#update;
    if (evaluation === null || update === 0 || update % evaluateEvery !== 0) return;
    await writer.append(this.#evaluate(evaluation, update, this.#optimizer.output()));
  }

  /** A look at the held-out loss after an update, where one is due; charged for. */
  #look(decided: Decided): LogLook | null {
    if (!this.#looks.isDue(this.#update)) return null;
    const { schedule } = this.#decisions.state;
    const trunk = { optimizer: this.#optimizer.state(), rule: this.#rule.state(), clip: schedule.clip };
    const point = { ...trunk, minibatches: this.#minibatches, update: this.#update, decided };
    const look = this.#looks.take(this.#network, point, this.#optimizer.output());
    this.#spending.charge(look.grad_evals, decided.settings.batchSize);
    return look;
  }

  /** One update; the row tells what was seen before it and the step taken. Before it stands what was measured. */
  #step(): { measured: LogMeasurement[]; row: LogStep; decided: Decided } {
    const decided = this.#decisions.decide();
    const { attack, settings } = decided;
    this.#network.load(this.#optimizer.gradientPoint());
    const minibatches = this.#minibatches;
    const draw = (): LabelledInputs => minibatches.draw(settings.batchSize);
    const show = (inputs: Float32Array): void => void (this.#perturbed = inputs.slice());
    const point = { network: this.#network, attack, draw, noise: minibatches.noise, kept: minibatches.keptOf(attack) };
    const taken = this.#rule.gradient(this.#measuresNow() ? { ...point, onPerturbed: show } : point);
    this.#gradient.set(taken.gradient);
    return { ...this.#descend(taken, decided), decided };
  }

  #measuresNow(): boolean {
    return this.#run.measurements.some((spec) => isDue(spec, this.#update));
  }

  /** What is due before this update, charged for. */
  #measure({ labels }: LabelledInputs, attack: Attack | null, rate: number): LogMeasurement[] {
    const { workload, header, measurements } = this.#run;
    const [update, weights, gradient] = [this.#update, this.#optimizer.gradientPoint(), this.#gradient];
    const perturbed = { inputs: this.#perturbed, labels };
    const point = { update, weights, perturbed, gradient, rate, attack };
    const options = { network: this.#network, workload, seed: header.seed, kept: this.#minibatches.kept };
    const rows = measurements.filter((spec) => isDue(spec, update)).map((spec) => measure(spec, point, options));
    const cost = rows.reduce((sum, row) => sum + row.grad_evals, 0);
    this.#spending.charge(cost, labels.length, cost);
    return rows;
  }

  /** Observes for the next decision, clips, measures, and steps. */
  #descend(
    { batch, loss, gradientEvaluations }: MinibatchGradient,
    { attack, settings, reason, columns }: Decided,
  ): { measured: LogMeasurement[]; row: LogStep } {
    const { averagingWeight } = settings;
    const rate = settings.learningRate * (this.#recovery?.factor(this.#update) ?? 1);
    const gradientNorm = norm(this.#gradient);
    const observed = this.#observe(batch, attack, loss);
    this.#looks.see(loss);
    const clipFactor = this.#decisions.clip(gradientNorm);
    const isFinite = Number.isFinite(loss) && Number.isFinite(gradientNorm);
    const request = { rate, clipFactor, loss, gradientNorm, averagingWeight };
    const update = this.#update;
    const measured = isFinite && this.#measuresNow() ? this.#measure(batch, attack, rate * clipFactor) : [];
    const taken: StepTaken = isFinite ? this.#optimizer.step(this.#gradient, request) : { rate, length: NaN };
    this.#spending.charge(gradientEvaluations + observed.cost, batch.labels.length);
    const { spent } = this.#spending;
    const row: LogStep = {
      type: 'step',
      update,
      epoch: this.#examples / this.#run.workload.dataset.train.count,
      lr: logNumber(taken.rate),
      reason: this.#rolledBack ?? taken.reason ?? reason,
      [attack === null ? 'train_loss' : 'train_robust_loss']: logNumber(loss),
      ...observed.columns,
      grad_norm: logNumber(gradientNorm),
      clip_factor: logNumber(clipFactor),
      step_length: logNumber(taken.length),
      n_grad_evals: spent.gradientEvaluations,
      ...columns,
      ...('batch_size' in columns ? { n_example_grads: spent.exampleGradients } : {}),
      wall_s: Math.round(performance.now() - this.#startedAt) / 1000,
    };
    this.#rolledBack = null;
    this.#update += 1;
    this.#examples += settings.batchSize;
    return { measured, row };
  }

  /** What the schedule will be shown before the next update. */
  #observe(batch: LabelledInputs, attack: Attack | null, trainingLoss: number): Observed {
    const { metric, shows } = this.#observer;
    const seen = this.#observer.observe({ network: this.#network, batch, attack, trainingLoss, update: this.#update });
    if (metric !== null && seen.loss !== null && shows(this.#update))
      this.#decisions.show(metric, seen.loss, this.#update);
    return seen;
  }

  #completed(reason?: string): LogEnd {
    if (!Number.isFinite(norm(this.#optimizer.output()))) return this.#end('diverged', 'the weights are not finite');
    return this.#end('completed', reason);
  }

  #diverged({ update, train_loss, train_robust_loss, grad_norm }: LogStep): LogEnd {
    const seen = [train_robust_loss ?? train_loss, grad_norm].map(String);
    return this.#end('diverged', `update ${update}: loss ${seen[0]}, gradient norm ${seen[1]}`);
  }

  #end(status: LogEnd['status'], reason?: string): LogEnd {
    const figures = Object.entries({ ...this.#optimizer.summary(), ...this.#recovery?.summary() }).filter(([, value]) =>
      Number.isFinite(value),
    );
    const { spent } = this.#spending;
    return {
      type: 'end',
      status,
      ...(reason === undefined ? {} : { reason }),
      updates: this.#update,
      n_grad_evals: spent.gradientEvaluations,
      ...(this.#looks.best === null ? {} : { returned_update: this.#looks.best.update }),
      ...(this.#run.measurements.length === 0 ? {} : { measurement_grad_evals: spent.measurementEvaluations }),
      ...(this.#decisions.varies('batch_size') ? { n_example_grads: spent.exampleGradients } : {}),
      ...(figures.length === 0 ? {} : { summary: Object.fromEntries(figures) }),
    };
  }

  #checkpoint(): Omit<Checkpoint, 'log' | 'perturbations'> {
    return {
      update: this.#update,
      ...this.#spending.spent,
      optimizer: this.#optimizer.state(),
      ...this.#decisions.state,
      ...(this.#run.stopping === null ? {} : { looks: this.#looks.state }),
      examples: this.#examples,
      streams: { ...this.#minibatches.states(), ...this.#observer.state() },
      rule: this.#rule.state(),
      ...(this.#recovery === null ? {} : { recovery: this.#recovery.state, rolledBack: this.#rolledBack }),
      ...(this.#network.passes === undefined ? {} : { statistics: this.#network.passes.statistics() }),
      seconds: (performance.now() - this.#startedAt) / 1000,
    };
  }
}

const FRESH_START = {
  update: 0,
  examples: 0,
  gradientEvaluations: 0,
  measurementEvaluations: 0,
  exampleGradients: 0,
  seconds: 0,
} as const;
