import { certify } from '../minimizer/certificate.js';
import type { Discretization } from '../discretization/node-model.js';
import { levelOf } from './level.js';
import type { March } from './march-state.js';

/** Whether a searched control may be wrong. */
export interface SearchOutcome {
  readonly certified: boolean;
  /** In words why not; null where it is certified. */
  readonly doubt: string | null;
}

/** Nodes all over the grid at which two controls are certified. */
const SAMPLED_NODES = 200;

const UNSEEN = 'controls between those that were tried were not ruled out';

/**
 * What is known of the searched controls of a march that has ended: of one control at every node and level; of two at nodes of
 * the last level that was solved, all over the grid and around some states.
 * @returns null where the minimiser is exact, or two controls are not asked about
 */
export function searchOutcome(march: March): SearchOutcome | null {
  const { d, search, options, input, V, finite } = march;
  if (search === null || !finite) return null;
  if (search.isCertain) return { certified: true, doubt: null };
  if (d.controls === 1) return { certified: false, doubt: UNSEEN };
  if (options.certify === null) return null;
  const t = d.problem.times[0] ?? 0;
  const nodes = nodesOf(d, options.certify);
  const { certified, improved } = certify(d, levelOf(march, t), input, V, search.controls, nodes);
  if (certified === nodes.length) return { certified: true, doubt: null };
  const better = improved === 0 ? '' : `, and better ones were found at ${improved}`;
  return { certified: false, doubt: `${UNSEEN} at ${nodes.length - certified} of ${nodes.length} nodes${better}` };
}

/** Nodes without a given value: evenly through the list of all, and those next to some states. */
function nodesOf(d: Discretization, states: readonly (readonly number[])[]): number[] {
  const { lattice } = d;
  const step = Math.max(1, lattice.size / SAMPLED_NODES);
  const even = Array.from({ length: Math.min(lattice.size, SAMPLED_NODES) }, (_, k) => Math.floor((k + 0.5) * step));
  const near = states.map((x) =>
    lattice.axes.reduce((node, { grid }, a) => node + nearest(grid, x[a]) * lattice.strides[a], 0),
  );
  return [...new Set([...near, ...even])].filter((node) => d.isFixed[node] === 0);
}

function nearest(grid: readonly number[], x: number): number {
  return grid.reduce((best, node, j) => (Math.abs(node - x) < Math.abs(grid[best] - x) ? j : best), 0);
}
