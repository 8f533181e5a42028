import { HjbLrError } from '../errors.js';
import { erf } from './erf.js';

/**
 * What generated code may call. Math is bound like the others: in the contexts that test runners and workers make, a name of
 * the global object is looked up anew at every use.
 */
const HELPERS: Readonly<Record<string, unknown>> = { Math, erf };

/**
 * The source of a number: whatever stands for one in generated code goes through here, so that nothing else can.
 * @throws E_INVALID for a value that is no number, such as a text, which would run
 */
export function numeral(value: unknown): string {
  if (typeof value === 'number') return String(value);
  throw new HjbLrError('E_INVALID', `${JSON.stringify(value) ?? String(value)} stands where a number belongs.`, {
    remedy: 'Give a number: code is generated from it.',
    fields: { type: typeof value },
  });
}

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
