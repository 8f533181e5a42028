import * as tf from '@tensorflow/tfjs';
import type { Objective } from '../artifacts/experiment.js';
import { observedColumn, type LogStep } from '../artifacts/training-log.js';
import { logNumber } from './log-number.js';
import { randomStream, resumeStream, type RandomState, type RandomStream } from '../math/random.js';
import type { Workload } from '../workloads/workload.js';
import { crossEntropies, drawIndices, gatherBatch, perturbInputs, type Minibatch } from './minibatch.js';

/** What the schedule sees besides the training loss at the perturbed points, which costs nothing. */
export interface Observer {
  /** The objective's minibatch loss, the log columns it fills, and the gradient evaluations it cost. */
  observe(step: {
    weights: readonly tf.Tensor[];
    batch: Minibatch;
    robustLoss: number;
  }): { loss: number; columns: Partial<LogStep>; cost: number };
  state(): Readonly<Record<string, RandomState>>;
}

/**
 * The observer of an objective. The training split's adversarial loss is the one the update computes anyway; its clean
 * loss costs one evaluation; a validation loss is taken on a minibatch of the same size, attacked if the metric is
 * adversarial, and costs the attack's evaluations and one more.
 */
export function createObserver(
  { dataset, model, attack }: Workload,
  objective: Objective,
  options: { batchSize: number; seed: number; resumed: Readonly<Record<string, RandomState>> },
): Observer {
  const column = observedColumn(objective, attack !== null);
  const stream = (name: string): RandomStream =>
    options.resumed[name] === undefined ? randomStream(options.seed, name) : resumeStream(options.resumed[name]);
  const batches = stream('validation/batches');
  const noise = stream('validation/attack');
  const perturbed = objective.metric === 'adversarial' ? attack : null;

  function meanLoss(weights: readonly tf.Tensor[], batch: Minibatch): number {
    return tf.tidy(() => {
      const inputs = perturbInputs(model, weights, batch, objective.split === 'train' ? null : perturbed, noise);
      return tf.mean(crossEntropies(model, weights, inputs, batch.labels)).dataSync()[0];
    });
  }

  return {
    observe({ weights, batch, robustLoss }) {
      if (column === 'train_robust_loss' || (column === 'train_loss' && attack === null)) {
        return { loss: robustLoss, columns: { [column]: logNumber(robustLoss) }, cost: 0 };
      }
      if (column === 'train_loss') {
        const loss = meanLoss(weights, batch);
        return { loss, columns: { train_loss: logNumber(loss), train_robust_loss: logNumber(robustLoss) }, cost: 1 };
      }
      const loss = tf.tidy(() => {
        const indices = drawIndices(dataset.validation.count, options.batchSize, batches);
        return meanLoss(weights, gatherBatch(dataset.validation, indices, dataset.inputShape, dataset.classes));
      });
      const cost = 1 + (perturbed?.gradientEvaluations ?? 0);
      return { loss, columns: { [column]: logNumber(loss), train_robust_loss: logNumber(robustLoss) }, cost };
    },
    state: () => ({ 'validation/batches': batches.state(), 'validation/attack': noise.state() }),
  };
}
