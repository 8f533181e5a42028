import { createRequire } from 'node:module';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { DecidingFigure, MethodResult, Results } from '../artifacts/results/results.js';

// The package is CommonJS without type declarations.
const { jStat } = createRequire(import.meta.url)('jstat') as {
  readonly jStat: { readonly studentt: { inv(p: number, degreesOfFreedom: number): number } };
};

/** Fewest seeds on which a verdict rests, as in the benchmark. */
export const FEWEST_SEEDS = 5;

/** Loss of one method less that of another over the same seeds, as a share of the other's mean. */
export interface PairedDifference {
  readonly each: readonly { readonly seed: number; readonly difference: number }[];
  readonly mean: number;
  /** The 95 % interval of the paired t statistic; null for one seed. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** The figure that decides between the methods of a study. */
export function decidingFigure({ decided_by }: Results): DecidingFigure {
  return decided_by?.figure ?? 'train_robust_loss';
}

/**
 * d_i = (a_i - b_i) / mean b over the seeds that both methods have, with the interval mean d +- t_{n-1}(0.975) s / sqrt n.
 * @returns null where a run of either has no finite figure
 */
export function pairedDifference(a: MethodResult, b: MethodResult, figure: DecidingFigure): PairedDifference | null {
  const pairs = a.runs.flatMap((run) => {
    const other = b.runs.find(({ seed }) => seed === run.seed);
    return other === undefined ? [] : [{ seed: run.seed, own: run[figure] ?? null, its: other[figure] ?? null }];
  });
  if (pairs.length === 0 || pairs.some(({ own, its }) => own === null || its === null)) return null;
  const base = mean(pairs.map(({ its }) => its!));
  const each = pairs.map(({ seed, own, its }) => ({ seed, difference: (own! - its!) / base }));
  const differences = each.map(({ difference }) => difference);
  return { each, mean: mean(differences), interval: interval95(differences) };
}

/** The interval of the mean; null for one value. */
export function interval95(values: readonly number[]): [number, number] | null {
  if (values.length < 2) return null;
  const half =
    (jStat.studentt.inv(0.975, values.length - 1) * sampleStandardDeviation([...values])) / Math.sqrt(values.length);
  return [mean([...values]) - half, mean([...values]) + half];
}

/** "4.1 %", "-0.32 %", without digits that say nothing. */
export function percent(share: number): string {
  const value = 100 * share;
  const digits = Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 1 ? 1 : 2;
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)} %`;
}

/** "4.1 % lower", "0.3 % higher". */
export function changeWords(share: number): string {
  return `${percent(Math.abs(share))} ${share < 0 ? 'lower' : 'higher'}`;
}
