import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { bisect } from '../../src/math/interpolation.js';
import { evenSpacing, type Lattice } from '../grid/lattice.js';
import type { DifferenceTable } from './difference-table.js';
import { sellingDirections } from './selling.js';
import { spreadOnUnevenLattice } from './uneven-lattice.js';

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
 * By lattice directions (Selling), or where the covariance is degenerate along none of them, or on uneven axes too nearly
 * so, by wide stencils along its principal directions, multilinear between the nodes (first order: legs of about the square
 * root of the number of nodes). Legs are mirrored at reflecting faces and end at others.
 *
 * @param S - covariance in the coordinates of the axes, row-major, positive semidefinite
 */
export function spreadCovariance(
  lattice: Lattice,
  table: DifferenceTable,
  even: readonly boolean[],
  position: readonly number[],
  S: readonly number[],
): CovarianceSpread {
  const n = position.length;
  const crosses = (i: number, j: number): boolean =>
    i !== j && S[i * n + j] !== 0 && table.faces[i][position[i]] === 'inner' && table.faces[j][position[j]] === 'inner';
  const free = position.map((_, d) => S[d * n + d]);
  const involved = position.map((_, i) => position.some((__, j) => crosses(i, j)));
  if (!involved.includes(true)) return { free, nodes: [], weights: [] };
  const kept = S.map((value, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return i === j || crosses(i, j) ? value : 0;
  });
  const isUneven = involved.some((isInvolved, d) => isInvolved && !even[d]);
  const uneven = isUneven ? spreadOnUnevenLattice(lattice, involved, position, kept, LONGEST_STEP) : null;
  if (uneven !== null) return uneven;
  const spread: MutableSpread = { free: position.map(() => 0), nodes: [], weights: [] };
  if (!alongLattice(lattice, even, involved, position, kept, spread)) alongPrincipal(lattice, position, kept, spread);
  return spread;
}

interface MutableSpread {
  readonly free: number[];
  readonly nodes: number[];
  readonly weights: number[];
}

function alongLattice(
  lattice: Lattice,
  even: readonly boolean[],
  involved: readonly boolean[],
  position: readonly number[],
  S: readonly number[],
  spread: MutableSpread,
): boolean {
  if (involved.some((isInvolved, d) => isInvolved && !even[d])) return false;
  const n = position.length;
  const h = position.map((_, d) => spacingAt(lattice, d, position[d]));
  const A = S.map((value, k) => value / (h[Math.floor(k / n)] * h[k % n]));
  const directions = sellingDirections(A, LONGEST_STEP);
  if (directions === null) return false;
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
  return true;
}

/** The axis along which a step is a single one, -1 for others. */
function singleStep(step: readonly number[]): number {
  let along = -1;
  for (let d = 0; d < step.length; d += 1) {
    if (step[d] === 0) continue;
    if (along >= 0 || Math.abs(step[d]) !== 1) return -1;
    along = d;
  }
  return along;
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

function alongPrincipal(
  lattice: Lattice,
  position: readonly number[],
  S: readonly number[],
  spread: MutableSpread,
): void {
  const n = position.length;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    new Matrix(Array.from({ length: n }, (_, i) => Array.from(S.slice(i * n, (i + 1) * n)))),
    { assumeSymmetric: true },
  );
  const largest = Math.max(...realEigenvalues);
  const cells = Math.max(1, Math.sqrt(Math.min(...lattice.shape)) / 2);
  realEigenvalues.forEach((variance, k) => {
    if (variance <= 1e-12 * largest) return;
    const axis = Array.from({ length: n }, (_, d) => eigenvectorMatrix.get(d, k));
    const length = cells / Math.max(...axis.map((part, d) => Math.abs(part) / spacingAt(lattice, d, position[d])));
    addLegs(
      lattice,
      position,
      axis.map((part) => part * length),
      variance / length ** 2,
      spread,
    );
  });
}

/** (weight / 2) V_ee along +leg and -leg; where one is cut short, by the difference for unequal steps. */
function addLegs(
  lattice: Lattice,
  position: readonly number[],
  leg: readonly number[],
  weight: number,
  spread: MutableSpread,
): void {
  const ends = [1, -1].map((sign) =>
    legEnd(
      lattice,
      position,
      leg.map((part) => sign * part),
    ),
  );
  const total = ends[0].share + ends[1].share;
  for (const { share, point } of ends) {
    const bearing = weight / (share * total);
    for (const { node, part } of cornersAt(lattice, point)) {
      spread.nodes.push(node);
      spread.weights.push(bearing * part);
    }
  }
}

/** Where a leg ends inside the domain, and the share of it that is inside. */
function legEnd(
  { axes, coordinates }: Lattice,
  position: readonly number[],
  leg: readonly number[],
): { share: number; point: number[] } {
  const start = position.map((j, d) => coordinates[d][j]);
  const share = leg.reduce((least, part, d) => {
    const [low, high] = [coordinates[d][0], coordinates[d][coordinates[d].length - 1]];
    const face = axes[d].boundary[part > 0 ? 1 : 0];
    if (part === 0 || face === 'periodic' || face === 'reflecting') return least;
    return Math.min(least, ((part > 0 ? high : low) - start[d]) / part);
  }, 1);
  const point = start.map((z, d) => folded(coordinates[d], axes[d].boundary[0] === 'periodic', z + share * leg[d]));
  return { share, point };
}

/** A coordinate beyond a face mirrored at it, or taken round a periodic axis. */
function folded(z: Float64Array, isPeriodic: boolean, value: number): number {
  const [low, high] = [z[0], z[z.length - 1]];
  if (isPeriodic) return value < low ? value + high - low : value > high ? value - high + low : value;
  return value < low ? Math.min(2 * low - value, high) : value > high ? Math.max(2 * high - value, low) : value;
}

/** Offsets from a node below which a point counts as the node, relative to the spacing. */
const ON_NODE = 1e-6;

/** Nodes around a point with multilinear weights. */
function cornersAt({ coordinates, strides }: Lattice, point: readonly number[]): { node: number; part: number }[] {
  let corners = [{ node: 0, part: 1 }];
  point.forEach((value, d) => {
    const z = coordinates[d];
    const j = bisect(z, value, 0, z.length - 1);
    const share = (value - z[j]) / (z[j + 1] - z[j]);
    const upper = share < ON_NODE ? 0 : share > 1 - ON_NODE ? 1 : share;
    corners = corners.flatMap(({ node, part }) =>
      [0, 1]
        .map((side) => ({ node: node + (j + side) * strides[d], part: part * (side === 1 ? upper : 1 - upper) }))
        .filter((corner) => corner.part > 0),
    );
  });
  return corners;
}

/** Distance to the neighbours at a node, the smaller of both. */
function spacingAt({ coordinates }: Lattice, d: number, j: number): number {
  const z = coordinates[d];
  const below = j > 0 ? z[j] - z[j - 1] : Infinity;
  const above = j < z.length - 1 ? z[j + 1] - z[j] : Infinity;
  return Math.min(below, above);
}
