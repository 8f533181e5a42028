import type { DifferenceInput } from '../discretization/differences.js';
import { noControlAt } from '../discretization/faults.js';
import { clearModel, pushPoint } from '../discretization/fill.js';
import type { PolicyState } from './policy.js';
import type { Discretization, NodeModel } from '../discretization/node-model.js';
import { NodeSearch } from './node-search.js';
import type { LevelInput } from '../discretization/sample.js';

/** What a search keeps between improvements. */
export interface SearchState {
  /** The controls found, control fastest. */
  readonly controls: Float64Array;
  hasControls: boolean;
  readonly atNode: NodeSearch;
}

export function startSearch(d: Discretization): SearchState {
  return { controls: new Float64Array(d.lattice.size * d.controls), hasControls: false, atNode: new NodeSearch(d) };
}

/**
 * Policy improvement by search at every node. The model then holds one piece per node, of the control that was found.
 *
 * @throws E_INVALID naming the node where a coefficient is not finite, a covariance is not positive semidefinite, bounds
 * are the wrong way round, or no control keeps the state inside
 */
export function searchPolicy(
  d: Discretization,
  model: NodeModel,
  level: LevelInput,
  input: DifferenceInput,
  V: Float64Array,
  policy: PolicyState,
  search: SearchState,
): void {
  const { controls, atNode } = search;
  clearModel(model);
  for (let node = 0; node < d.lattice.size; node += 1) {
    model.pieceStart[node] = model.from.length;
    if (d.isFixed[node] === 1) continue;
    const found = atNode.run(node, level, input, V, search.hasControls ? controls : null);
    const { height, scenario } = found;
    // Elsewhere only values beyond all numbers are that high; the march says so.
    if (height === Infinity && d.isConstrained[node] === 1) throw noControlAt(d, node, level.t);
    policy.hamiltonian[node] = d.sign * height;
    policy.scenario[node] = scenario;
    policy.control[node] = 0;
    policy.piece[node] = pushPoint(d, model, level, node, found.controls);
    for (let j = 0; j < d.controls; j += 1) controls[node * d.controls + j] = found.controls[j];
  }
  model.pieceStart[d.lattice.size] = model.from.length;
  search.hasControls = true;
}
