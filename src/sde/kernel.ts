import { sourceOf, type Term } from '../math/expressions.js';

/** Writes numbers of weights theta and a sample z into `out`. */
export type Kernel = (theta: ArrayLike<number>, z: ArrayLike<number>, out: Float64Array) => void;

/** One function that writes all values: it allocates nothing, because it runs millions of times. */
export function vectorKernel(entries: readonly Term[], at: (name: string) => string): Kernel {
  const lines = entries.map((entry, i) => `out[${i}] = ${sourceOf(entry, at)};`);
  return new Function('theta', 'z', 'out', `'use strict'; ${lines.join(' ')}`) as Kernel;
}
