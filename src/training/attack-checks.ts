import type { EvaluationOptions } from '../artifacts/experiment/experiment.js';
import type { LogEvaluation, ScoreChecks, ScoreWarning } from '../artifacts/training-log/training-log.js';
import { randomStream } from '../math/random.js';
import { randomSearch } from '../attacks/random-search.js';
import { ballOf } from '../attacks/controls.js';
import { evaluationAttacks, evaluationCost } from '../attacks/evaluation.js';
import type { AttackBall } from '../attacks/index.js';
import { gradientOf } from '../losses/index.js';
import type { Network, LabelledInputs } from '../networks/network.js';
import type { Workload } from '../workloads/workload.js';
import { fixedSubset, rightOf, scoringAttacks } from './evaluate.js';
import { logNumber } from '../artifacts/shared/log-number.js';
import { gatherBatch, lossOf } from './minibatch.js';
import { outcomesAt, worstCase, type ScoringAttack } from './worst-case.js';

/** How far a sum of probabilities is from 1 at most. */
const SOFTMAX_TOLERANCE = 1e-5;
/** What gradients find where cross-entropy is not the worst for the margin: 20 steps along the margin, best point kept. */
const MARGIN_ASCENT = { type: 'pgd', steps: 20, loss: 'margin', keep: 'best' } as const;
/** By how much random search must beat both: two tenths of a point (Croce & Hein 2020), and one example more. */
const MASKING_SHARE = 0.002;

/**
 * The warnings of AutoAttack (Croce & Hein 2020), looked for on some of the test examples: randomised outputs, outputs
 * that are probabilities, input gradients that are exactly zero, and masked gradients, which a search without gradients
 * in the same ball betrays by finding what neither the attack nor an ascent along the margin does. Nothing is charged
 * for it.
 */
export function checkScores(
  workload: Workload,
  network: Network,
  options: EvaluationOptions,
): Pick<LogEvaluation, 'checks' | 'warnings'> {
  if (options.checks === null) return {};
  const { examples: count } = options.checks;
  const indices = fixedSubset(workload.dataset, { split: 'test', count, seed: options.seed });
  const checks = joined(
    inBatches(indices, options.batch_size).map((some) => checkBatch(workload, network, options, some)),
  );
  return { checks, warnings: warningsOf(checks) };
}

function inBatches(indices: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(indices.length / size) }, (_, i) => indices.subarray(i * size, (i + 1) * size));
}

function checkBatch(
  workload: Workload,
  network: Network,
  options: EvaluationOptions,
  indices: Int32Array,
): ScoreChecks {
  const batch = gatherBatch(workload.dataset.test, indices);
  const first = network.logits(batch.inputs).slice();
  const second = network.logits(batch.inputs);
  const n = indices.length;
  return {
    examples: n,
    logit_difference: logNumber(largestDifference(first, second)),
    softmax_outputs: areProbabilities(first, network.classes),
    zero_gradients: zeroGradients(workload, network, batch) / n,
    ...masking(workload, network, options, batch),
  };
}

/** NaN only where one of two numbers is none. */
function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, x, i) => (Object.is(x, b[i]) ? largest : Math.max(largest, Math.abs(x - b[i]))), 0);
}

function areProbabilities(outputs: Float32Array, classes: number): boolean {
  for (let first = 0; first < outputs.length; first += classes) {
    const row = outputs.subarray(first, first + classes);
    const sum = row.reduce((total, value) => total + value, 0);
    if (!(Math.abs(sum - 1) <= SOFTMAX_TOLERANCE) || row.some((value) => value < 0)) return false;
  }
  return true;
}

/** How many examples have a gradient of the loss in the input without a single value that is not 0. */
function zeroGradients(workload: Workload, network: Network, { inputs, labels }: LabelledInputs): number {
  const head = gradientOf(lossOf(workload), labels, new Float64Array(labels.length));
  const gradients = network.inputGradient(inputs, head);
  const d = network.inputSize;
  return labels.filter((_, i) => gradients.subarray(i * d, (i + 1) * d).every((value) => value === 0)).length;
}

