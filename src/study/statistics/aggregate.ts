import { mean } from 'simple-statistics';
import { randomStream, type RandomStream } from '../../math/random.js';

/** Normalised scores of one method, higher is better: for each workload the scores of its runs. */
export type ScoreTable = readonly (readonly number[])[];

/** A point estimate with the ends of its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Interquartile mean: the mean of the middle half of all runs of all workloads together, as scipy.stats.trim_mean(scores, 0.25) cuts
 * floor(n / 4) at each end (Agarwal et al. 2021, arXiv 2108.13264, rliable's aggregate_iqm).
 */
export function interquartileMean(table: ScoreTable): number {
  const sorted = table.flat().sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

/**
 * Performance profile: the share of runs whose score is above tau, every workload with the same weight (rliable's score
 * distribution).
 *
 * @returns the share at each tau
 */
export function performanceProfile(table: ScoreTable, taus: readonly number[]): number[] {
  return taus.map((tau) => mean(table.map((scores) => mean(scores.map((score) => Number(score > tau))))));
}

/**
 * Probability of improvement of X over Y: for each workload P(X > Y) + P(X = Y) / 2 over all pairs of runs, the Mann-Whitney
 * statistic over the number of pairs, averaged over the workloads (rliable's probability_of_improvement).
 */
export function probabilityOfImprovement(x: ScoreTable, y: ScoreTable): number {
  return mean(x.map((scores, i) => mean(scores.flatMap((a) => y[i].map((b) => (a > b ? 1 : a === b ? 0.5 : 0))))));
}

/**
 * 95 % percentile interval of a statistic by the stratified bootstrap: the runs of every workload are drawn again with
 * replacement, workload by workload.
 *
 * @param tables - one, or several whose workloads are drawn independently of one another
 * @param statistic - of tables of the same shapes
 */
export function stratifiedBootstrap(
  tables: readonly ScoreTable[],
  statistic: (...tables: readonly ScoreTable[]) => number,
  { replications, seed, name }: { readonly replications: number; readonly seed: number; readonly name: string },
): Interval {
  const stream = randomStream(seed, `study/bootstrap/${name}`);
  const drawn = Array.from({ length: replications }, () =>
    statistic(...tables.map((table) => resampled(table, stream))),
  );
  drawn.sort((a, b) => a - b);
  return { value: statistic(...tables), low: percentile(drawn, 0.025), high: percentile(drawn, 0.975) };
}

function resampled(table: ScoreTable, stream: RandomStream): ScoreTable {
  return table.map((scores) => scores.map(() => scores[stream.integer(scores.length)]));
}

/** Linear between order statistics, as numpy.percentile. */
function percentile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
