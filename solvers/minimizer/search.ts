import type { DifferenceInput } from '../discretization/differences.js';
import type { ControlAxis } from '../problem/control-problem.js';
import { noControlAt } from '../discretization/faults.js';
import { clearModel, pushPoint } from '../discretization/fill.js';
import { controlCells, type ControlCell } from './control-cells.js';
import type { PolicyState } from './policy.js';
import type { Discretization, NodeModel } from '../discretization/node-model.js';
import { NodeSearch } from './node-search.js';
import type { LevelInput } from '../discretization/sample.js';

/** What a search keeps between improvements. */
export interface SearchState {
  /** The controls found, control fastest. */
  readonly controls: Float64Array;
  hasControls: boolean;
  /** Whether an improvement may follow the controls it has: where it asks how good they are, not for the last of them. */
  isFollowing: boolean;
  /** Whether every search was sure of the global optimum. */
  isCertain: boolean;
  readonly atNode: NodeSearch;
}

export function startSearch(d: Discretization): SearchState {
  const controls = new Float64Array(d.lattice.size * d.controls);
  return {
    controls,
    hasControls: false,
    isFollowing: false,
    isCertain: true,
    atNode: new NodeSearch(d, certainCells(d)),
  };
}

/** Of the one control, where the problem encloses what depends on it; null where only samples tell. */
function certainCells(d: Discretization): readonly ControlCell[] | null {
  const { problem } = d;
  const [axis] = problem.controls;
  if (problem.controls.length !== 1 || 'values' in axis || problem.enclosures === undefined) return null;
  const [lower, upper] = rangeOf(d, axis);
  const cells = controlCells(problem, lower, upper);
  return crossesAreFree(d, cells) ? cells : null;
}

/** Smallest and largest control at any node, at a few times: what lies beyond at others is searched as not known. */
function rangeOf(
  { problem, x }: Discretization,
  axis: Extract<ControlAxis, { readonly lower: unknown }>,
): [number, number] {
  const { times } = problem;
  const some = times.length === 0 ? [0] : [0, 1, 2, 3, 4].map((k) => times[Math.floor((k * (times.length - 1)) / 4)]);
  let [lower, upper] = [Infinity, -Infinity];
  for (const t of some) {
    for (const at of x) {
      lower = Math.min(lower, axis.lower(t, at));
      upper = Math.max(upper, axis.upper(t, at));
    }
  }
  return [lower, upper];
}

/** Whether correlated noise, whose stencils depend on the covariance, does not depend on the control. */
function crossesAreFree({ states: n }: Discretization, cells: readonly ControlCell[]): boolean {
  const isFree = (k: number): boolean => cells.every(({ slope, curvature }) => slope[k] === 0 && curvature[k] === 0);
  const entries = Array.from({ length: n * n }, (_, k) => k);
  const crosses = entries.filter((k) => k % (n + 1) !== 0);
  return crosses.every((k) => isFree(n + k)) && (entries.every((k) => isFree(n + k)) || hasNoCross(cells, n));
}

/** Whether every cross entry is 0 itself: free of the control it may still be a number. */
function hasNoCross(cells: readonly ControlCell[], n: number): boolean {
  return cells.every(({ isZero }) =>
    isZero.every((zero, k) => k < n || k >= n + n * n || (k - n) % (n + 1) === 0 || zero),
  );
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
    const found = atNode.run(node, level, input, V, search.hasControls ? controls : null, !search.isFollowing);
    const { height, scenario } = found;
    search.isCertain &&= atNode.isCertain;
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
