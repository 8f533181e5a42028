import { randomStream } from '../../math/random.js';
import type { LabelledInputs, Network } from '../../networks/network.js';
import { clipStep, type ClipState } from '../../schedules/index.js';
import { mean, norm } from '../../math/vectors.js';
import type { Decided } from '../decisions.js';
import type { Minibatches } from '../minibatches.js';
import { createOptimizer, type OptimizerState } from '../optimizers/index.js';
import type { SavedWeights } from '../saved-weights.js';
import type { ResolvedRun } from '../training-run.js';
import { createUpdateRule, type RuleState } from '../updates/index.js';

/** Where a run stands when an annealing is forked off. */
export interface Trunk {
  /** Updates done. */
  readonly update: number;
  readonly optimizer: OptimizerState;
  readonly rule: RuleState | null;
  readonly clip: ClipState;
  readonly minibatches: Minibatches;
  /** What was in force for the last update. */
  readonly decided: Decided;
}

/** What an annealing leads to. */
export interface Annealed extends SavedWeights {
  /** Mean of the minibatch losses of its second half. */
  readonly trainingLoss: number;
}

/**
 * Weights after `updates` more updates whose rate falls straight to 0 from that of the last one: u_i = u (1 - i / n). The
 * run's own weights, memory and random streams stay as they are: minibatches and noise come from streams of this fork,
 * `anneal/K/...` by its update K.
 */
export function annealedWeights(
  run: ResolvedRun,
  network: Network,
  { update, clip, decided, ...trunk }: Trunk,
  updates: number,
): Annealed {
  const { header, workload, method } = run;
  const minibatches = trunk.minibatches.fork((name) => randomStream(header.seed, `anneal/${update}/${name}`));
  const start = { initial: new Float32Array(network.parameters), updates: header.updates, resumed: trunk.optimizer };
  const optimizer = createOptimizer(method.optimizer, { ...start, averages: false });
  const rule = createUpdateRule(workload, trunk.rule);
  const statistics = network.passes?.statistics();
  const losses: number[] = [];
  const { attack, settings } = decided;
  const draw = (): LabelledInputs => minibatches.draw(settings.batchSize);
  const point = { network, attack, draw, noise: minibatches.noise, kept: minibatches.keptOf(attack) };
  let memory = clip;
  for (let i = 0; i < updates; i += 1) {
    network.load(optimizer.gradientPoint());
    const { loss, gradient } = rule.gradient(point);
    losses.push(loss);
    const gradientNorm = norm(gradient);
    const { factor, state } = clipStep(method.clip, memory, gradientNorm);
    memory = state;
    const rate = settings.learningRate * (1 - i / updates);
    optimizer.step(gradient, { rate, clipFactor: factor, loss, gradientNorm });
  }
  const weights = optimizer.output().slice();
  const trainingLoss = mean(losses.slice(Math.floor(updates / 2)));
  if (statistics === undefined) return { weights, trainingLoss };
  const annealed = network.passes!.statistics();
  network.passes!.loadStatistics(statistics);
  return { weights, trainingLoss, statistics: annealed };
}
