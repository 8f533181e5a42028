import type { Discretization, NodeModel } from '../discretization/node-model.js';

/** What `hamiltonianOf` writes: coefficients of 1, u and u^2. */
export const quadratic = new Float64Array(3);

/** sum_k w_k (V_k - V) over the cross legs of interval q. */
export function crossLegs(model: NodeModel, V: Float64Array, node: number, q: number): number {
  const end = model.crossEnd.data[q];
  const { data: nodes } = model.crossNodes;
  const { data: weights } = model.crossWeights;
  let legs = 0;
  for (let k = model.crossStart.data[q]; k < end; k += 1) legs += weights[k] * (V[nodes[k]] - V[node]);
  return legs;
}

/** The Hamiltonian of a piece under one scenario as a quadratic in the control, into `quadratic`. */
export function hamiltonianOf(
  d: Discretization,
  model: NodeModel,
  differences: Float64Array,
  q: number,
  forms: number,
  legs: number,
): void {
  const n = d.states;
  const { data: drift } = model.drift;
  const { data: variance } = model.variance;
  const { data: cost } = model.cost;
  let c0 = cost[3 * q];
  let c1 = cost[3 * q + 1];
  let c2 = cost[3 * q + 2];
  for (let a = 0; a < n; a += 1) {
    const k = 3 * (q * n + a);
    const at = 6 * a + 2 * ((forms >> (2 * a)) & 3);
    const first = differences[at];
    const second = differences[at + 1];
    c0 += drift[k] * first + variance[k] * second;
    c1 += drift[k + 1] * first + variance[k + 1] * second;
    c2 += drift[k + 2] * first + variance[k + 2] * second;
  }
  if (legs !== 0) {
    const { data: factor } = model.factor;
    c0 += factor[3 * q] * legs;
    c1 += factor[3 * q + 1] * legs;
    c2 += factor[3 * q + 2] * legs;
  }
  quadratic[0] = c0;
  quadratic[1] = c1;
  quadratic[2] = c2;
}
