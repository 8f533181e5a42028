import { z } from 'zod';
import { finite } from './common.js';

/**
 * Numbers that are not finite are the strings "nan", "inf" and "-inf", in training logs and the test vectors of policies
 * alone: JSON has no literal.
 */
export const logNumberSchema = z.union([finite, z.enum(['nan', 'inf', '-inf'])]);
export type LogNumber = z.output<typeof logNumberSchema>;

/** A number as training logs write it. */
export function logNumber(value: number): LogNumber {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** The number that was written so. */
export function numberOf(written: LogNumber): number {
  return typeof written === 'number' ? written : { nan: NaN, inf: Infinity, '-inf': -Infinity }[written];
}
