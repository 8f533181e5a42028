import { erf } from './erf.js';

/**
 * What generated code may call. Math is bound like the others: in the contexts that test runners and workers make, a name of
 * the global object is looked up anew at every use.
 */
const HELPERS: Readonly<Record<string, unknown>> = { Math, erf };

/**
 * A function from the source of its body, which may call Math and erf.
 * @param parameters - names of its arguments, none that of a helper
 * @param bound - further values that the body knows by name
 *
 * @example
 * generatedFunction<(x: number) => number>(['x'], 'return erf(x);')(0.5); // 0.5204998778130465
 */
export function generatedFunction<Result>(
  parameters: readonly string[],
  body: string,
  bound: Readonly<Record<string, unknown>> = {},
): Result {
  const known = { ...HELPERS, ...bound };
  const source = `'use strict'; return function (${parameters.join(', ')}) { ${body} };`;
  return (new Function(...Object.keys(known), source) as (...values: unknown[]) => Result)(...Object.values(known));
}
