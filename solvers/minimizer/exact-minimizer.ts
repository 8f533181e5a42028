import { TOLERANCES } from '../kernels/tolerances.js';
import { differencesAt, type DifferenceInput } from '../discretization/differences.js';
import type { Discretization, NodeModel } from '../discretization/node-model.js';
import { rootsInto } from '../discretization/quadratic.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;
const { MIN_VALUE, POSITIVE_INFINITY } = Number;
const { TIE } = TOLERANCES;

/** The control of every node: the piece it lies in, its place there, and the worst scenario under it. */
export interface PolicyState {
  readonly control: Float64Array;
  readonly piece: Int32Array;
  readonly scenario: Int32Array;
  /** The discrete Hamiltonian under it. */
  readonly hamiltonian: Float64Array;
}

export function emptyPolicy(size: number): PolicyState {
  return {
    control: new Float64Array(size),
    piece: new Int32Array(size),
    scenario: new Int32Array(size),
    hamiltonian: new Float64Array(size),
  };
}

/**
 * Policy improvement: at every node the global optimum over the control of the discrete Hamiltonian (its worst scenario)
 *   H(u) = cost(u) + sum_a (drift_a(u) V_a + variance_a(u) V_aa / 2) + factor(u) sum_k w_k (V_k - V),
 * a quadratic on each piece: its ends, where it is convex its vertex, and where scenarios meet. Ties go to the first
 * piece and the smallest control, within a relative slack, so that policy iteration cannot cycle between equals.
 */
export function improvePolicy(
  d: Discretization,
  model: NodeModel,
  input: DifferenceInput,
  V: Float64Array,
  policy: PolicyState,
): void {
  const differences = new Float64Array(6 * d.states);
  const improveNode = d.scenarios === 1 ? oneScenario : severalScenarios;
  for (let node = 0; node < d.lattice.size; node += 1) {
    if (d.isFixed[node] === 1) continue;
    differencesAt(d, input, V, node, differences);
    improveNode(d, model, V, node, differences, policy);
  }
}

const quadratic = new Float64Array(3);

/** sum_k w_k (V_k - V) over the cross legs of interval q. */
function crossLegs(model: NodeModel, V: Float64Array, node: number, q: number): number {
  const end = model.crossEnd.data[q];
  const { data: nodes } = model.crossNodes;
  const { data: weights } = model.crossWeights;
  let legs = 0;
  for (let k = model.crossStart.data[q]; k < end; k += 1) legs += weights[k] * (V[nodes[k]] - V[node]);
  return legs;
}

/** The Hamiltonian of a piece under one scenario as a quadratic in the control, into `quadratic`. */
function hamiltonianOf(
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

function oneScenario(
  d: Discretization,
  model: NodeModel,
  V: Float64Array,
  node: number,
  differences: Float64Array,
  policy: PolicyState,
): void {
  const { sign } = d;
  const { data: from } = model.from;
  const { data: to } = model.to;
  let best = POSITIVE_INFINITY;
  let legs = 0;
  let legsOf = -1;
  for (let p = model.pieceStart[node]; p < model.pieceStart[node + 1]; p += 1) {
    const q = model.interval.data[p];
    if (q !== legsOf) {
      legs = crossLegs(model, V, node, q);
      legsOf = q;
    }
    hamiltonianOf(d, model, differences, q, model.forms.data[p], legs);
    const c0 = sign * quadratic[0];
    const c1 = sign * quadratic[1];
    const c2 = sign * quadratic[2];
    const low = from[p];
    const high = to[p];
    const vertex = c2 > 0 ? min(max(-c1 / (2 * c2), low), high) : low;
    for (let candidate = low === high ? 2 : 0; candidate < 3; candidate += 1) {
      const u = candidate === 0 ? low : candidate === 1 ? vertex : high;
      const H = c0 + u * (c1 + u * c2);
      if (H < best - TIE * (abs(H) + MIN_VALUE)) {
        best = H;
        policy.control[node] = u;
        policy.piece[node] = p;
      }
    }
  }
  policy.hamiltonian[node] = sign * best;
}

function severalScenarios(
  d: Discretization,
  model: NodeModel,
  V: Float64Array,
  node: number,
  differences: Float64Array,
  policy: PolicyState,
): void {
  const { sign, scenarios } = d;
  const cases = d.cases;
  let best = POSITIVE_INFINITY;
  for (let p = model.pieceStart[node]; p < model.pieceStart[node + 1]; p += 1) {
    for (let s = 0; s < scenarios; s += 1) {
      const q = model.interval.data[p] * scenarios + s;
      hamiltonianOf(d, model, differences, q, model.forms.data[p * scenarios + s], crossLegs(model, V, node, q));
      for (let k = 0; k < 3; k += 1) cases[3 * s + k] = sign * quadratic[k];
    }
    const count = worstCaseCandidates(cases, scenarios, model.from.data[p], model.to.data[p], d.candidates);
    for (let k = 0; k < count; k += 1) {
      const u = d.candidates[k];
      let worst = 0;
      let H = -POSITIVE_INFINITY;
      for (let s = 0; s < scenarios; s += 1) {
        const height = cases[3 * s] + u * (cases[3 * s + 1] + u * cases[3 * s + 2]);
        if (height > H) {
          H = height;
          worst = s;
        }
      }
      if (H < best - TIE * (abs(H) + MIN_VALUE)) {
        best = H;
        policy.control[node] = u;
        policy.piece[node] = p;
        policy.scenario[node] = worst;
      }
    }
  }
  policy.hamiltonian[node] = sign * best;
}

/**
 * Where the largest of several quadratics can be smallest: the ends, the vertices, and where two of them meet.
 * @returns how many points were written to `out`, increasing
 */
function worstCaseCandidates(
  cases: Float64Array,
  scenarios: number,
  from: number,
  to: number,
  out: Float64Array,
): number {
  out[0] = from;
  if (from === to) return 1;
  out[1] = to;
  let count = 2;
  for (let i = 0; i < scenarios; i += 1) {
    const c0 = cases[3 * i];
    const c1 = cases[3 * i + 1];
    const c2 = cases[3 * i + 2];
    if (c2 > 0) count = insert(out, count, -c1 / (2 * c2));
    for (let j = i + 1; j < scenarios; j += 1) {
      const meetings = rootsInto(c0 - cases[3 * j], c1 - cases[3 * j + 1], c2 - cases[3 * j + 2], roots);
      for (let k = 0; k < meetings; k += 1) count = insert(out, count, roots[k]);
    }
  }
  return count;
}

const roots = new Float64Array(2);

/** Puts a number between the first and the last of an increasing list, if it lies there; returns the length. */
function insert(list: Float64Array, length: number, u: number): number {
  if (!(u > list[0] && u < list[length - 1])) return length;
  let k = length;
  for (; list[k - 1] > u; k -= 1) list[k] = list[k - 1];
  list[k] = u;
  return length + 1;
}
