import { buildLattice } from '../../solvers/grid/lattice.js';
import { noDifferenceInput } from '../../solvers/discretization/differences.js';
import { fillModel } from '../../solvers/discretization/fill.js';
import { improvePolicy } from '../../solvers/minimizer/exact-minimizer.js';
import { emptyPolicy, type PolicyState } from '../../solvers/minimizer/policy.js';
import { givenSlopes, levelInput } from '../../solvers/discretization/level-input.js';
import { assemble, emptySystem, type LinearSystem } from '../../solvers/linear-system/system.js';
import { discretize, emptyModel, type Discretization } from '../../solvers/discretization/node-model.js';
import { searchPolicy, startSearch } from '../../solvers/minimizer/search.js';
import type { ControlProblem, Scheme } from '../../solvers/index.js';

export interface Rows {
  readonly d: Discretization;
  readonly system: LinearSystem;
  readonly policy: PolicyState;
  /** The control of every node. */
  readonly controls: Float64Array;
  /** First node whose row is no row of an M-matrix, or -1. */
  readonly offender: number;
}

/**
 * The rows of one implicit Euler step from V, under the control that is best for V.
 * @param spoil - changes the differences first: the seam at which a test feeds a wrong stencil
 * @param before - what the last improvement of a searched policy found
 */
export function rowsFor(
  problem: ControlProblem,
  scheme: Scheme,
  V: Float64Array,
  dt: number,
  { spoil, before }: { spoil?: (d: Discretization) => void; before?: Float64Array | undefined } = {},
): Rows {
  const d = discretize(problem, buildLattice(problem.states), scheme);
  spoil?.(d);
  const model = emptyModel(d);
  const input = noDifferenceInput(d);
  givenSlopes(d, 0, input);
  const level = levelInput(d, 0, input, null);
  const policy = emptyPolicy(d.lattice.size);
  const search = startSearch(d);
  if (before !== undefined) {
    search.controls.set(before);
    search.hasControls = true;
  }
  if (d.searched) searchPolicy(d, model, level, input, V, policy, search);
  else {
    fillModel(d, model, level);
    improvePolicy(d, model, input, V, policy);
  }
  const step = { rest: 1 / dt, source: V.map((value) => value / dt), fixed: V, obstacle: null };
  const system = emptySystem(d);
  const offender = assemble(d, model, input, policy, step, V, system);
  return { d, system, policy, controls: d.searched ? search.controls : policy.control, offender };
}

/** Weights of the neighbours of a node by their indices, before the division by the diagonal. */
export function weightsOf({ system }: Rows, node: number): Record<number, number> {
  const { states, neighbours, shares, diagonal, crossStart, crossEnd, crossNodes, crossWeights, crossFactor } = system;
  const weights: Record<number, number> = {};
  const add = (other: number, share: number): void => {
    weights[other] = (weights[other] ?? 0) + share * diagonal[node];
  };
  for (let k = 2 * node * states; k < 2 * (node + 1) * states; k += 1) {
    if (neighbours[k] >= 0) add(neighbours[k], shares[k]);
  }
  for (let k = crossStart[node]; k < crossEnd[node]; k += 1) add(crossNodes[k], crossFactor[node] * crossWeights[k]);
  return weights;
}

/** The problem with one control alone. */
export function under(problem: ControlProblem, u: number): ControlProblem {
  return { ...problem, controls: [{ name: 'u', lower: () => u, upper: () => u }] };
}
