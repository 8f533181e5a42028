import { mean } from 'simple-statistics';
import type { DecidingFigure, MethodResult, Results } from '../artifacts/results/results.js';
import { studentInterval } from '../statistics/mean-interval.js';

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
  // One difference has no spread, and so no interval.
  if (differences.length < 2) return { each, mean: differences[0], interval: null };
  return { each, ...studentInterval(differences) };
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
