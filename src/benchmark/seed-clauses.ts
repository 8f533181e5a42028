import { mean } from '../math/vectors.js';
import type { DecidingFigure, MethodResult, Results } from '../artifacts/results/results.js';

/** What a seed's own pilot, estimate and solve came to. */
export type SeedOutcome = Pick<Results['seeds'][number], 'seed' | 'followed' | 'decision'> & {
  readonly coefficients: { readonly unfitted?: string | undefined };
  readonly solution: { readonly status: 'converged' | 'max_iterations' | 'non_finite'; readonly remedy: string } | null;
};

/** A seed whose pilot gave no peak rate: nothing can be trained for it. */
export type FailedSeed = Results['failed_seeds'][number];

const FALLBACK = "so the policy there is WSD at the pilot's peak, open loop";

/** Why seeds follow no closure; nothing where all do. */
export function fallbackClause(seeds: readonly SeedOutcome[], maximumPredictionError: number): string {
  const fallbacks = seeds.filter(({ followed }) => followed === 'wsd');
  const unfitted = fallbacks.filter(({ coefficients }) => coefficients.unfitted !== undefined);
  const nonFinite = fallbacks.filter(({ solution }) => solution?.status === 'non_finite');
  const unpredicted = fallbacks.filter((seed) => !unfitted.includes(seed) && !nonFinite.includes(seed));
  const reasons = [...new Set(unfitted.map(({ coefficients }) => coefficients.unfitted))].join(' ');
  const bound = `${100 * maximumPredictionError} %`;
  return [
    clause(unpredicted, seeds, `no closure predicted left-out pilot runs within ${bound}`),
    clause(nonFinite, seeds, 'the solver gave values that are not finite for the selected closure'),
    clause(unfitted, seeds, `the pilot's runs could not be fitted (${reasons})`),
  ]
    .filter(Boolean)
    .join(' ');
}

function clause(some: readonly SeedOutcome[], all: readonly SeedOutcome[], reason: string): string {
  return some.length === 0 ? '' : `For ${some.length} of ${all.length} seeds ${reason}, ${FALLBACK}.`;
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
 * nothing of results without decisions.
 */
export function decisionSentence(
  seeds: readonly SeedOutcome[],
  methods: readonly MethodResult[],
  figure: DecidingFigure,
): string {
  const decided = seeds.filter(({ decision }) => decision !== undefined);
  if (decided.length === 0) return '';
  const left = decided.filter(({ decision }) => decision!.deviated);
  const first = `policy: sgd deviated from its null, WSD at the pilot's peak, for ${left.length} of ${decided.length} seeds`;
  if (left.length === 0) {
    const reasons = [...new Set(decided.map(({ decision }) => decision!.reason))];
    return `${first}: everywhere else it is that schedule, rate by rate. ${reasons.length === 1 ? reasons[0] : ''}`.trim();
  }
  const followed = left.map(({ seed, decision }) => `seed ${seed}: ${decision!.followed}`).join(', ');
  return `${first} (${followed})${gainThere(left, methods, figure)}; everywhere else it is that schedule, rate by rate.`;
}

/** Mean of 1 - loss / loss of the null over the seeds whose policy left it, where the benchmark has both. */
function gainThere(left: readonly SeedOutcome[], methods: readonly MethodResult[], figure: DecidingFigure): string {
  const of = (id: string, seed: number): number | null =>
    methods.find((method) => method.id === id)?.runs.find((run) => run.seed === seed)?.[figure] ?? null;
  const gains = left.flatMap(({ seed }) => {
    const [own, other] = [of('policy', seed), of('wsd-at-pilot-peak', seed)];
    return own === null || other === null ? [] : [1 - own / other];
  });
  if (gains.length === 0) return '';
  const gain = mean(gains);
  return `, where its loss is ${Math.abs(100 * gain).toFixed(1)} % ${gain >= 0 ? 'lower' : 'higher'} in the mean`;
}
