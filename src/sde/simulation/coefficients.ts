import { HjbLrError } from '../../errors.js';
import { hasAtomsAlone } from '../law/law.js';
import type { SgdModel } from '../model.js';

const abs = Math.abs;
const floor = Math.floor;
const sqrt = Math.sqrt;

/** hbar, S and D hbar for whoever asks for them millions of times. */
export interface Coefficients {
  at(theta: ArrayLike<number>, hbar: Float64Array, S: Float64Array, D: Float64Array): void;
  /** Whether they are interpolated between the nodes of a lattice. */
  readonly isTable: boolean;
}

/** Sums over this many atoms are taken each time. */
const FEW_ATOMS = 64;
/** Lattice cells over the extent of the process, by the number of weights. */
const CELLS = [0, 160, 40];
/** Nodes of an interpolating polynomial along a weight: to either side of the cell. */
const HALF = 3;
const POINTS = 2 * HALF;
/** Barycentric weights of six equally spaced nodes. */
const BARYCENTRIC = [1, -5, 10, -10, 5, -1];
/** Lattice coordinates of two weights in one key. */
const ROW = 2 ** 26;

/**
 * The coefficients of a model: as they are where that is cheap, where they jump, or with three weights or more; else
 * interpolated by polynomials of fifth degree on a lattice, whose nodes are found when they are first needed. A value
 * depends on the point alone, never on the points asked for before.
 * @param updates - of the mean path that tells the lattice's spacing
 */
export function coefficientsOf(model: SgdModel, eta: number, updates: number): Coefficients {
  const n = model.weights.length;
  const direct: Coefficients['at'] = (theta, hbar, S, D) => {
    model.meanFieldAndCovariance(theta, hbar, S);
    model.meanFieldJacobian(theta, D);
  };
  const atoms = hasAtomsAlone(model.law);
  const jumps = atoms && (model.ascent.jumps || model.loss.switchCount > 0);
  const isCheap = atoms && model.law.components.length <= FEW_ATOMS;
  if (n > 2 || jumps || isCheap) return { at: direct, isTable: false };
  return { at: onLattice(direct, spacingsOf(model, eta, updates)), isTable: true };
}

/** Cells whose number covers the mean path and the noise about it. */
function spacingsOf(model: SgdModel, eta: number, updates: number): Float64Array {
  const n = model.weights.length;
  const [hbar, S] = [new Float64Array(n), new Float64Array(n * n)];
  const theta = model.start.slice();
  const [low, high, variance] = [theta.slice(), theta.slice(), new Float64Array(n)];
  for (let k = 0; k < updates; k += 1) {
    const u = model.rate.value(k * eta, theta);
    model.meanFieldAndCovariance(theta, hbar, S);
    for (let i = 0; i < n; i += 1) {
      theta[i] -= eta * u * hbar[i];
      low[i] = Math.min(low[i], theta[i]);
      high[i] = Math.max(high[i], theta[i]);
      variance[i] += (eta * u) ** 2 * S[i * n + i];
    }
  }
  return low.map((from, i) => {
    const extent = high[i] - from + 6 * sqrt(variance[i]);
    return (extent > 0 && extent < Infinity ? extent : 1e-3 * (1 + abs(from))) / CELLS[n];
  });
}

function onLattice(direct: Coefficients['at'], spacings: Float64Array): Coefficients['at'] {
  const n = spacings.length;
  const size = n + 2 * n * n;
  const nodes = new Map<number, Float64Array | null>();
  const cells = new Map<number, readonly Float64Array[] | null>();
  const all = new Float64Array(size);
  const first = new Int32Array(2);
  const along = [new Float64Array(POINTS), new Float64Array(POINTS).fill(1)];

  const nodeAt = (i: number, j: number): Float64Array | null => {
    const key = i * ROW + j;
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const found = valuesAt(direct, n === 1 ? [i * spacings[0]] : [i * spacings[0], j * spacings[1]]);
    nodes.set(key, found);
    return found;
  };
  const cellAt = (i: number, j: number): readonly Float64Array[] | null => {
    const key = i * ROW + j;
    const known = cells.get(key);
    if (known !== undefined) return known;
    const rows = Array.from({ length: POINTS }, (_, a) =>
      n === 1 ? [nodeAt(i + a, 0)] : Array.from({ length: POINTS }, (__, b) => nodeAt(i + a, j + b)),
    ).flat();
    const cell = rows.every((node) => node !== null) ? rows : null;
    cells.set(key, cell);
    return cell;
  };
  return (theta, hbar, S, D) => {
    for (let d = 0; d < n; d += 1) first[d] = lagrange(theta[d] / spacings[d], along[d]);
    const cell = cellAt(first[0], n === 1 ? 0 : first[1]);
    if (cell === null) return direct(theta, hbar, S, D);
    all.fill(0);
    const inner = n === 1 ? 1 : POINTS;
    for (let k = 0; k < cell.length; k += 1) {
      const weight = n === 1 ? along[0][k] : along[0][floor(k / inner)] * along[1][k % inner];
      const node = cell[k];
      for (let m = 0; m < size; m += 1) all[m] += weight * node[m];
    }
    hbar.set(all.subarray(0, n));
    S.set(all.subarray(n, n + n * n));
    D.set(all.subarray(n + n * n));
  };
}

/** Null where the model gives none: then nothing is interpolated nearby. */
function valuesAt(direct: Coefficients['at'], theta: number[]): Float64Array | null {
  const n = theta.length;
  const values = new Float64Array(n + 2 * n * n);
  try {
    direct(theta, values.subarray(0, n), values.subarray(n, n + n * n), values.subarray(n + n * n));
    return values;
  } catch (error) {
    if (error instanceof HjbLrError) return null;
    throw error;
  }
}

/** Weights of the six nodes around a place; returns the first of them. */
function lagrange(place: number, weights: Float64Array): number {
  const from = floor(place) - HALF + 1;
  const exact = place - floor(place) === 0;
  let total = 0;
  for (let j = 0; j < POINTS; j += 1) {
    weights[j] = exact ? (j === HALF - 1 ? 1 : 0) : BARYCENTRIC[j] / (place - from - j);
    total += weights[j];
  }
  for (let j = 0; j < POINTS; j += 1) weights[j] /= total;
  return from;
}
