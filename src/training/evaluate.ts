import * as tf from '@tensorflow/tfjs';
import type { EvaluationOptions } from '../artifacts/experiment.js';
import type { LogEvaluation } from '../artifacts/training-log.js';
import { randomStream } from '../math/random.js';
import { createAttack, scoringAttack } from '../workloads/attacks/index.js';
import type { Attack, Examples, Workload } from '../workloads/workload.js';
import { logNumber } from './log-number.js';
import { crossEntropies, gatherBatch, perturbInputs } from './minibatch.js';

interface SplitScore {
  readonly loss: number;
  readonly robustLoss: number;
  readonly accuracy: number;
  readonly robustAccuracy: number;
}

/**
 * Losses and accuracies on fixed examples: the same examples, batches and attack noise for every run, whatever its
 * seed. By default PGD with 10 steps on the training attack's ball, one start. Not charged to any method: it is for the
 * report alone.
 */
export function evaluate(workload: Workload, weights: readonly tf.Tensor[], options: EvaluationOptions, update: number): LogEvaluation {
  const attack = evaluationAttack(workload, options);
  const score = (name: string, examples: Examples, count: number): SplitScore =>
    scoreSplit(workload, weights, attack, examples, { name, count, ...options });
  const train = score('train', workload.dataset.train, options.train_examples);
  const test = score('test', workload.dataset.test, options.test_examples);
  return {
    type: 'evaluation',
    update,
    train_loss: logNumber(train.loss),
    train_robust_loss: logNumber(train.robustLoss),
    test_loss: logNumber(test.loss),
    test_robust_loss: logNumber(test.robustLoss),
    test_acc: test.accuracy,
    test_robust_acc: test.robustAccuracy,
  };
}

function evaluationAttack({ attack }: Workload, options: EvaluationOptions): Attack | null {
  if (attack === null) return null;
  if (options.attack !== undefined) return createAttack(options.attack);
  return attack.spec === null ? attack : createAttack(scoringAttack(attack.spec));
}

function scoreSplit(
  { dataset, model }: Workload,
  weights: readonly tf.Tensor[],
  attack: Attack | null,
  examples: Examples,
  options: { name: string; count: number; batch_size: number; seed: number },
): SplitScore {
  const indices = fixedSubset(examples.count, options);
  const noise = randomStream(options.seed, `evaluation/${options.name}/attack`);
  const totals = [0, 0, 0, 0];
  for (let first = 0; first < indices.length; first += options.batch_size) {
    tf.tidy(() => {
      const batch = gatherBatch(examples, indices.subarray(first, first + options.batch_size), dataset.inputShape, dataset.classes);
      const perturbed = perturbInputs(model, weights, batch, attack, noise);
      const sums = [batch.inputs, perturbed].flatMap((inputs) => [
        tf.sum(crossEntropies(model, weights, inputs, batch.labels)).dataSync()[0],
        hits(model.logits(weights, inputs), batch.labels),
      ]);
      sums.forEach((sum, i) => (totals[i] += sum));
    });
  }
  const [loss, accuracy, robustLoss, robustAccuracy] = totals.map((total) => total / indices.length);
  return { loss, accuracy, robustLoss, robustAccuracy };
}

function hits(logits: tf.Tensor2D, labels: tf.Tensor2D): number {
  return tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), tf.argMax(labels, 1)), 'float32')).dataSync()[0];
}

/** The first examples of a permutation that depends on the evaluation seed alone. */
function fixedSubset(available: number, { name, count, seed }: { name: string; count: number; seed: number }): Int32Array {
  const stream = randomStream(seed, `evaluation/${name}/examples`);
  const order = Int32Array.from({ length: available }, (_, i) => i);
  for (let i = available - 1; i > 0; i -= 1) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.subarray(0, Math.min(count, available)).sort();
}
