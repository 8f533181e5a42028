import type { SgdModelFile } from '../artifacts/sgd-model/sgd-model.js';
import { compileExpression, derivativeOf, sourceOf, type Term } from '../math/expressions.js';
import { generatedFunction } from '../math/generated-function.js';
import { gradientOf, placesOf } from './loss.js';

/** The rate u(t, theta), a multiple of eta, with its derivatives. */
export interface CompiledRate {
  /** u */
  value(t: number, theta: ArrayLike<number>): number;
  /** d u / d t */
  timeDerivative(t: number, theta: ArrayLike<number>): number;
  /** d u / d theta, [weights]. */
  gradient(t: number, theta: ArrayLike<number>, out: Float64Array): void;
  readonly lower: number;
  readonly upper: number;
  /** Syntax tree of u, for whoever generates code from it. */
  readonly term: Term;
}

/** @throws E_EXPRESSION if the rate is not legal */
export async function compileRate({
  rate,
  weights,
  parameters,
}: Pick<SgdModelFile, 'rate' | 'weights' | 'parameters'>): Promise<CompiledRate> {
  const { tree } = await compileExpression(String(rate.value), ['t', ...weights], parameters);
  const places = placesOf(weights, []);
  const at = (name: string): string => (name === 't' ? 't' : places(name));
  const scalar = (term: Term): CompiledRate['value'] =>
    generatedFunction<CompiledRate['value']>(['t', 'theta'], `return +(${sourceOf(term, at)});`);
  const lines = (await gradientOf(tree, weights)).map((term, i) => `out[${i}] = ${sourceOf(term, at)};`);
  return {
    value: scalar(tree),
    timeDerivative: scalar(await derivativeOf(tree, 't')),
    gradient: generatedFunction<CompiledRate['gradient']>(['t', 'theta', 'out'], lines.join(' ')),
    lower: rate.bounds[0],
    upper: rate.bounds[1],
    term: tree,
  };
}
