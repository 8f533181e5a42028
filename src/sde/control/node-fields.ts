import type { SgdModel } from '../model.js';

/** What the control problem needs of a model at one point. */
export interface NodeFields {
  /** hbar, [n]. */
  readonly meanField: Float64Array;
  /** (D hbar) hbar, [n]; 0 where the drift is of first order. */
  readonly turn: Float64Array;
  /** eta S, [n, n]. */
  readonly noise: Float64Array;
  readonly adversarialLoss: number;
}

/** Fields by point: each expectation is taken once, however often a solver comes back to a node. */
export function nodeFields(model: SgdModel, order: 1 | 2): (theta: readonly number[]) => NodeFields {
  const known = new Map<string | number, NodeFields>();
  return (theta) => {
    const key = theta.length === 1 ? theta[0] : theta.join();
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = fieldsAt(model, order, theta)));
    return found;
  };
}

function fieldsAt(model: SgdModel, order: 1 | 2, theta: readonly number[]): NodeFields {
  const n = theta.length;
  const [meanField, noise, turn] = [new Float64Array(n), new Float64Array(n * n), new Float64Array(n)];
  model.meanFieldAndCovariance(theta, meanField, noise);
  for (let k = 0; k < noise.length; k += 1) noise[k] *= model.eta;
  if (order === 2) {
    const D = new Float64Array(n * n);
    model.meanFieldJacobian(theta, D);
    for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) turn[i] += D[i * n + j] * meanField[j];
  }
  return { meanField, turn, noise, adversarialLoss: model.adversarialLoss(theta) };
}
