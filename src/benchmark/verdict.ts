import {
  figureSummary,
  type Comparison,
  type DecidedBy,
  type MethodResult,
  type Results,
} from '../artifacts/results/results.js';
import {
  decisionSentence,
  failedSeedsClause,
  fallbackClause,
  fallsBackEverywhere,
  solverSentence,
  type FailedSeed,
  type SeedOutcome,
} from './seed-clauses.js';
import { FEWEST_SEEDS } from '../statistics/significance.js';

interface VerdictInput {
  readonly methods: readonly MethodResult[];
  readonly bestFixed: MethodResult;
  readonly comparisons: readonly Comparison[];
  /** The figure that the comparisons are of. */
  readonly decidedBy: DecidedBy;
  readonly gridSize: number;
  /** Rates that were added beyond the ends of the grid; they count in its size. */
  readonly added?: readonly number[];
  readonly atGridEnd: boolean;
  readonly seeds: readonly SeedOutcome[];
  readonly failed: readonly FailedSeed[];
  readonly maximumPredictionError: number;
  /** Sentences on what the benchmark could not compare. */
  readonly leftOut?: readonly string[];
}

/** The verdict in words: first against the best fixed rate, then against every rival, losses told like wins. */
export function verdict(input: VerdictInput): Results['verdict'] {
  const policy = input.methods.find((method) => method.family === 'policy')!;
  const against = (id: string): Comparison => input.comparisons.find((comparison) => comparison.against === id)!;
  const won = against(input.bestFixed.id).outcome === 'better';
  const rivals = input.methods.filter((method) => method.family !== 'policy' && method.family !== 'fixed');
  return {
    won,
    sentences: [
      [
        failedSeedsClause(input.failed, input.seeds.length),
        fallbackClause(input.seeds, input.maximumPredictionError),
        firstSentence(policy, input, against(input.bestFixed.id)),
        gridClause(input),
        input.decidedBy.note,
      ]
        .filter(Boolean)
        .join(' '),
      ...[decisionSentence(input.seeds, input.methods, input.decidedBy.figure)].filter(Boolean),
      ...rivals.map((rival) => rivalSentence(rival, against(rival.id), input.decidedBy)),
      deathSentence(policy),
      ...[constantSentence(input.methods)].filter(Boolean),
      ...[solverSentence(input.seeds)].filter(Boolean),
      ...(input.leftOut ?? []),
    ],
  };
}

function firstSentence(
  policy: MethodResult,
  { bestFixed, gridSize, decidedBy, seeds }: VerdictInput,
  comparison: Comparison,
): string {
  const subject = fallsBackEverywhere(seeds) ? 'This fallback' : 'The policy';
  const best = gridSize === 1 ? 'the fixed rate' : 'the best fixed rate';
  const rate = isFinite(bestFixed, decidedBy) ? `${best} ${bestFixed.rate}` : 'any fixed rate';
  return (
    `${subject} ${outcomeWords(comparison, rate)}: ${decidedBy.words} ${loss(policy, decidedBy)} against ${loss(bestFixed, decidedBy)} ` +
    `(paired difference ${signed(comparison)} over ${counted(policy.runs.length, 'seed')}), at a cost of ${policy.summary.cost_in_runs.toFixed(2)} runs, ` +
    `pilot included, against the ${counted(gridSize, 'run')} of the grid.`
  );
}

/** What the comparison with the best fixed rate shows, as the rest of a sentence about the policy. */
function outcomeWords({ outcome, difference }: Comparison, rate: string): string {
  switch (outcome) {
    case 'better':
      return `is better than ${rate}`;
    case 'worse':
      return `is worse than ${rate}`;
    case 'too_few_seeds':
      return `has a ${difference! < 0 ? 'lower' : 'higher'} mean than ${rate}, and a verdict needs ${FEWEST_SEEDS} seeds`;
    case 'not_finite':
      return `cannot be compared with ${rate}, because a run ended without a finite loss`;
    default:
      return `shows no difference to ${rate}`;
  }
}

/** "1 seed", "3 seeds". */
function counted(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}

