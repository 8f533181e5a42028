import { constantOf, variablesOf } from '../../../math/expression-tree.js';
import { compileExpression, derivativeOf } from '../../../math/expressions.js';
import { simplified } from '../../../math/terms.js';
import type { SgdModel } from '../../model.js';
import type { ErrorsAtEta } from '../../weak-order/errors.js';
import { isAffine } from '../affine.js';
import { keptModel, type KeptModel } from '../kept-model.js';
import { momentEquations } from '../moments.js';
import type { Clock } from '../runners.js';
import { FORMS } from './forms.js';

/** A quadratic function of the weights, whose expectation needs two moments. */
interface QuadraticObservable {
  value(theta: ArrayLike<number>): number;
  /** Its constant second derivatives, [w, w]. */
  readonly hessian: Float64Array;
}

/** Numbers of a joint state beyond which second moments cost more than runs. */
const MOST_NUMBERS = 60;

/**
 * The observables of a model whose weak errors need no Monte Carlo: an affine model at a rate that the weights do not change, and
 * quadratic observables. Null otherwise.
 */
export async function quadraticObservables(model: SgdModel): Promise<QuadraticObservable[] | null> {
  const { file, weights, rate } = model;
  const isClosed = isAffine(model) && weights.every((name) => !variablesOf(rate.term).has(name));
  if (!isClosed || keptModel(model).size > MOST_NUMBERS) return null;
  const texts = file.observables.length === 0 ? weights : file.observables.map(String);
  const all = await Promise.all(texts.map((text) => quadratic(text, model)));
  return all.every((each) => each !== null) ? all : null;
}

async function quadratic(text: string, { file, weights }: SgdModel): Promise<QuadraticObservable | null> {
  const { tree, evaluate } = await compileExpression(text, weights, file.parameters);
  const hessian = new Float64Array(weights.length ** 2);
  for (const [i, a] of weights.entries()) {
    for (const [j, b] of weights.entries()) {
      const second = constantOf(simplified(await derivativeOf(await derivativeOf(tree, a), b)));
      if (second === null) return null;
      hessian[i * weights.length + j] = second;
    }
  }
  return { value: (theta) => evaluate(theta), hessian };
}

/** Weak errors at one eta from the moment equations; nothing of them is noise. */
export function deterministicErrors(
  kept: KeptModel,
  observables: readonly QuadraticObservable[],
  { eta, updates }: Clock,
): ErrorsAtEta[] {
  const equations = momentEquations(kept);
  let real = equations.start;
  const sde = FORMS.map(() => equations.start);
  for (let k = 0; k < updates; k += 1) {
    const rate = eta * kept.model.rate.value(k * eta, kept.start);
    real = equations.update(real, rate);
    FORMS.forEach((form, f) => (sde[f] = equations.advance(sde[f], rate, form)));
  }
  return observables.map((observable) => {
    const expectation = expected(observable, real, kept.weights, equations.columns);
    const errors = sde.map((M) => expected(observable, M, kept.weights, equations.columns) - expectation);
    return { expectation, uncertainty: 0, errors, uncertainties: errors.map(() => 0) };
  });
}

/** E f = f(m) + tr(Hess f Cov) / 2. */
function expected({ value, hessian }: QuadraticObservable, M: Float64Array, w: number, columns: number): number {
  const mean = M.subarray(1, 1 + w);
  return hessian.reduce((sum, second, k) => {
    const [i, j] = [Math.floor(k / w), k % w];
    return sum + (second / 2) * (M[(1 + i) * columns + 1 + j] - mean[i] * mean[j]);
  }, value(mean));
}
