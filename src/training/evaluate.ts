import type { EvaluationOptions, Objective } from '../artifacts/experiment/experiment.js';
import type { LogEvaluation } from '../artifacts/training-log/training-log.js';
import { randomStream } from '../math/random.js';
import { evaluationAttacks, inTrainingBall, scoringAttack } from '../attacks/evaluation.js';
import type { Network } from '../networks/network.js';
import type { Dataset, Workload } from '../workloads/workload.js';
import { logNumber } from '../artifacts/shared/log-number.js';
import { gatherBatch, lossOf } from './minibatch.js';
import { outcomesAt, worstCase, type Outcomes, type ScoringAttack } from './worst-case.js';

export type Split = 'train' | 'validation' | 'test';

/** When weights are evaluated, and for what. */
export interface EvaluationMoment {
  /** Updates done. */
  readonly update: number;
  readonly objective: Objective;
  /** Validation examples that a stopping rule has seen: the last ones of their permutation, which are not scored. */
  readonly lookedAt?: number;
}

interface SplitScore {
  readonly loss: number;
  readonly accuracy: number;
  readonly robustLoss: number;
  readonly robustAccuracy: number;
  /** The classes that clean examples are given. */
  readonly predicted: ReadonlySet<number>;
  /** Of each attack: its own robust accuracy where all examples were attacked, and the one so far. */
  readonly attacks: readonly { readonly alone: number | null; readonly together: number }[];
}

/**
 * Losses and accuracies of weights on fixed examples: the same examples, batches and attack noise for every run,
 * whatever its seed (where misclassified examples are spared, the noise depends on who is left). The attack is the
 * evaluation's own, or PGD with 10 steps and one start on the training attack's ball; without an attack the robust
 * figures are the clean ones. Robust figures are of the worst case of each example, its clean input included. An
 * objective on the validation split has its validation losses scored too, on as many examples as the test split.
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
  { update, objective, lookedAt = 0 }: EvaluationMoment,
): LogEvaluation {
  const attacks = scoringAttacks(workload, options);
  const score = (split: Split, count: number): SplitScore =>
    scoreSplit(workload, network, attacks, { ...options, split, count });
  const train = score('train', options.train_examples);
  const test = score('test', options.test_examples);
  const unseen = Math.min(options.test_examples, workload.dataset.validation.count - lookedAt);
  const validation = objective.split === 'validation' ? score('validation', unseen) : null;
  return {
    type: 'evaluation',
    update,
    train_loss: logNumber(train.loss),
    train_robust_loss: logNumber(train.robustLoss),
    test_loss: logNumber(test.loss),
    test_robust_loss: logNumber(test.robustLoss),
    test_acc: test.accuracy,
    test_robust_acc: test.robustAccuracy,
    ...constantColumn(train, test),
    ...(validation === null ? {} : validationColumns(validation)),
    ...attackColumns(attacks, test),
  };
}

/** The class of a network that gives every clean example the same one, which scores need not show where classes are imbalanced. */
function constantColumn(train: SplitScore, test: SplitScore): Partial<LogEvaluation> {
  const [first, ...others] = new Set([...train.predicted, ...test.predicted]);
  return others.length === 0 ? { constant_class: first } : {};
}

function validationColumns({ loss, robustLoss }: SplitScore): Partial<LogEvaluation> {
  return { validation_loss: logNumber(loss), validation_robust_loss: logNumber(robustLoss) };
}

/** Which attack it was; of several what each has come to. */
function attackColumns(attacks: readonly ScoringAttack[], { attacks: found }: SplitScore): Partial<LogEvaluation> {
  if (attacks.length === 0) return {};
  if (attacks.length === 1) return { attack: attacks[0].name };
  return {
    attack: `the worst case of ${attacks.length} attacks`,
    test_attacks: found.map(({ alone, together }, i) => ({
      attack: attacks[i].name,
      ...(alone === null ? {} : { robust_acc: alone }),
      worst_case_acc: together,
    })),
  };
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

/** What the robust figures of a workload are scored with; none where it has no attack. */
export function scoringAttacks(
  { attack, dataset }: Workload,
  options: Pick<Partial<EvaluationOptions>, 'attack'>,
): readonly ScoringAttack[] {
  if (attack === null) return [];
  if (options.attack !== undefined)
    return evaluationAttacks(inTrainingBall(options.attack, attack.spec), dataset.classes);
  if (attack.spec === null) return [{ name: "the workload's own attack", spec: null, starts: [attack] }];
  return evaluationAttacks(scoringAttack(attack.spec), dataset.classes);
}

function scoreSplit(
  workload: Workload,
  network: Network,
  attacks: readonly ScoringAttack[],
  options: EvaluationOptions & { readonly split: Split; readonly count: number },
): SplitScore {
  const examples = workload.dataset[options.split];
  const loss = lossOf(workload);
  const indices = fixedSubset(workload.dataset, options);
  const stream = randomStream(options.seed, `evaluation/${options.split}/attack`);
  const sums = { clean: noneYet(), robust: noneYet(), attacks: attacks.map(() => ({ alone: 0, together: 0 })) };
  const predicted = new Set<number>();
  for (let first = 0; first < indices.length; first += options.batch_size) {
    const batch = gatherBatch(examples, indices.subarray(first, first + options.batch_size));
    const clean = outcomesAt(network, batch, loss);
    clean.classes.forEach((each) => predicted.add(each));
    const worst = worstCase(network, batch, attacks, { clean, loss, stream, spare: options.spare_misclassified });
    add(sums.clean, clean);
    add(sums.robust, worst);
    worst.attacks.forEach(({ alone, together }, i) => {
      sums.attacks[i].alone += alone === null ? NaN : rightOf(alone);
      sums.attacks[i].together += rightOf(together);
    });
  }
  const mean = (sum: number): number => sum / indices.length;
  return {
    loss: mean(sums.clean.loss),
    accuracy: mean(sums.clean.right),
    robustLoss: mean(sums.robust.loss),
    robustAccuracy: mean(sums.robust.right),
    predicted,
    attacks: sums.attacks.map(({ alone, together }) => ({
      alone: Number.isNaN(alone) ? null : mean(alone),
      together: mean(together),
    })),
  };
}

interface Sums {
  loss: number;
  right: number;
}

function noneYet(): Sums {
  return { loss: 0, right: 0 };
}

function add(sums: Sums, { losses, wrong }: Outcomes): void {
  sums.loss += losses.reduce((sum, value) => sum + value, 0);
  sums.right += rightOf(wrong);
}

/** How many are rightly classified. */
export function rightOf(wrong: Uint8Array): number {
  return wrong.reduce((sum, value) => sum + 1 - value, 0);
}

/** The first examples of `shuffledIndices`, in ascending order. */
export function fixedSubset(
  dataset: Dataset,
  { count, ...permutation }: { readonly split: Split; readonly count: number; readonly seed: number },
): Int32Array {
  return shuffledIndices(dataset, permutation).slice(0, count).sort();
}

/** All examples of a split in an order that depends on the evaluation seed alone. */
export function shuffledIndices(
  dataset: Dataset,
  { split, seed }: { readonly split: Split; readonly seed: number },
): Int32Array {
  const stream = randomStream(seed, `evaluation/${split}/examples`);
  const order = Int32Array.from({ length: dataset[split].count }, (_, i) => i);
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
