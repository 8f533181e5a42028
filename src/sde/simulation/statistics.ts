const max = Math.max;
const min = Math.min;
const sqrt = Math.sqrt;

/** Shares of the ensemble below the quantiles. */
export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
/** Half-width of a band, in standard errors: 95 %. */
export const BAND = 1.96;

/** A sample's moments and quantiles, with what their estimates may be off. */
export interface Summary {
  readonly mean: number;
  readonly mean_error: number;
  readonly variance: number;
  readonly variance_error: number;
  readonly quantiles: number[];
  /** 95 % bands, by the order statistics on either side. */
  readonly quantile_bands: [number, number][];
}

/**
 * Mean (with s / sqrt(n)), variance (with sqrt((m4 - s^4) / n)), and quantiles with distribution-free bands: the order
 * statistics n p +- 1.96 sqrt(n p (1 - p)).
 * @param sample - two numbers or more; it is sorted in place
 */
export function summaryOf(sample: Float64Array): Summary {
  const n = sample.length;
  const mean = sample.reduce((sum, value) => sum + value, 0) / n;
  let [squares, fourths] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const square = (sample[i] - mean) ** 2;
    squares += square;
    fourths += square * square;
  }
  const variance = squares / (n - 1);
  sample.sort();
  const rank = (k: number): number => sample[max(0, min(n - 1, Math.round(k)))];
  return {
    mean,
    mean_error: sqrt(variance / n),
    variance,
    variance_error: sqrt(max(0, fourths / n - variance * variance) / n),
    quantiles: QUANTILES.map((p) => rank(n * p - 0.5)),
    quantile_bands: QUANTILES.map((p): [number, number] => {
      const aside = BAND * sqrt(n * p * (1 - p));
      return [rank(n * p - 0.5 - aside), rank(n * p - 0.5 + aside)];
    }),
  };
}