function gridClause({ bestFixed, gridSize, added = [], atGridEnd, decidedBy }: VerdictInput): string {
  const extended =
    added.length === 0
      ? ''
      : ` Beyond the ends of the grid ${listed(added)} ${added.length === 1 ? 'was' : 'were'} added.`;
  if (!isFinite(bestFixed, decidedBy)) return `No fixed rate of the grid ended with a finite loss.${extended}`;
  if (gridSize === 1) return 'It is the only fixed rate that was tried.';
  const chosen = `The best fixed rate was chosen on the same seeds that are reported here, which favours it.${extended}`;
  return atGridEnd ? `${chosen} It is an end of the grid: a rate beyond ${bestFixed.rate} might be better.` : chosen;
}

/** "1.6", "1.6 and 3.2", "1.6, 3.2 and 6.4". */
function listed(values: readonly number[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(', ')} and ${values.at(-1)}`;
}

function isFinite(method: MethodResult, { figure }: DecidedBy): boolean {
  return figureSummary(method, figure).mean !== null;
}

function rivalSentence(rival: MethodResult, comparison: Comparison, decidedBy: DecidedBy): string {
  if (comparison.outcome === 'itself') return `${capitalised(rival.label)}: what the policy is, so no rival.`;
  if (comparison.difference === null)
    return `Against ${rival.label}: no paired difference (a run without a finite loss).`;
  const word = RIVAL_WORDS[comparison.outcome ?? 'not_shown'];
  return `Against ${rival.label} (${loss(rival, decidedBy)}, ${rival.summary.cost_in_runs.toFixed(2)} runs): ${word} (${signed(comparison)}).`;
}

const RIVAL_WORDS: Readonly<Record<NonNullable<Comparison['outcome']>, string>> = {
  better: 'the policy is better',
  worse: 'the policy is worse',
  not_shown: 'no difference shown',
  too_few_seeds: 'too few seeds for a verdict',
  not_finite: 'not finite',
  itself: 'itself',
};

function capitalised(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

function deathSentence(policy: MethodResult): string {
  const { dead } = policy.summary;
  return dead === 0 ? 'No run under the policy died.' : `${dead} of ${policy.runs.length} runs under the policy died.`;
}

/** Methods whose networks give every example one class, with the accuracy of that guess; nothing where there are none. */
function constantSentence(methods: readonly MethodResult[]): string {
  const found = methods.flatMap(({ label, runs }) => {
    const constant = runs.filter((run) => run.constant_class !== undefined);
    return constant.length === 0 ? [] : [{ label, runs, constant }];
  });
  if (found.length === 0) return '';
  const each = found.map(({ label, runs, constant }) => `${label} (${constant.length} of ${runs.length} seeds)`);
  const accuracies = found.flatMap(({ constant }) => constant.flatMap(({ test_acc }) => test_acc ?? []));
  const guess = accuracies.length === 0 ? '' : `, which is right for ${percents(accuracies)} of the test examples`;
  return `Constant predictions: ${each.join('; ')}. Their networks give every example the same class${guess}.`;
}

/** "62.7 %", "37.4 to 62.7 %". */
function percents(shares: readonly number[]): string {
  const [low, high] = [Math.min(...shares), Math.max(...shares)].map((share) => (100 * share).toFixed(1));
  return low === high ? `${low} %` : `${low} to ${high} %`;
}

function loss(method: MethodResult, { figure }: DecidedBy): string {
  const { mean, standard_error } = figureSummary(method, figure);
  if (mean === null) return 'not finite';
  return standard_error === null ? mean.toFixed(4) : `${mean.toFixed(4)} ± ${standard_error.toFixed(4)}`;
}

function signed(comparison: Comparison): string {
  const { difference, standard_error, relative } = comparison;
  if (difference === null || relative === null) return 'not finite';
  const error = standard_error === null ? '' : ` ± ${standard_error.toFixed(4)}`;
  const share = `${relative < 0 ? '−' : '+'}${Math.abs(100 * relative).toFixed(1)} %`;
  return `${sign(difference)}${error}, ${share}${intervalWords(comparison.interval)}`;
}

/** Nothing below five seeds. */
function intervalWords(interval: Comparison['interval']): string {
  if (interval === null || interval === undefined) return '';
  return `, 95 % interval ${sign(interval.low)} to ${sign(interval.high)}`;
}

function sign(value: number): string {
  return (value < 0 ? '−' : '+') + Math.abs(value).toFixed(4);
}
