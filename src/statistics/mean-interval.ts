import { mean, quantileSorted, sampleStandardDeviation } from 'simple-statistics';
import type { Comparison } from '../artifacts/results/results.js';
import { randomStream, type RandomStream } from '../math/random.js';
import { FEWEST_SEEDS } from './significance.js';
import { studentT } from './student-t.js';

/** Seeds from which on an interval is a bootstrap's, which need not take differences for normal. */
const FEWEST_FOR_BOOTSTRAP = 10;

const RESAMPLES = 10_000;

/** Half of what a 95 % interval leaves out. */
const TAIL = 0.025;

type Interval = NonNullable<Comparison['interval']>;

/**
 * A 95 % interval of the mean of n paired differences, for one comparison alone. With m their mean and s its standard error,
 *
 *     5 <= n < 10    [m - t s, m + t s]                        t: the 0.975 quantile of Student's t with n - 1 degrees of freedom
 *     n >= 10        [m - q(0.975) s, m - q(0.025) s]          q: quantiles of (m* - m) / s* over resamples
 *
 * The second is the studentised bootstrap (Efron and Tibshirani 1993, section 12.5), which allows for skew; its resamples
 * come from a stream of their own, so that the same differences have the same interval.
 *
 * @param differences - one for each seed, null where a run has no finite figure
 * @returns null below five seeds, and where a difference is null
 */
export function meanInterval(differences: readonly (number | null)[]): Interval | null {
  const finite = differences.filter((value): value is number => value !== null);
  if (finite.length < differences.length || finite.length < FEWEST_SEEDS) return null;
  if (finite.length < FEWEST_FOR_BOOTSTRAP) {
    const [low, high] = studentInterval(finite).interval;
    return { method: 'student_t', low, high };
  }
  const [center, error] = [mean(finite), standardError(finite)];
  const [low, high] = error === 0 ? [0, 0] : bootstrapQuantiles(finite, randomStream(0, 'verdict/bootstrap'));
  return { method: 'bootstrap_t', low: center - high * error, high: center - low * error };
}

/** Mean of n differences d, and its 95 % interval by Student's t: mean(d) +- t_{.975, n-1} s / sqrt(n). */
export function studentInterval(differences: number[]): { readonly mean: number; readonly interval: [number, number] } {
  const center = mean(differences);
  const half = studentT.inv(1 - TAIL, differences.length - 1) * standardError(differences);
  return { mean: center, interval: [center - half, center + half] };
}

/** Of the studentised means of resamples; one without a spread has none, and is left out. */
function bootstrapQuantiles(values: readonly number[], stream: RandomStream): [number, number] {
  const center = mean([...values]);
  const studentised: number[] = [];
  for (let b = 0; b < RESAMPLES; b += 1) {
    const drawn = values.map(() => values[stream.integer(values.length)]);
    const error = standardError(drawn);
    if (error > 0) studentised.push((mean(drawn) - center) / error);
  }
  studentised.sort((a, b) => a - b);
  return [quantileSorted(studentised, TAIL), quantileSorted(studentised, 1 - TAIL)];
}

/** s / sqrt(n), with s the sample's standard deviation; for two values or more. */
export function standardError(values: readonly number[]): number {
  return sampleStandardDeviation([...values]) / Math.sqrt(values.length);
}