/** What the attack leaves, an ascent along the margin of that, and random search of that; without a ball the cost alone. */
function masking(
  workload: Workload,
  network: Network,
  options: EvaluationOptions,
  batch: LabelledInputs,
): Pick<ScoreChecks, 'robust_acc' | 'margin_acc' | 'random_search_acc' | 'n_forward_evals' | 'n_grad_evals'> {
  const n = batch.labels.length;
  const attacks = scoringAttacks(workload, options);
  const ball = ballSearched(attacks);
  if (ball === null) return { n_forward_evals: 2 * n, n_grad_evals: n };
  const loss = lossOf(workload);
  const stream = randomStream(options.seed, 'evaluation/checks/attack');
  const clean = outcomesAt(network, batch, loss);
  const ascents = evaluationAttacks({ ...MARGIN_ASCENT, ...ball }, network.classes);
  const { attacks: found } = worstCase(network, batch, [...attacks, ...ascents], { clean, loss, stream, spare: true });
  const [attacked, along] = found.slice(-2).map(({ together }) => together);
  const left = Int32Array.from([...along.keys()].filter((i) => along[i] === 0));
  const { queries } = options.checks!;
  const { inputShape } = workload.dataset;
  const search = { ...ball, queries, inputShape, stream: randomStream(options.seed, 'evaluation/checks/search') };
  const margins = left.length === 0 ? [] : [...randomSearch(network, gatherBatch(batch, left), search)];
  return {
    robust_acc: rightOf(attacked) / n,
    margin_acc: left.length / n,
    random_search_acc: margins.filter((value) => value <= 0).length / n,
    n_forward_evals: 3 * n + left.length * (queries + 1),
    n_grad_evals: n * (1 + evaluationCost(attacks)) + rightOf(attacked) * MARGIN_ASCENT.steps,
  };
}

/** The ball of the first attack that has one. */
function ballSearched(attacks: readonly ScoringAttack[]): AttackBall | null {
  for (const { spec } of attacks) {
    const ball = spec === null ? null : ballOf(spec);
    if (ball !== null && ball.eps !== 0) return ball;
  }
  return null;
}

/** Batches as one: shares weighted by their examples. */
function joined(parts: readonly ScoreChecks[]): ScoreChecks {
  const examples = parts.reduce((sum, part) => sum + part.examples, 0);
  const total = (of: (part: ScoreChecks) => number): number => parts.reduce((sum, part) => sum + of(part), 0);
  const share = (of: (part: ScoreChecks) => number): number => total((part) => of(part) * part.examples) / examples;
  const differences = parts.map((part) => Number(part.logit_difference));
  const { random_search_acc } = parts[0];
  return {
    examples,
    logit_difference: logNumber(differences.some(Number.isNaN) ? NaN : Math.max(...differences)),
    softmax_outputs: parts.every((part) => part.softmax_outputs),
    zero_gradients: share((part) => part.zero_gradients),
    ...(random_search_acc === undefined
      ? {}
      : {
          robust_acc: share((part) => part.robust_acc!),
          margin_acc: share((part) => part.margin_acc!),
          random_search_acc: share((part) => part.random_search_acc!),
        }),
    n_forward_evals: total((part) => part.n_forward_evals),
    n_grad_evals: total((part) => part.n_grad_evals),
  };
}

/** One sentence for each sign. */
export function warningsOf(checks: ScoreChecks): ScoreWarning[] {
  const { examples, logit_difference, softmax_outputs, zero_gradients, margin_acc = 0, random_search_acc = 0 } = checks;
  const warnings: ScoreWarning[] = [];
  if (logit_difference !== 0) {
    const message = `Two equal forward passes differ by ${logit_difference}: score a model with random outputs over many draws.`;
    warnings.push({ code: 'randomised_outputs', message });
  }
  if (softmax_outputs) {
    const message = 'The outputs are probabilities: give logits, because a second softmax flattens the gradients.';
    warnings.push({ code: 'softmax_outputs', message });
  }
  if (zero_gradients > 0) {
    const message = `The input gradient is exactly 0 at ${percent(zero_gradients)} of the examples, where no ascent moves: attack with the margin or DLR loss too.`;
    warnings.push({ code: 'zero_gradients', message });
  }
  const gained = margin_acc - random_search_acc;
  if (gained > MASKING_SHARE && gained * examples > 1.5) {
    const message = `Random search lowers robust accuracy from the ${percent(margin_acc)} that gradients leave to ${percent(random_search_acc)}: gradients are masked, and robust accuracies too high.`;
    warnings.push({ code: 'masking', message });
  }
  return warnings;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
