import type { Findings } from '../line.js';

/** Places in what a pass found, as `Found` in ../assembly/layout.ts has them. */
export const FOUND = { residual: 0, rawResidual: 1, offender: 2, change: 3, largest: 4, stiffness: 5 } as const;

/** Numbers that every thread has for what it found. */
export const FOUND_SIZE = 8;

/** The largest of a finding over the threads. */
export function largestOf(found: Float64Array, threads: number, place: number): number {
  let most = found[place];
  for (let id = 1; id < threads; id += 1) most = Math.max(most, found[id * FOUND_SIZE + place]);
  return most;
}

/** The largest of what the threads found; the first offender. */
export function takeLargest(found: Float64Array, threads: number, to: Findings): void {
  to.residual = largestOf(found, threads, FOUND.residual);
  to.rawResidual = largestOf(found, threads, FOUND.rawResidual);
  to.change = largestOf(found, threads, FOUND.change);
  to.largest = largestOf(found, threads, FOUND.largest);
  to.offender = -1;
  for (let id = 0; id < threads && to.offender < 0; id += 1) to.offender = found[id * FOUND_SIZE + FOUND.offender];
}
