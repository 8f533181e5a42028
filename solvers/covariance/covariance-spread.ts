import { evenSpacing, type Lattice } from '../grid/lattice.js';
import type { FaceKind } from '../grid/face-kind.js';
import { sellingDirections, singleStep } from './selling.js';
import { spreadOnUnevenLattice } from './uneven-lattice.js';
import { addLegs, alongPrincipal, spacingAt, type MutableSpread } from './wide-stencil.js';

/**
 * A covariance at a node as second differences:
 *   tr(S V_zz) / 2 = sum_d free_d V_dd / 2 + sum_k weights_k (V at nodes_k - V).
 */
export interface CovarianceSpread {
  /** What the axes bear, per axis. */
  readonly free: readonly number[];
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** The last covariance of each node and scenario, and its spread. */
export type SpreadCache = ({ readonly covariance: readonly number[]; readonly spread: CovarianceSpread } | undefined)[];

/** Longest step of a lattice direction along an axis. */
const LONGEST_STEP = 8;

/** Whether all spacings of an axis are equal in its coordinate. */
export function evenAxes({ axes }: Lattice): boolean[] {
  return axes.map(({ grid, coordinate }) => evenSpacing(grid, coordinate) !== null);
}

/**
 * By lattice directions (Selling); where the covariance is degenerate along none of them, by wide stencils along its
 * principal directions, multilinear between the nodes (first order: legs of about the square root of the number of nodes).
 * So too on uneven axes where no positive weights are exact: the covariance is nearly degenerate, spacings change much
 * along a leg (with a correlation of .67 on spacings that change eightfold, at 5 % of 33^2 nodes and .6 % of 65^2), or a
 * leg leaves the domain. Wide legs are mirrored at reflecting faces and end at others.
 *
 * @param S - covariance in the coordinates of the axes, row-major, positive semidefinite
 */
export function spreadCovariance(
  lattice: Lattice,
  { faces }: { readonly faces: readonly (readonly FaceKind[])[] },
  even: readonly boolean[],
  position: readonly number[],
  S: readonly number[],
): CovarianceSpread {
  const n = position.length;
  const crosses = (i: number, j: number): boolean =>
    i !== j && S[i * n + j] !== 0 && faces[i][position[i]] === 'inner' && faces[j][position[j]] === 'inner';
  const free = position.map((_, d) => S[d * n + d]);
  const involved = position.map((_, i) => position.some((__, j) => crosses(i, j)));
  if (!involved.includes(true)) return { free, nodes: [], weights: [] };
  const kept = S.map((value, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return i === j || crosses(i, j) ? value : 0;
  });
  const isEven = involved.every((isInvolved, d) => !isInvolved || even[d]);
  const alongNodes = isEven
    ? alongLattice(lattice, position, kept)
    : spreadOnUnevenLattice(lattice, involved, position, kept, LONGEST_STEP);
  return alongNodes ?? alongPrincipal(lattice, position, kept);
}

/** By Selling's directions on even axes, in steps from node to node where both ends are nodes; null where there are none. */
function alongLattice(lattice: Lattice, position: readonly number[], S: readonly number[]): CovarianceSpread | null {
  const n = position.length;
  const h = position.map((_, d) => spacingAt(lattice, d, position[d]));
  const A = S.map((value, k) => value / (h[Math.floor(k / n)] * h[k % n]));
  const directions = sellingDirections(A, LONGEST_STEP);
  if (directions === null) return null;
  const spread: MutableSpread = { free: position.map(() => 0), nodes: [], weights: [] };
  for (const { step, weight } of directions) {
    const along = singleStep(step);
    if (along >= 0) spread.free[along] += weight * h[along] ** 2;
    else if (!addNodes(lattice, position, step, weight, spread)) {
      addLegs(
        lattice,
        position,
        step.map((count, d) => count * h[d]),
        weight,
        spread,
      );
    }
  }
  return spread;
}

/** (weight / 2) V_ee along a step whose both ends are nodes; false, and nothing, where one lies beyond a face. */
function addNodes(
  { shape, strides }: Lattice,
  position: readonly number[],
  step: readonly number[],
  weight: number,
  spread: MutableSpread,
): boolean {
  let node = 0;
  let offset = 0;
  for (let d = 0; d < step.length; d += 1) {
    const reach = Math.abs(step[d]);
    if (position[d] < reach || position[d] + reach > shape[d] - 1) return false;
    node += position[d] * strides[d];
    offset += step[d] * strides[d];
  }
  spread.nodes.push(node + offset, node - offset);
  spread.weights.push(weight / 2, weight / 2);
  return true;
}
