import type { Discretization, NodeModel } from '../discretization/node-model.js';
import { rootsInto } from '../discretization/quadratic.js';
import { TOLERANCES } from '../kernels/tolerances.js';
import { crossLegs, hamiltonianOf, quadratic } from './piece-hamiltonian.js';
import type { PolicyState } from './policy.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const { MIN_VALUE, POSITIVE_INFINITY } = Number;
const { TIE } = TOLERANCES;

/**
 * The best control of a node against its worst scenario: the largest of several quadratics on each piece is smallest at an
 * end, at a vertex, or where two of them meet.
 */
export function severalScenarios(
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
