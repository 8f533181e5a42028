import { mean } from '../math/vectors.js';
import type { DecidingFigure, MethodResult, Results } from '../artifacts/results/results.js';

/** What a seed's own pilot, estimate and solve came to. */
export type SeedOutcome = Pick<Results['seeds'][number], 'seed' | 'followed' | 'decision'> & {
  readonly coefficients: { readonly unfitted?: string | undefined };
  readonly solution: { readonly status: 'converged' | 'max_iterations' | 'non_finite'; readonly remedy: string } | null;
};

/** A seed whose pilot gave no peak rate: nothing can be trained for it. */
export type FailedSeed = Results['failed_seeds'][number];

/** The method that the fallback is, by name. */
export const FALLBACK_METHOD = 'wsd-at-pilot-peak';

const FALLBACK = "its fallback, WSD at the pilot's peak";

/** Of which seeds the policy is its fallback, in one sentence with the reasons; empty where it is for none. */
export function fallbackClause(seeds: readonly SeedOutcome[], maximumPredictionError: number): string {
  const fallbacks = seeds.filter(isFallback);
  if (fallbacks.length === 0) return '';
  const reasons = fallbackReasons(fallbacks, maximumPredictionError);
  const because =
    reasons.length === 1 ? reasons[0].words : reasons.map(({ n, words }) => `for ${n} ${words}`).join('; ');
  return fallsBackEverywhere(seeds)
    ? `The policy is ${FALLBACK}, for ${allOf(seeds.length)}: ${because}.`
    : `For ${fallbacks.length} of ${seeds.length} seeds the policy is ${FALLBACK}: ${because}.`;
}

function allOf(seeds: number): string {
  if (seeds === 1) return 'the one seed';
  return seeds === 2 ? 'both seeds' : `all ${seeds} seeds`;
}

/** Whether no seed's policy is anything but WSD at the pilot's peak. */
export function fallsBackEverywhere(seeds: readonly SeedOutcome[]): boolean {
  return seeds.length > 0 && seeds.every(isFallback);
}

/** Results from before policies were guarded follow a closure wherever they have one. */
function isFallback({ decision, followed }: SeedOutcome): boolean {
  return decision === undefined ? followed === 'wsd' : !decision.deviated;
}

/** Why, in plain words, with how far the check was missed; one entry for each kind of reason. */
function fallbackReasons(fallbacks: readonly SeedOutcome[], maximumPredictionError: number) {
  const kinds = new Map<string, SeedOutcome[]>();
  for (const seed of fallbacks) {
    const kind = failedCheckOf(seed);
    kinds.set(kind, [...(kinds.get(kind) ?? []), seed]);
  }
  return [...kinds].map(([kind, some]) => ({ n: some.length, words: wordsOf(kind, some, maximumPredictionError) }));
}

function failedCheckOf({ decision, coefficients, solution }: SeedOutcome): string {
  if (decision?.failed_check) return decision.failed_check.check;
  if (coefficients.unfitted !== undefined) return 'fitted';
  return solution?.status === 'non_finite' ? 'solved' : 'predicted';
}

function wordsOf(kind: string, some: readonly SeedOutcome[], maximumPredictionError: number): string {
  const checks = some.flatMap(({ decision }) => decision?.failed_check ?? []);
  const found = checks.flatMap((check) => (check.found === null ? [] : [100 * check.found]));
  const needed = `${100 * (checks[0]?.needed ?? maximumPredictionError)} %`;
  const seen = found.length === 0 ? '' : span(found);
  switch (kind) {
    case 'fitted':
      return `the pilot's runs could not be fitted (${distinct(some.map(({ coefficients }) => coefficients.unfitted!))})`;
    case 'identified':
      return `the pilot's runs do not show what a decay is worth (${distinct(some.map(({ decision }) => decision!.reason))})`;
    case 'predicted':
      return `no model predicted the final losses of left-out pilot runs within ${needed}${seen && ` (the best missed by ${seen})`}`;
    case 'better':
      return `no other schedule was better in ${needed} of the draws of the models that were fitted to the pilot (the best was in ${seen})`;
    case 'finite':
      return 'no draw of the fitted models gave a finite loss';
    default:
      return 'the solver gave values that are not finite for the selected closure';
  }
}

/** "39.5 %", "39.5 to 52.0 %". */
function span(percents: readonly number[]): string {
  const [low, high] = [Math.min(...percents), Math.max(...percents)].map((value) => value.toFixed(1));
  return low === high ? `${low} %` : `${low} to ${high} %`;
}

/** Sentences within brackets: the last one without its stop. */
function distinct(words: readonly string[]): string {
  return [...new Set(words)].join(' ').replace(/\.$/, '');
}

/** Where the solver did not converge, and what to do; nothing where it did for all seeds. */
export function solverSentence(seeds: readonly SeedOutcome[]): string {
  const open = seeds.filter(({ solution }) => solution !== null && solution.status !== 'converged');
  if (open.length === 0) return '';
  const each = open.map(({ seed, solution }) => `seed ${seed}: ${solution!.status}`).join(', ');
  const remedies = [...new Set(open.map(({ solution }) => solution!.remedy))].join(' ');
  return `The solver did not converge for ${open.length} of ${seeds.length} seeds (${each}), so their policies are not those of the fitted equation. ${remedies}`;
}

/** Seeds that no method was trained for. */
export function failedSeedsClause(failed: readonly FailedSeed[], prepared: number): string {
  if (failed.length === 0) return '';
  const each = failed.map(({ seed, reason }) => `seed ${seed}: ${reason}`).join(' ');
  return `${failed.length} of ${failed.length + prepared} seeds are left out of every method, because their pilot failed (${each}).`;
}

/**
 * For how many seeds the guarded policy left its null, WSD at the pilot's peak, and what that brought in the runs themselves;
 * nothing of results without decisions, and where it left it for no seed.
 */
export function decisionSentence(
  seeds: readonly SeedOutcome[],
  methods: readonly MethodResult[],
  figure: DecidingFigure,
): string {
  const decided = seeds.filter(({ decision }) => decision !== undefined);
  if (decided.length === 0) return '';
  const left = decided.filter(({ decision }) => decision!.deviated);
  // The first sentence of the verdict says what the policy is then.
  if (left.length === 0) return '';
  const first = `policy: sgd deviated from its null, WSD at the pilot's peak, for ${left.length} of ${decided.length} seeds`;
  const followed = left.map(({ seed, decision }) => `seed ${seed}: ${decision!.followed}`).join(', ');
  return `${first} (${followed})${gainThere(left, methods, figure)}; everywhere else it is that schedule, rate by rate.`;
}

/** Mean of 1 - loss / loss of the null over the seeds whose policy left it, where the benchmark has both. */
function gainThere(left: readonly SeedOutcome[], methods: readonly MethodResult[], figure: DecidingFigure): string {
  const of = (id: string, seed: number): number | null =>
    methods.find((method) => method.id === id)?.runs.find((run) => run.seed === seed)?.[figure] ?? null;
  const gains = left.flatMap(({ seed }) => {
    const [own, other] = [of('policy', seed), of(FALLBACK_METHOD, seed)];
    return own === null || other === null ? [] : [1 - own / other];
  });
  if (gains.length === 0) return '';
  const gain = mean(gains);
  return `, where its loss is ${Math.abs(100 * gain).toFixed(1)} % ${gain >= 0 ? 'lower' : 'higher'} in the mean`;
}
