import { compileExpression } from '../math/expressions.js';
import type { SgdModel } from './model.js';

/** A function of the weights whose expectation is compared. */
export interface Observable {
  readonly name: string;
  value(theta: ArrayLike<number>): number;
}

/**
 * The observables of a model; each weight itself where its file names none.
 * @throws E_EXPRESSION if one is not legal, which `compileSgdModel` has looked at before
 */
export async function observablesOf({ file, weights }: Pick<SgdModel, 'file' | 'weights'>): Promise<Observable[]> {
  const texts = file.observables.length === 0 ? weights : file.observables.map(String);
  return Promise.all(
    texts.map(async (name) => {
      const { evaluate } = await compileExpression(name, weights, file.parameters);
      return { name, value: (theta) => evaluate(theta) };
    }),
  );
}
