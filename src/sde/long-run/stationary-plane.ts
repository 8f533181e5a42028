import { dot } from '../../math/vectors.js';
import { addTo, emptyBanded, factorise, solveFactorised, type Banded } from './banded.js';

const abs = Math.abs;
const max = Math.max;
const min = Math.min;

/** Drift b, [2], and noise covariance, [2, 2], at two weights. */
export type PlaneCoefficients = (theta: readonly number[], b: Float64Array, covariance: Float64Array) => void;

export interface StationaryPlane {
  readonly axes: number[][];
  /** At the nodes, the second weight fastest. */
  readonly density: number[];
  readonly mean: number[];
  readonly covariance: number[][];
  /** Of the generator's spectrum; null where its slowest mode rotates. */
  readonly gap: number | null;
}

const NODES = 71;
/** Half-width of the domain, in standard deviations. */
const DEVIATIONS = 6;
/** The shift of inverse iteration, relative to the slowest rate, and its rounds for the law and for the gap. */
const SHIFT = 1e-6;
const ROUNDS = 3;
const GAP_ROUNDS = 200;
const SETTLED = 1e-7;
/** Negative values of this share of the largest are rounding of the mixed derivative where nothing lies. */
const NOTHING = 1e-4;

/**
 * The stationary law of the forward equation in two weights, 0 = -div(b p) + (1/2) sum d_i d_j (c_ij p) without flux through
 * the border: exponentially fitted fluxes along each weight (Scharfetter & Gummel 1969), central differences for the mixed
 * derivative, and inverse iteration.
 * @param slowest - rate of the slowest mode, about
 * @returns null where the noise vanishes or the law does not come out as one
 */
export function stationaryPlane(
  coefficients: PlaneCoefficients,
  center: readonly number[],
  deviations: readonly number[],
  slowest: number,
): StationaryPlane | null {
  const axes = center.map((middle, d) =>
    Array.from({ length: NODES }, (_, k) => middle + DEVIATIONS * deviations[d] * ((2 * k) / (NODES - 1) - 1)),
  );
  const A = generator(coefficients, axes, SHIFT * slowest);
  if (A === null) return null;
  factorise(A);
  let p = new Float64Array(A.size).fill(1);
  for (let round = 0; round < ROUNDS; round += 1) {
    solveFactorised(A, p);
    const total = p.reduce((sum, value) => sum + value, 0);
    p = p.map((value) => value / total);
  }
  const top = p.reduce((most, value) => max(most, value), 0);
  if (!p.every((value) => value >= -NOTHING * top)) return null;
  const cell = (axes[0][1] - axes[0][0]) * (axes[1][1] - axes[1][0]);
  const density = Array.from(p, (value) => max(0, value) / cell);
  return { axes, density, ...moments(axes, p), gap: gapOf(A, SHIFT * slowest) };
}

function moments(axes: readonly (readonly number[])[], p: Float64Array): { mean: number[]; covariance: number[][] } {
  const at = (k: number): [number, number] => [axes[0][Math.floor(k / NODES)], axes[1][k % NODES]];
  const expectation = (f: (x: readonly number[]) => number): number =>
    p.reduce((sum, mass, k) => sum + mass * f(at(k)), 0);
  const mean = [0, 1].map((i) => expectation((x) => x[i]));
  const covariance = [0, 1].map((i) => [0, 1].map((j) => expectation((x) => (x[i] - mean[i]) * (x[j] - mean[j]))));
  return { mean, covariance };
}

/** Inverse iteration among the vectors of total mass 0, which the slowest mode but the law itself dominates. */
function gapOf(A: Banded, shift: number): number | null {
  let v = Float64Array.from({ length: A.size }, (_, k) => Math.floor(k / NODES) + 0.37 * (k % NODES));
  let gap = NaN;
  for (let round = 0; round < GAP_ROUNDS; round += 1) {
    const mean = v.reduce((sum, value) => sum + value, 0) / A.size;
    const size = v.reduce((most, value) => max(most, abs(value - mean)), 0);
    v = v.map((value) => (value - mean) / size);
    const before = v.slice();
    solveFactorised(A, v);
    const [along, square] = [dot(before, v), dot(before, before)];
    const next = square / along - shift;
    if (abs(next - gap) <= SETTLED * abs(next)) return next > 0 ? next : null;
    gap = next;
  }
  return null;
}

/** shift I less the forward generator; null where the noise vanishes. */
function generator(
  coefficients: PlaneCoefficients,
  axes: readonly (readonly number[])[],
  shift: number,
): Banded | null {
  const size = NODES * NODES;
  const A = emptyBanded(size, NODES + 1);
  const h = axes.map(([a, b]) => b - a);
  const [drift, half] = [new Float64Array(2 * size), new Float64Array(4 * size)];
  for (let k = 0; k < size; k += 1) {
    const c = half.subarray(4 * k, 4 * k + 4);
    coefficients([axes[0][Math.floor(k / NODES)], axes[1][k % NODES]], drift.subarray(2 * k, 2 * k + 2), c);
    for (let m = 0; m < 4; m += 1) c[m] /= 2;
    if (!(c[0] > 0 && c[3] > 0)) return null;
    addTo(A, k, k, shift);
  }
  const stride = [NODES, 1];
  for (let k = 0; k < size; k += 1) {
    const place = [Math.floor(k / NODES), k % NODES];
    for (let d = 0; d < 2; d += 1) {
      if (place[d] === NODES - 1) continue;
      const next = k + stride[d];
      const flux = (column: number, value: number): void => {
        addTo(A, k, column, value / h[d]);
        addTo(A, next, column, -value / h[d]);
      };
      const along = (at: number): number => drift[2 * at + d] / half[4 * at + 3 * d];
      const peclet = ((along(k) + along(next)) / 2) * h[d];
      flux(k, (bernoulli(-peclet) * half[4 * k + 3 * d]) / h[d]);
      flux(next, (-bernoulli(peclet) * half[4 * next + 3 * d]) / h[d]);
      const other = 1 - d;
      if (min(place[other], NODES - 1 - place[other]) === 0) continue;
      for (const at of [k, next]) {
        for (const side of [-1, 1]) {
          const neighbour = at + side * stride[other];
          flux(neighbour, (-side * half[4 * neighbour + 1]) / (4 * h[other]));
        }
      }
    }
  }
  return A;
}

/** z / (e^z - 1). */
function bernoulli(z: number): number {
  return abs(z) < 1e-8 ? 1 - z / 2 : z / Math.expm1(z);
}
