import { variablesOf } from '../../math/expression-tree.js';
import { simplified } from '../../math/terms.js';
import type { Term } from '../../math/expressions.js';
import { isKept } from '../restarted-alone.js';
import type { SgdModel } from '../model.js';
import type { KeptModel } from './kept-model.js';

/**
 * Whether moves and gradients are affine in the joint state: the loss is quadratic in weights and inputs together, by the
 * structure of its second derivatives, and the ascent is penalised.
 */
export function isAffine({ file, loss, weights }: Pick<SgdModel, 'file' | 'loss' | 'weights'>): boolean {
  if (file.attack.type !== 'penalised_ascent' || !isKept(file)) return false;
  const { weightHessian, mixedHessian, inputHessian } = loss.terms;
  const states = new Set([...weights, ...file.inputs]);
  return (
    loss.switchCount === 0 && [...weightHessian, ...mixedHessian, ...inputHessian].every((term) => isFree(term, states))
  );
}

function isFree(term: Term, names: ReadonlySet<string>): boolean {
  return [...variablesOf(simplified(term))].every((name) => !names.has(name));
}

/** Moves v_i = V_i (1, X) and gradients h_i = H_i (1, X) of an affine model, row-major in the 1 + w + n d numbers (1, X). */
export interface AffineVisits {
  /** 1 + w + n d. */
  readonly columns: number;
  /** [d, columns] of each example. */
  readonly moves: readonly Float64Array[];
  /** [w, columns] of each example. */
  readonly gradients: readonly Float64Array[];
}

/** The affine maps from their values at 0 and at each unit vector. */
export function affineVisits(kept: KeptModel): AffineVisits {
  const { weights: w, inputs: d, size, visits } = kept;
  const columns = size + 1;
  const [state, v, h] = [new Float64Array(size), new Float64Array(d), new Float64Array(w)];
  const moves = Array.from({ length: visits.examples }, () => new Float64Array(d * columns));
  const gradients = Array.from({ length: visits.examples }, () => new Float64Array(w * columns));
  for (let column = 0; column < columns; column += 1) {
    state.fill(0);
    if (column > 0) state[column - 1] = 1;
    for (let i = 0; i < visits.examples; i += 1) {
      kept.visit(state, i, v, h);
      for (let j = 0; j < d; j += 1) moves[i][j * columns + column] = v[j] - (column === 0 ? 0 : moves[i][j * columns]);
      for (let k = 0; k < w; k += 1) {
        gradients[i][k * columns + column] = h[k] - (column === 0 ? 0 : gradients[i][k * columns]);
      }
    }
  }
  return { columns, moves, gradients };
}
