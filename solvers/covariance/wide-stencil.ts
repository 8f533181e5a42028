import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { bisect } from '../../src/math/interpolation.js';
import type { Lattice } from '../grid/lattice.js';

/** A covariance spread over axes and nodes (`CovarianceSpread`), as it is put together. */
export interface MutableSpread {
  readonly free: number[];
  readonly nodes: number[];
  readonly weights: number[];
}

/**
 * A covariance by legs along its principal directions, multilinear between the nodes.
 * @param S - covariance in the coordinates of the axes, row-major, positive semidefinite
 */
export function alongPrincipal(lattice: Lattice, position: readonly number[], S: readonly number[]): MutableSpread {
  const spread: MutableSpread = { free: position.map(() => 0), nodes: [], weights: [] };
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
  return spread;
}

/** (weight / 2) V_ee along +leg and -leg; where one is cut short, by the difference for unequal steps. */
export function addLegs(
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
  const span = high - low;
  if (isPeriodic) return value >= low && value <= high ? value : value - Math.floor((value - low) / span) * span;
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
export function spacingAt({ coordinates }: Lattice, d: number, j: number): number {
  const z = coordinates[d];
  const below = j > 0 ? z[j] - z[j - 1] : Infinity;
  const above = j < z.length - 1 ? z[j + 1] - z[j] : Infinity;
  return Math.min(below, above);
}
