import type { Lattice } from '../grid/lattice.js';
import { positionOf } from '../grid/lattice.js';

/** A rise between neighbours that may be a jump, relative to the range of the data. */
const NOTABLE = 1e-3;

/** A rise that does not shrink to this share of itself while its interval is halved eight times is a jump. */
const STAYS = 0.6;
const TRIAL_HALVINGS = 8;

/** Midpoints along the other axes of a cell, and of an interval free of jumps along the last one. */
const MIDPOINTS = 16;
const PIECE_POINTS = 4;

/**
 * Data with its averages over the cells in which it jumps: a jump between two nodes, or off the middle of a cell, would
 * otherwise be an error of first order in the spacing (Pooley, Vetzal & Forsyth 2003). A cell reaches half way to the
 * neighbours, in the coordinate of each axis. Data without jumps stays as it is, bit for bit.
 *
 * @param values - the data at the nodes, changed in place
 * @param data - of the states in natural units
 */
export function averageOverJumps(lattice: Lattice, values: Float64Array, data: (x: readonly number[]) => number): void {
  const range = values.reduce((most, v) => Math.max(most, v), -Infinity) - values.reduce((least, v) => Math.min(least, v), Infinity); // prettier-ignore
  if (!(range > 0)) return;
  const along = lattice.axes.map(({ coordinate }, d) => axisOf(lattice.coordinates[d], coordinate === 'log'));
  const jumping = new Set<number>();
  for (let node = 0; node < values.length; node += 1) {
    const position = positionOf(lattice, node);
    lattice.shape.forEach((n, d) => {
      const next = node + lattice.strides[d];
      if (position[d] + 1 >= n || Math.abs(values[next] - values[node]) <= NOTABLE * range) return;
      const x = position.map((j, a) => lattice.axes[a].grid[j]);
      const at = (z: number): number => data(x.map((value, a) => (a === d ? along[d].natural(z) : value)));
      const [from, to] = [lattice.coordinates[d][position[d]], lattice.coordinates[d][position[d] + 1]];
      const jump = jumpIn(at, from, to);
      if (jump === null) return;
      jumping.add(node);
      jumping.add(next);
    });
  }
  for (const node of jumping) {
    const average = cellAverage(lattice, along, positionOf(lattice, node), data);
    if (Number.isFinite(average)) values[node] = average;
  }
}

interface Axis {
  readonly natural: (z: number) => number;
  /** Ends of the cell of each position. */
  readonly cell: (j: number) => readonly [number, number];
}

function axisOf(z: Float64Array, isLog: boolean): Axis {
  return {
    natural: isLog ? Math.exp : (value) => value,
    cell: (j) => [j === 0 ? z[0] : (z[j - 1] + z[j]) / 2, j === z.length - 1 ? z[j] : (z[j] + z[j + 1]) / 2],
  };
}

/** Where a function jumps between two points; null where it does not, or its rise shrinks with the interval. */
function jumpIn(at: (z: number) => number, from: number, to: number): number | null {
  let [a, b] = [from, to];
  let [low, high] = [at(a), at(b)];
  const whole = Math.abs(high - low);
  if (!(whole > 0)) return null;
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (a + b) / 2;
    if (!(middle > a && middle < b)) break;
    const value = at(middle);
    // Data may be given at the nodes alone.
    if (!Number.isFinite(value)) return null;
    if (Math.abs(value - low) >= Math.abs(high - value)) [b, high] = [middle, value];
    else [a, low] = [middle, value];
    if (halving === TRIAL_HALVINGS && Math.abs(high - low) < STAYS * whole) return null;
  }
  return (a + b) / 2;
}

/** Midpoints along all axes but the last; along it pieces between jumps. */
function cellAverage(
  lattice: Lattice,
  along: readonly Axis[],
  position: readonly number[],
  data: (x: readonly number[]) => number,
): number {
  const x = position.map(() => 0);
  const last = position.length - 1;
  const over = (d: number): number => {
    const [from, to] = along[d].cell(position[d]);
    const at = (z: number): number => {
      x[d] = along[d].natural(z);
      return d === last ? data(x) : over(d + 1);
    };
    if (d < last) return midpoints(at, from, to, MIDPOINTS);
    const points = Array.from({ length: PIECE_POINTS + 1 }, (_, k) => from + (k / PIECE_POINTS) * (to - from));
    const cuts = points.slice(1).flatMap((z, k) => jumpIn(at, points[k], z) ?? []);
    const ends = [from, ...cuts, to];
    const pieces = ends.slice(1).map((end, k) => (end - ends[k]) * midpoints(at, ends[k], end, PIECE_POINTS));
    return pieces.reduce((sum, piece) => sum + piece, 0) / (to - from);
  };
  return over(0);
}

function midpoints(at: (z: number) => number, from: number, to: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k += 1) sum += at(from + ((k + 0.5) / count) * (to - from));
  return sum / count;
}
