import { affineVisits, type AffineVisits } from './affine.js';
import type { KeptModel } from './kept-model.js';
import { plus, product, productTransposed } from './matrices.js';
import type { NoiseOf } from './update.js';

/**
 * First and second moments of an affine model, M = E (1, X)(1, X)^T, [1 + w + n d]^2: exactly of the real iteration, and of the
 * joint SDE by its moment equations, neither with Monte Carlo noise.
 */
export interface MomentEquations {
  readonly columns: number;
  /** Of the state at the start. */
  readonly start: Float64Array;
  /** After a real update: P M P^T + N(M), P = I + D, N the covariance of an update. */
  update(M: Float64Array, rate: number): Float64Array;
  /**
   * After the time of an update of the SDE, by Runge-Kutta: dM/ds = Q M + M Q^T + N(M), s in updates, Q = D (order 1) or
   * D - D D / 2 (order 2).
   */
  advance(M: Float64Array, rate: number, equation: MomentEquation): Float64Array;
}

export interface MomentEquation {
  readonly order: 1 | 2;
  /** Whose noise; null for none: the mean field alone. */
  readonly noise: NoiseOf | null;
}

/** Runge-Kutta steps within the time of an update. */
const STEPS = 4;

export function momentEquations(kept: KeptModel): MomentEquations {
  const visits = affineVisits(kept);
  const { columns } = visits;
  const state = Float64Array.of(1, ...kept.start);
  const covariance = covarianceOf(kept, visits);
  return {
    columns,
    start: productTransposed(state, state, 1),
    update(M, rate) {
      const P = plus(identity(columns), 1, meanMatrix(kept, visits, rate));
      return plus(sandwich(P, M, columns), 1, covariance(M, rate, 'joint'));
    },
    advance(M, rate, { order, noise }) {
      const D = meanMatrix(kept, visits, rate);
      const Q = order === 1 ? D : plus(D, -1 / 2, product(D, D, columns));
      const slope = (at: Float64Array): Float64Array => {
        const drift = product(Q, at, columns);
        const both = drift.map((value, k) => value + drift[(k % columns) * columns + Math.floor(k / columns)]);
        return noise === null ? both : plus(both, 1, covariance(at, rate, noise));
      };
      return Array.from({ length: STEPS }).reduce<Float64Array>((at) => rungeKutta(slope, at, 1 / STEPS), M);
    },
  };
}

/** D(X) as a matrix on (1, X), its first row 0. */
function meanMatrix(
  { weights: w, inputs: d, visits }: KeptModel,
  { columns, moves, gradients }: AffineVisits,
  rate: number,
) {
  const D = new Float64Array(columns * columns);
  gradients.forEach((H) => H.forEach((value, k) => (D[columns + k] -= (rate / visits.examples) * value)));
  moves.forEach((V, i) => {
    const from = (1 + w + i * d) * columns;
    V.forEach((value, k) => (D[from + k] = visits.probability * value));
  });
  return D;
}

/** N(M), the covariance of an update averaged over M: `JointUpdate.noise` has the formulas. */
function covarianceOf(
  { weights: w, inputs: d, visits, model }: KeptModel,
  { columns, moves, gradients }: AffineVisits,
) {
  const { examples: n, variance, covariance, coupling } = visits;
  const mean = gradients.reduce((sum, H) => plus(sum, 1 / n, H), new Float64Array(w * columns));
  const centred = gradients.map((H) => plus(H, -1, mean));
  const V = Float64Array.from(
    { length: n * d * columns },
    (_, k) => moves[Math.floor(k / (d * columns))][k % (d * columns)],
  );
  return (M: Float64Array, rate: number, of: NoiseOf): Float64Array => {
    const N = new Float64Array(columns * columns);
    const between = (a: Float64Array, b: Float64Array): Float64Array =>
      productTransposed(product(a, M, columns), b, columns);
    const add = (row: number, column: number, block: Float64Array, width: number, factor: number): void =>
      block.forEach(
        (value, k) => (N[(row + Math.floor(k / width)) * columns + column + (k % width)] += factor * value),
      );
    centred.forEach((H) => add(1, 1, between(H, H), w, (rate * rate) / (model.batchSize * n)));
    if (of === 'weights') return N;
    const moved = between(V, V);
    moved.forEach((value, k) => {
      const [a, b] = [Math.floor(k / (n * d)), k % (n * d)];
      const factor = Math.floor(a / d) === Math.floor(b / d) ? variance : covariance;
      N[(1 + w + a) * columns + 1 + w + b] = factor * value;
    });
    if (of === 'independent') return N;
    centred.forEach((H, i) => {
      add(1, 1 + w + i * d, between(H, moves[i]), d, (-rate / n) * coupling);
      add(1 + w + i * d, 1, between(moves[i], H), w, (-rate / n) * coupling);
    });
    return N;
  };
}

function rungeKutta(slope: (M: Float64Array) => Float64Array, M: Float64Array, h: number): Float64Array {
  const k1 = slope(M);
  const k2 = slope(plus(M, h / 2, k1));
  const k3 = slope(plus(M, h / 2, k2));
  const k4 = slope(plus(M, h, k3));
  return M.map((value, k) => value + (h / 6) * (k1[k] + 2 * (k2[k] + k3[k]) + k4[k]));
}

function sandwich(P: Float64Array, M: Float64Array, columns: number): Float64Array {
  return productTransposed(product(P, M, columns), P, columns);
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
}
