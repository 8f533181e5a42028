import { faceKind, type FaceKind } from '../grid/face-kind.js';
import { wrapped, type Lattice } from '../grid/lattice.js';
import { faceForms, type FormOptions } from './face-forms.js';
import { FORM_SIZE, innerForms, type PointForms } from './monotone-scheme.js';

/** Numbers of the table for each node of an axis: its three forms. */
const ENTRY_SIZE = 3 * FORM_SIZE;

/**
 * Differences along every axis. At a node, in the form r, with V- and V+ the neighbours,
 *   V_z      = firstLow (V- - V) + firstHigh (V+ - V) + firstLimited m + firstSlope slope,
 *   V_zz / 2 = secondLow (V- - V) + secondHigh (V+ - V) + secondLimited m + secondSlope slope,
 * so that a drift b and a variance s give the weights alpha- = b firstLow + s secondLow, alpha+ = b firstHigh + s secondHigh
 * of `monotone-scheme.ts`. There m is the limited second difference that the accurate scheme takes from the levels before
 * (0 in the monotone one) and `slope` is what a face with a given slope says, or where V is linear and drift points outward,
 * its slope at the level before (over an infinite horizon there is none: the difference itself). The eight numbers of form r
 * of the node at position j of axis d start at `entries[entryOf[d][j] + r * FORM_SIZE]`.
 */
export interface DifferenceTable {
  readonly entries: Float64Array;
  /** By axis and position: where the node's entry starts. */
  readonly entryOf: readonly Int32Array[];
  /** By axis and position: the neighbours' positions, -1 where there is none. */
  readonly low: readonly Int32Array[];
  readonly high: readonly Int32Array[];
  /** Central differences hold up to |drift| * reach <= variance, upwards and downwards; Infinity: they never do. */
  readonly upReach: readonly Float64Array[];
  readonly downReach: readonly Float64Array[];
  readonly faces: readonly (readonly FaceKind[])[];
}

export function buildDifferenceTable(lattice: Lattice, options: FormOptions): DifferenceTable {
  const { axes, shape } = lattice;
  const perAxis = (): Float64Array[] => shape.map((length) => new Float64Array(length));
  const [upReach, downReach] = [perAxis(), perAxis()];
  const entryOf = shape.map((length) => new Int32Array(length));
  const entries = new Float64Array(ENTRY_SIZE * shape.reduce((sum, length) => sum + length, 0));
  let start = 0;
  shape.forEach((length, d) => {
    for (let j = 0; j < length; j += 1, start += ENTRY_SIZE) {
      const point = pointForms(lattice, d, j, options);
      point.forms.forEach((form, r) => entries.set(form, start + r * FORM_SIZE));
      entryOf[d][j] = start;
      upReach[d][j] = point.upReach;
      downReach[d][j] = point.downReach;
    }
  });
  const neighbour = (d: number, j: number, offset: number): number => {
    const n = lattice.shape[d];
    if (axes[d].boundary[0] === 'periodic') return wrapped(j + offset, n);
    return j + offset < 0 || j + offset > n - 1 ? -1 : j + offset;
  };
  const neighbours = (offset: number): Int32Array[] =>
    shape.map((n, d) => Int32Array.from({ length: n }, (_, j) => neighbour(d, j, offset)));
  return {
    ...{ entries, entryOf, upReach, downReach },
    low: neighbours(-1),
    high: neighbours(1),
    faces: axes.map((axis, d) => Array.from(axis.grid, (_, j) => faceKind(lattice, d, j))),
  };
}

function pointForms(lattice: Lattice, d: number, j: number, options: FormOptions): PointForms {
  const kind = faceKind(lattice, d, j);
  const z = lattice.coordinates[d];
  const n = z.length;
  if (kind === 'inner') {
    const below = j > 0 ? z[j] - z[j - 1] : z[n - 1] - z[n - 2];
    const above = j < n - 1 ? z[j + 1] - z[j] : z[1] - z[0];
    return innerForms(below, above, options.scheme);
  }
  const side = j === 0 ? 1 : -1;
  const distance = side * (z[j + side] - z[j]);
  return faceForms(kind, side, distance, straightDistance(lattice, d, j), options);
}

/** From a face to its neighbour in the state itself, in the unit of the coordinate at the face: V_z = (V+ - V) / it. */
export function straightDistance({ axes }: Lattice, d: number, j: number): number {
  const { grid, coordinate } = axes[d];
  const distance = j === 0 ? grid[1] - grid[0] : grid[j] - grid[j - 1];
  return coordinate === 'log' ? distance / grid[j] : distance;
}
