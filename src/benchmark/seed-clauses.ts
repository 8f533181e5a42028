import type { Results } from '../artifacts/results/results.js';

/** What a seed's own pilot, estimate and solve came to. */
export type SeedOutcome = Pick<Results['seeds'][number], 'seed' | 'followed'> & {
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
