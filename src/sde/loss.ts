import type { SgdModelFile } from '../artifacts/sgd-model/sgd-model.js';
import {
  compileExpression,
  derivativeOf,
  switchesOf,
  type CompiledExpression,
  type Term,
} from '../math/expressions.js';
import { generatedFunction } from '../math/generated-function.js';
import { vectorKernel, type Kernel } from './kernel.js';

/**
 * The loss l(theta, z) of one example and its derivatives as plain functions. theta holds the weights; z the inputs x and
 * then the label, if there is one; matrices are row-major. They allocate nothing.
 */
export interface CompiledLoss {
  readonly weights: number;
  readonly inputs: number;
  value(theta: ArrayLike<number>, z: ArrayLike<number>): number;
  /** d l / d theta, [weights]. */
  readonly weightGradient: Kernel;
  /** d l / d x, [inputs]. */
  readonly inputGradient: Kernel;
  /** H = d_xx l, [inputs, inputs]. */
  readonly inputHessian: Kernel;
  /** M = d_{theta x} l, [weights, inputs]. */
  readonly mixedHessian: Kernel;
  /** d_{theta theta} l, [weights, weights]. */
  readonly weightHessian: Kernel;
  /** Functions whose zeros are where the derivatives may jump, [switches]. */
  readonly switches: Kernel;
  readonly switchCount: number;
  /** The syntax trees behind these functions, for whoever generates code from them. */
  readonly terms: LossTerms;
}

export interface LossTerms {
  readonly value: Term;
  readonly weightGradient: readonly Term[];
  readonly inputGradient: readonly Term[];
  readonly inputHessian: readonly Term[];
  readonly mixedHessian: readonly Term[];
  readonly weightHessian: readonly Term[];
  readonly switches: readonly Term[];
}

/**
 * Compiles a loss and differentiates it, once.
 * @throws E_EXPRESSION if it is not legal
 */
export async function compileLoss({
  weights,
  inputs,
  label,
  parameters,
  loss,
}: Pick<SgdModelFile, 'weights' | 'inputs' | 'label' | 'parameters' | 'loss'>): Promise<CompiledLoss> {
  const variables = [...weights, ...inputs, ...(label === null ? [] : [label])];
  const compiled = await compileExpression(String(loss), variables, parameters);
  const terms = await termsOf(compiled, weights, inputs);
  const at = placesOf(weights, variables.slice(weights.length));
  const kernel = (entries: readonly Term[]): Kernel => vectorKernel(entries, at);
  return {
    weights: weights.length,
    inputs: inputs.length,
    value: generatedFunction<CompiledLoss['value']>(['theta', 'z'], `return +(${compiled.toSource(at)});`),
    weightGradient: kernel(terms.weightGradient),
    inputGradient: kernel(terms.inputGradient),
    inputHessian: kernel(terms.inputHessian),
    mixedHessian: kernel(terms.mixedHessian),
    weightHessian: kernel(terms.weightHessian),
    switches: kernel(terms.switches),
    switchCount: terms.switches.length,
    terms,
  };
}

/** Source of a variable: no name of the user gets into the generated code. */
export function placesOf(weights: readonly string[], sample: readonly string[]): (name: string) => string {
  const sources = new Map([
    ...weights.map((name, i) => [name, `theta[${i}]`] as const),
    ...sample.map((name, j) => [name, `z[${j}]`] as const),
  ]);
  return (name) => sources.get(name)!;
}

async function termsOf(
  { tree }: CompiledExpression,
  weights: readonly string[],
  inputs: readonly string[],
): Promise<LossTerms> {
  const weightGradient = await gradientOf(tree, weights);
  const inputGradient = await gradientOf(tree, inputs);
  return {
    value: tree,
    weightGradient,
    inputGradient,
    inputHessian: await jacobianOf(inputGradient, inputs),
    mixedHessian: await jacobianOf(weightGradient, inputs),
    weightHessian: await jacobianOf(weightGradient, weights),
    switches: switchesOf(tree),
  };
}

/** d term / d name for each name. */
export async function gradientOf(term: Term, names: readonly string[]): Promise<Term[]> {
  const gradient: Term[] = [];
  for (const name of names) gradient.push(await derivativeOf(term, name));
  return gradient;
}

/** d term_i / d name_j, row by row. */
export async function jacobianOf(terms: readonly Term[], names: readonly string[]): Promise<Term[]> {
  const rows: Term[] = [];
  for (const term of terms) rows.push(...(await gradientOf(term, names)));
  return rows;
}
