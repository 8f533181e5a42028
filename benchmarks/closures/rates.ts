import type { ScheduleCandidate } from '../../src/synthesis/decision/schedule-candidate.js';

/** The rate of every update. */
export function ratesOf({ rateAt }: ScheduleCandidate, horizon: number): Float64Array {
  return Float64Array.from({ length: horizon }, (_, k) => rateAt(k));
}
