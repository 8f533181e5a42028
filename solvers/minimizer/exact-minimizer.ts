import { TOLERANCES } from '../kernels/tolerances.js';
import { differencesAt, type DifferenceInput } from '../discretization/differences.js';
import type { Discretization, NodeModel } from '../discretization/node-model.js';
import { crossLegs, hamiltonianOf, quadratic } from './piece-hamiltonian.js';
import type { PolicyState } from './policy.js';
import { severalScenarios } from './worst-case.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;
const { MIN_VALUE, POSITIVE_INFINITY } = Number;
const { TIE } = TOLERANCES;

/**
 * Policy improvement in a step of its own, from the polynomials of the model, for the problems that no kernel takes: with
 * several scenarios, with stopping over an infinite horizon, of one periodic state, of two or three states with risk or over an infinite horizon, and
 * where a kernel has not solved a level (`march/iterate.ts`). Everywhere else the kernels minimise, over the same pieces in
 * packed rows, in the same pass as they assemble (`kernels/line.ts`, `kernels/grid.ts`). Problems without a closed form are
 * searched (`search.ts`).
 *
 * At every node the global optimum over the control of the discrete Hamiltonian (its worst scenario)
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
  const improve = nodeImprovement(d, model, input, V, policy);
  for (let node = 0; node < d.lattice.size; node += 1) {
    if (d.isFixed[node] === 0) improve(node);
  }
}

/** The same at some nodes, none of which has a given value. */
export function improveNodes(
  d: Discretization,
  model: NodeModel,
  input: DifferenceInput,
  V: Float64Array,
  policy: PolicyState,
  nodes: readonly number[],
): void {
  const improve = nodeImprovement(d, model, input, V, policy);
  for (const node of nodes) improve(node);
}

function nodeImprovement(
  d: Discretization,
  model: NodeModel,
  input: DifferenceInput,
  V: Float64Array,
  policy: PolicyState,
): (node: number) => void {
  const differences = new Float64Array(6 * d.states);
  const improveNode = d.scenarios === 1 ? oneScenario : severalScenarios;
  return (node) => {
    differencesAt(d, input, V, node, differences);
    improveNode(d, model, V, node, differences, policy);
  };
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
