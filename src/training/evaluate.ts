import type { EvaluationOptions, Objective } from '../artifacts/experiment.js';
import type { LogEvaluation } from '../artifacts/training-log.js';
import { randomStream } from '../math/random.js';
import { createAttack, scoringAttack } from '../workloads/attacks/index.js';
import { lossesOf, predictions } from '../workloads/losses/index.js';
import type { Network } from '../workloads/network.js';
import type { Attack, Dataset, Workload } from '../workloads/workload.js';
import { logNumber } from './log-number.js';
import { gatherBatch, lossOf, perturbInputs } from './minibatch.js';

interface SplitScore {
  readonly loss: number;
  readonly accuracy: number;
  readonly robustLoss: number;
  readonly robustAccuracy: number;
}

type Split = 'train' | 'validation' | 'test';

/**
 * Losses and accuracies of weights on fixed examples: the same examples, batches and attack noise for every run,
 * whatever its seed. The attack is the evaluation's own, or PGD with 10 steps and one start on the training attack's
 * ball; without an attack the robust figures are the clean ones. An objective on the validation split has its
 * validation losses scored too, on as many examples as the test split.
 *
 * The cost is charged to no method: it is for the report alone, and no rate depends on it.
 *
 * @param network - with the weights loaded, for at least `options.batch_size` examples
 * @param update - updates done, for the row
 */
export function evaluate(
  workload: Workload,
  network: Network,
  options: EvaluationOptions,
  { update, objective }: { readonly update: number; readonly objective: Objective },
): LogEvaluation {
  const attack = evaluationAttack(workload, options);
  const score = (split: Split, count: number): SplitScore =>
    scoreSplit(workload, network, attack, { split, count, ...options });
  const train = score('train', options.train_examples);
  const test = score('test', options.test_examples);
  const validation = objective.split === 'validation' ? score('validation', options.test_examples) : null;
  return {
    type: 'evaluation',
    update,
    train_loss: logNumber(train.loss),
    train_robust_loss: logNumber(train.robustLoss),
    test_loss: logNumber(test.loss),
    test_robust_loss: logNumber(test.robustLoss),
    test_acc: test.accuracy,
    test_robust_acc: test.robustAccuracy,
    ...(validation === null ? {} : validationColumns(validation)),
  };
}

function validationColumns({ loss, robustLoss }: SplitScore): Partial<LogEvaluation> {
  return { validation_loss: logNumber(loss), validation_robust_loss: logNumber(robustLoss) };
}

/** The row of a diverged run: no loss exists, and weights that are not finite classify nothing rightly. */
export function divergedEvaluation(update: number): LogEvaluation {
  return {
    type: 'evaluation',
    update,
    train_loss: 'nan',
    train_robust_loss: 'nan',
    test_loss: 'nan',
    test_robust_loss: 'nan',
    test_acc: 0,
    test_robust_acc: 0,
  };
}

function evaluationAttack({ attack }: Workload, options: EvaluationOptions): Attack | null {
  if (attack === null) return null;
  if (options.attack !== undefined) return createAttack(options.attack);
  return attack.spec === null ? attack : createAttack(scoringAttack(attack.spec));
}

function scoreSplit(
  workload: Workload,
  network: Network,
  attack: Attack | null,
  options: { split: Split; count: number; batch_size: number; seed: number },
): SplitScore {
  const examples = workload.dataset[options.split];
  const loss = lossOf(workload);
  const indices = fixedSubset(workload.dataset, options);
  const stream = randomStream(options.seed, `evaluation/${options.split}/attack`);
  const clean = { loss: 0, hits: 0 };
  const robust = { loss: 0, hits: 0 };
  const add = (sums: typeof clean, inputs: Float32Array, labels: Int32Array): void => {
    const logits = network.logits(inputs);
    sums.loss += lossesOf(loss, logits, labels).reduce((sum, value) => sum + value, 0);
    sums.hits += predictions(logits, network.classes).filter((c, i) => c === labels[i]).length;
  };
  for (let first = 0; first < indices.length; first += options.batch_size) {
    const batch = gatherBatch(examples, indices.subarray(first, first + options.batch_size));
    add(clean, batch.inputs, batch.labels);
    add(robust, perturbInputs(network, batch, { loss, attack, stream }), batch.labels);
  }
  const mean = (sum: number): number => sum / indices.length;
  return {
    loss: mean(clean.loss),
    accuracy: mean(clean.hits),
    robustLoss: mean(robust.loss),
    robustAccuracy: mean(robust.hits),
  };
}

/** The first examples of a permutation that depends on the evaluation seed alone, in ascending order. */
function fixedSubset(
  dataset: Dataset,
  { split, count, seed }: { split: Split; count: number; seed: number },
): Int32Array {
  const stream = randomStream(seed, `evaluation/${split}/examples`);
  const order = Int32Array.from({ length: dataset[split].count }, (_, i) => i);
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, count).sort();
}
