import { erf } from './erf.js';

/** What generated code may call beside the functions of Math. */
const HELPERS: Readonly<Record<string, (x: number) => number>> = { erf };

/**
 * A function from the source of its body, which may call erf.
 * @param parameters - names of its arguments, none that of a helper
 *
 * @example
 * generatedFunction<(x: number) => number>(['x'], 'return erf(x);')(0.5); // 0.5204998778130465
 */
export function generatedFunction<Result>(parameters: readonly string[], body: string): Result {
  const source = `'use strict'; return function (${parameters.join(', ')}) { ${body} };`;
  return (new Function(...Object.keys(HELPERS), source) as (...helpers: unknown[]) => Result)(
    ...Object.values(HELPERS),
  );
}
