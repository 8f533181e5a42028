import { sourceOf, type Term } from '../math/expressions.js';
import { generatedFunction } from '../math/generated-function.js';

/** Writes numbers of weights theta and a sample z into `out`. */
export type Kernel = (theta: ArrayLike<number>, z: ArrayLike<number>, out: Float64Array) => void;

/** One function that writes all values: it allocates nothing, because it runs millions of times. */
export function vectorKernel(entries: readonly Term[], at: (name: string) => string): Kernel {
  const lines = entries.map((entry, i) => `out[${i}] = ${sourceOf(entry, at)};`);
  return generatedFunction<Kernel>(['theta', 'z', 'out'], lines.join(' '));
}
