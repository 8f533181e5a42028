import { mean } from './vectors.js';

/** A mean over independent runs with its standard error; null where a run gave no finite number. */
export interface MeanEstimate {
  readonly mean: number | null;
  readonly standard_error: number | null;
}

/** Of the mean of x: s / sqrt(n), s^2 the sum of the squared deviations over n - 1. */
export function standardErrorOf(values: ArrayLike<number>): number {
  const n = values.length;
  const center = mean(values);
  const squares = Array.from(values).reduce((sum, x) => sum + (x - center) ** 2, 0);
  return Math.sqrt(squares / (n - 1) / n);
}

export function meanEstimate(values: ArrayLike<number>): MeanEstimate {
  const center = mean(values);
  if (!Number.isFinite(center)) return { mean: null, standard_error: null };
  return { mean: center, standard_error: standardErrorOf(values) };
}

/** mean(a) / mean(b) of paired numbers, with its standard error by the linear term: s of (a - ratio b) / mean(b), over sqrt(n). */
export function ratioEstimate(a: ArrayLike<number>, b: ArrayLike<number>): MeanEstimate {
  const [above, below] = [meanEstimate(a).mean, meanEstimate(b).mean];
  if (above === null || below === null || below === 0) return { mean: null, standard_error: null };
  const ratio = above / below;
  const { standard_error } = meanEstimate(Array.from(a, (value, i) => (value - ratio * b[i]) / below));
  return { mean: ratio, standard_error };
}
