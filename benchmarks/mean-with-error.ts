import { mean, sampleStandardDeviation } from 'simple-statistics';

/** "1.234 ± 0.005": the mean of figures over seeds and its standard error. */
export function meanWithError(values: number[], digits: number): string {
  const error = values.length < 2 ? NaN : sampleStandardDeviation(values) / Math.sqrt(values.length);
  return `${mean(values).toFixed(digits)} ± ${error.toFixed(digits)}`;
}
