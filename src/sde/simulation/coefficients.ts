import { HjbLrError } from '../../errors.js';
import { hasAtomsAlone } from '../law/law.js';
import type { SgdModel } from '../model.js';
import { requireFinite } from './rate-bounds.js';

const abs = Math.abs;
const floor = Math.floor;
const sqrt = Math.sqrt;

/** hbar, S and D hbar for whoever asks for them millions of times. */
export interface Coefficients {
  at(theta: ArrayLike<number>, hbar: Float64Array, S: Float64Array, D: Float64Array): void;
  /** Whether they are interpolated between the nodes of a lattice. */
  readonly isTable: boolean;
}

/** Sums over this many atoms are taken each time, by the number of weights: a table of two costs more to read. */
const FEW_ATOMS = [0, 16, 3];
/** The same where no table helps. */
const STILL_FEW = 64;
/** Lattice cells over the extent of the process, by the number of weights. */
const CELLS = [0, 80, 14];
/** Nodes of an interpolating polynomial along a weight: to either side of the cell. */
const HALF = 3;
const POINTS = 2 * HALF;
/** Points at which expectations over more than a few atoms are taken, at most. */
const MOST_EXPECTATIONS = 200_000;
/** Lattice coordinates of two weights in one key. */
const ROW = 2 ** 26;

/**
 * The coefficients of a model: as they are where that is cheap, where they jump, or with three weights or more; else
 * interpolated by polynomials of fifth degree on a lattice, whose nodes are found when they are first needed. A value
 * depends on the point alone, never on the points asked for before.
 * @param updates - of the mean path that tells the lattice's spacing
 * @param evaluations - how often they will be asked for
 * @throws E_INVALID where that is too often for expectations that must be taken anew each time
 */
export function coefficientsOf(
  model: SgdModel,
  { eta, updates, evaluations }: { eta: number; updates: number; evaluations: number },
): Coefficients {
  const n = model.weights.length;
  const direct: Coefficients['at'] = (theta, hbar, S, D) => {
    model.meanFieldAndCovariance(theta, hbar, S);
    model.meanFieldJacobian(theta, D);
  };
  const atoms = hasAtomsAlone(model.law);
  const jumps = atoms && (model.ascent.jumps || model.loss.switchCount > 0);
  const isCheap = atoms && model.law.components.length <= (FEW_ATOMS[n] ?? STILL_FEW);
  const isBearable = atoms && model.law.components.length <= STILL_FEW;
  if (!isBearable && (n > 2 || jumps) && evaluations > MOST_EXPECTATIONS) throw tooMany(evaluations);
  if (n > 2 || jumps || isCheap) return { at: direct, isTable: false };
  return { at: onLattice(direct, valuesOf(model), spacingsOf(model, eta, updates)), isTable: true };
}

function tooMany(evaluations: number): HjbLrError {
  return new HjbLrError(
    'E_INVALID',
    `The paths of the SDE ask for ${evaluations} expectations, and with three weights or more, or where the mean field jumps, each is taken anew.`,
    { remedy: `Take fewer paths, or data of at most ${STILL_FEW} points.`, fields: { evaluations } },
  );
}

/** Cells whose number covers the mean path and the noise about it. */
function spacingsOf(model: SgdModel, eta: number, updates: number): Float64Array {
  const n = model.weights.length;
  const [hbar, S] = [new Float64Array(n), new Float64Array(n * n)];
  const theta = model.start.slice();
  const [low, high, variance] = [theta.slice(), theta.slice(), new Float64Array(n)];
  for (let k = 0; k < updates; k += 1) {
    const u = model.rate.value(k * eta, theta);
    requireFinite(theta, 'The mean path', k * eta);
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

function onLattice(direct: Coefficients['at'], values: ValuesAt, spacings: Float64Array): Coefficients['at'] {
  const n = spacings.length;
  const size = n + n * n;
  const nodes = new Map<number, Float64Array | null>();
  const cells = new Map<number, readonly Float64Array[] | null>();
  const first = new Int32Array(2);
  const along = [new Float64Array(POINTS), new Float64Array(POINTS).fill(1)];
  const slopes = [new Float64Array(POINTS), new Float64Array(POINTS)];
  const inner = n === 1 ? 1 : POINTS;

  const nodeAt = (i: number, j: number): Float64Array | null => {
    const key = i * ROW + j;
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const found = values(n === 1 ? [i * spacings[0]] : [i * spacings[0], j * spacings[1]]);
    nodes.set(key, found);
    return found;
  };
  const cellAt = (i: number, j: number): readonly Float64Array[] | null => {
    const key = i * ROW + j;
    const known = cells.get(key);
    if (known !== undefined) return known;
    const around = Array.from({ length: POINTS * inner }, (_, k) => nodeAt(i + floor(k / inner), j + (k % inner)));
    const cell = around.every((node) => node !== null) ? around : null;
    cells.set(key, cell);
    return cell;
  };
  const all = new Float64Array(size);
  return (theta, hbar, S, D) => {
    for (let d = 0; d < n; d += 1) first[d] = lagrange(theta[d] / spacings[d], along[d], slopes[d]);
    const cell = cellAt(first[0], n === 1 ? 0 : first[1]);
    if (cell === null) return direct(theta, hbar, S, D);
    all.fill(0);
    D.fill(0);
    for (let k = 0; k < cell.length; k += 1) {
      const [row, column, node] = [floor(k / inner), k % inner, cell[k]];
      const weight = along[0][row] * along[1][n === 1 ? 0 : column];
      for (let m = 0; m < size; m += 1) all[m] += weight * node[m];
      const byFirst = (slopes[0][row] * along[1][n === 1 ? 0 : column]) / spacings[0];
      for (let i = 0; i < n; i += 1) D[i * n] += byFirst * node[i];
      if (n === 1) continue;
      const bySecond = (along[0][row] * slopes[1][column]) / spacings[1];
      for (let i = 0; i < n; i += 1) D[i * n + 1] += bySecond * node[i];
    }
    hbar.set(all.subarray(0, n));
    S.set(all.subarray(n));
  };
}

/** hbar, then S. */
type ValuesAt = (theta: number[]) => Float64Array | null;

/** Null where the model gives none: then nothing is interpolated nearby. */
const valuesOf =
  (model: SgdModel): ValuesAt =>
  (theta) => {
    try {
      return model.fields.meanFieldAndCovariance(theta).values;
    } catch (error) {
      if (error instanceof HjbLrError) return null;
      throw error;
    }
  };

/** Lagrange polynomials of the six nodes around a place, and their derivatives; returns the first node. */
function lagrange(place: number, weights: Float64Array, slopes: Float64Array): number {
  const from = floor(place) - HALF + 1;
  const p = place - from;
  for (let j = 0; j < POINTS; j += 1) {
    let [product, slope] = [1, 0];
    for (let k = 0; k < POINTS; k += 1) {
      if (k === j) continue;
      slope = (slope * (p - k) + product) / (j - k);
      product *= (p - k) / (j - k);
    }
    weights[j] = product;
    slopes[j] = slope;
  }
  return from;
}
