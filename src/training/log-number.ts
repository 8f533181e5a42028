import type { LogNumber } from '../artifacts/shared/log-number.js';

/** A number as training logs write it: the strings "nan", "inf", "-inf" where JSON has no literal. */
export function logNumber(value: number): LogNumber {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** The number that was written so. */
export function numberOf(written: LogNumber): number {
  return typeof written === 'number' ? written : { nan: NaN, inf: Infinity, '-inf': -Infinity }[written];
}
