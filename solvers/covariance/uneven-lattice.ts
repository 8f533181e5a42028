import { dot, norm } from '../../src/math/vectors.js';
import type { Lattice } from '../grid/lattice.js';
import type { CovarianceSpread } from './covariance-spread.js';
import { leastChange } from './least-change.js';
import { sellingDirections, singleStep, type LatticeDirection } from './selling.js';

/** A leg to a node: its offsets along the axes, in local spacings, and the axis along which it is a single step, or -1. */
interface Leg {
  readonly node: number;
  readonly offset: readonly number[];
  readonly axis: number;
  readonly weight: number;
}

/** Moments that differ by less, relative to their legs' (to the trace where no leg has any), are equal. */
const MOMENT_ROUNDING = 1e-10;

/**
 * A covariance on axes whose spacings change: Selling's directions in units of the local spacings, each to the nodes at
 * both its ends, which are then not quite opposite. The weights of these legs are those nearest to Selling's, relatively,
 * whose moments up to the second are exact (local consistency, Kushner & Dupuis 2001): sum w d_a = 0, sum w d_a d_b = S_ab.
 * On smooth grids the third are of second order. Where some of those weights are not positive, the axes lend their neighbours.
 *
 * @param involved - axes that share in the covariance, at inner nodes; the others keep their variance
 * @param S - covariance in the coordinates of the axes, row-major
 * @param reach - longest step along an axis
 * @returns null where the covariance is degenerate along no direction of the lattice, a weight would not be positive, or a
 * leg leaves the domain
 */
export function spreadOnUnevenLattice(
  lattice: Lattice,
  involved: readonly boolean[],
  position: readonly number[],
  S: readonly number[],
  reach: number,
): CovarianceSpread | null {
  const n = position.length;
  const h = position.map((_, d) => localSpacing(lattice, d, position[d]));
  const A = S.map((value, k) => {
    const [a, b] = [Math.floor(k / n), k % n];
    return involved[a] && involved[b] ? value / (h[a] * h[b]) : 0;
  });
  const directions = sellingDirections(A, reach);
  if (directions === null) return null;
  const legsOf = (along: readonly LatticeDirection[]): readonly Leg[] | null =>
    exactLegs(lattice, position, along, h, A);
  const legs = legsOf(directions) ?? legsOf([...directions, ...otherAxes(directions, involved)]);
  if (legs === null) return null;
  return withFree(
    legs,
    S.filter((_, k) => k % (n + 1) === 0).map((variance, d) => (involved[d] ? 0 : variance)),
    h,
  );
}

/** The axes that share in the covariance but are none of the directions, with the least of their weights. */
function otherAxes(directions: readonly LatticeDirection[], involved: readonly boolean[]): LatticeDirection[] {
  const weight = Math.min(...directions.map((direction) => direction.weight));
  const taken = new Set(directions.map(({ step }) => singleStep(step)));
  return involved.flatMap((isInvolved, axis) =>
    isInvolved && !taken.has(axis) ? [{ step: involved.map((_, d) => Number(d === axis)), weight }] : [],
  );
}

/** Legs to both ends of every direction whose moments are exact; null where there are none. */
function exactLegs(
  lattice: Lattice,
  position: readonly number[],
  directions: readonly LatticeDirection[],
  h: readonly number[],
  A: readonly number[],
): readonly Leg[] | null {
  const nominal: Leg[] = [];
  for (const { step, weight } of directions) {
    const pair = legsAlong(lattice, position, step, weight, h);
    if (pair === null) return null;
    nominal.push(...pair);
  }
  const weights = exactWeights(nominal, A, h.length);
  return weights && nominal.map((leg, k) => ({ ...leg, weight: weights[k] }));
}

/** The two ends of a direction; (weight / 2) V_ee by the difference for unequal steps. */
function legsAlong(
  lattice: Lattice,
  position: readonly number[],
  step: readonly number[],
  weight: number,
  h: readonly number[],
): readonly [Leg, Leg] | null {
  const [up, down] = [1, -1].map((sign) => endOf(lattice, position, step.map((count) => sign * count))); // prettier-ignore
  if (up === null || down === null) return null;
  const steps = step.reduce((sum, count) => sum + Math.abs(count), 0);
  const axis = singleStep(step);
  const inSpacings = (end: { node: number; offset: readonly number[] }): Omit<Leg, 'weight'> => {
    return { node: end.node, axis, offset: end.offset.map((part, d) => part / h[d]) };
  };
  const ends = [inSpacings(up), inSpacings(down)];
  const [above, below] = ends.map(({ offset }) => offset.reduce((sum, part) => sum + Math.abs(part), 0) / steps);
  return [
    { ...ends[0], weight: weight / (above * (above + below)) },
    { ...ends[1], weight: weight / (below * (above + below)) },
  ];
}

