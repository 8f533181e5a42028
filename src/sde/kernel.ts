import { sourceOf, type Term } from '../math/expressions.js';

/** Writes numbers of weights theta and a sample z into `out`. */
export type Kernel = (theta: ArrayLike<number>, z: ArrayLike<number>, out: Float64Array) => void;

/** One function that writes all values: it allocates nothing, because it runs millions of times. */
export function vectorKernel(entries: readonly Term[], at: (name: string) => string): Kernel {
  const lines = entries.map((entry, i) => `out[${i}] = ${sourceOf(entry, at)};`);
  return generated(['theta', 'z', 'out'], lines.join(' ')) as Kernel;
}

/**
 * A function of these arguments from its source, with values bound by name. Math is bound too: in the contexts that test
 * runners and workers make, a name of the global object is looked up anew at every use.
 */
export function generated(
  names: readonly string[],
  body: string,
  bound: Readonly<Record<string, unknown>> = {},
): unknown {
  const all = { Math, ...bound };
  const make = new Function(...Object.keys(all), `'use strict'; return function (${names.join(', ')}) { ${body} };`);
  return (make as (...values: unknown[]) => unknown)(...Object.values(all));
}
