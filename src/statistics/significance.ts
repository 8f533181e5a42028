import type { Comparison } from '../artifacts/results/results.js';
import { studentT } from './student-t.js';

/** Fewest seeds on which a verdict rests. */
export const FEWEST_SEEDS = 5;

/** Largest Holm-adjusted p of a difference that is shown. */
const LEVEL = 0.05;

/** A mean difference over the same seeds, before it is judged. */
export type Difference = Pick<Comparison, 'against' | 'difference' | 'standard_error' | 'relative' | 'interval'>;

interface Judgement {
  readonly seeds: number;
  readonly smallest: number;
  /** Methods that the policy is, for every seed. */
  readonly itself?: readonly string[];
}

/**
 * Judges the policy against each method of a family, all by one rule. With d the mean of n paired differences and s its standard
 * error, p is that of the paired t test, 2 P(t_{n-1} > |d| / s), adjusted over the family by Holm's step-down method (1979):
 *
 *     better, worse   adjusted p < 0.05, and |d| at least `smallest` of the other method's mean
 *     not_shown       otherwise
 *     too_few_seeds   n < 5
 *     not_finite      a run has no finite figure
 *     itself          the policy is that method: no comparison, and none of the family
 *
 * @param smallest - the smallest difference that counts, as a share, declared before the run
 */
export function judged(differences: readonly Difference[], { seeds, smallest, itself = [] }: Judgement): Comparison[] {
  const isItself = ({ against }: Difference): boolean => itself.includes(against);
  const adjusted = holm(differences.map((one) => (isItself(one) ? null : pairedP(one, seeds))));
  return differences.map((difference, i) => ({
    ...difference,
    p_value: adjusted[i],
    outcome: isItself(difference) ? 'itself' : outcomeOf(difference, adjusted[i], { seeds, smallest }),
  }));
}

/** Two-sided p of the paired t test; null without a spread. */
export function pairedP({ difference, standard_error: error }: Difference, seeds: number): number | null {
  if (difference === null || error === null) return null;
  if (error === 0) return difference === 0 ? 1 : 0;
  return 2 * studentT.cdf(-Math.abs(difference) / error, seeds - 1);
}

/** Holm's adjustment: the k-th smallest of m is multiplied by m - k + 1, and none is below one before it. */
export function holm(values: readonly (number | null)[]): (number | null)[] {
  const ranked = values.flatMap((p, i) => (p === null ? [] : [{ p, i }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = values.map(() => null);
  let largest = 0;
  ranked.forEach(({ p, i }, k) => {
    largest = Math.max(largest, Math.min(1, (ranked.length - k) * p));
    adjusted[i] = largest;
  });
  return adjusted;
}

function outcomeOf(
  { difference, relative }: Difference,
  p: number | null,
  { seeds, smallest }: { readonly seeds: number; readonly smallest: number },
): NonNullable<Comparison['outcome']> {
  if (difference === null || relative === null) return 'not_finite';
  if (seeds < FEWEST_SEEDS) return 'too_few_seeds';
  if (p === null || p >= LEVEL || Math.abs(relative) < smallest) return 'not_shown';
  return difference < 0 ? 'better' : 'worse';
}