/** The node that many steps away, and how far it is along each axis; null beyond a face. */
function endOf(
  { axes, coordinates, strides }: Lattice,
  position: readonly number[],
  step: readonly number[],
): { node: number; offset: number[] } | null {
  let node = 0;
  const offset: number[] = [];
  for (let d = 0; d < step.length; d += 1) {
    const z = coordinates[d];
    const last = z.length - 1;
    const to = position[d] + step[d];
    const isInside = to >= 0 && to <= last;
    if (!isInside && axes[d].boundary[0] !== 'periodic') return null;
    const rounds = isInside ? 0 : Math.floor(to / last);
    const at = to - rounds * last;
    node += at * strides[d];
    offset.push(z[at] - z[position[d]] + rounds * (z[last] - z[0]));
  }
  return { node, offset };
}

/**
 * Positive weights w (1 + c) of the legs with the least sum of c^2 whose first moments are 0 and whose second are A; null
 * where there are none.
 */
function exactWeights(legs: readonly Leg[], A: readonly number[], n: number): number[] | null {
  const rows: number[][] = [];
  const missing: number[] = [];
  const trace = A.reduce((sum, value, k) => (k % (n + 1) === 0 ? sum + value : sum), 0);
  const want = (value: number, momentOf: (offset: readonly number[]) => number): void => {
    const row = legs.map(({ offset, weight }) => weight * momentOf(offset));
    const size = norm(row) || trace;
    rows.push(row.map((moment) => moment / size));
    missing.push((value - row.reduce((sum, moment) => sum + moment, 0)) / size);
  };
  for (let a = 0; a < n; a += 1) {
    want(0, (offset) => offset[a]);
    for (let b = a; b < n; b += 1) want(A[a * n + b], (offset) => offset[a] * offset[b]);
  }
  const change = leastChange(rows, missing);
  const isExact = rows.every((row, k) => Math.abs(dot(row, change) - missing[k]) <= MOMENT_ROUNDING);
  const weights = legs.map(({ weight }, k) => weight * (1 + change[k]));
  return isExact && weights.every((weight) => weight > 0) ? weights : null;
}

/** What the single steps of an axis bear alike is its free variance, in the form that the drift wants; the rest are legs. */
function withFree(legs: readonly Leg[], variances: readonly number[], h: readonly number[]): CovarianceSpread {
  const nodes: number[] = [];
  const weights: number[] = [];
  const free = [...variances];
  for (let k = 0; k < legs.length; k += 2) {
    const pair = [legs[k], legs[k + 1]];
    const { axis } = pair[0];
    const both = axis < 0 ? 0 : Math.abs(pair[0].offset[axis]) + Math.abs(pair[1].offset[axis]);
    const bears = axis < 0 ? [0, 0] : pair.map(({ offset, weight }) => weight * Math.abs(offset[axis]) * both);
    const shared = Math.min(...bears);
    if (axis >= 0) free[axis] += shared * h[axis] ** 2;
    pair.forEach(({ node, weight }, side) => {
      const rest = shared === 0 ? weight : weight * (1 - shared / bears[side]);
      if (!(rest > 0)) return;
      nodes.push(node);
      weights.push(rest);
    });
  }
  return { free, nodes, weights };
}

/** Mean distance to the neighbours of a node, or to the only one. */
function localSpacing({ axes, coordinates }: Lattice, d: number, j: number): number {
  const z = coordinates[d];
  const last = z.length - 1;
  if (j > 0 && j < last) return (z[j + 1] - z[j - 1]) / 2;
  const [first, end] = [z[1] - z[0], z[last] - z[last - 1]];
  if (axes[d].boundary[0] === 'periodic') return (first + end) / 2;
  return j === 0 ? first : end;
}
