import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { dot, norm } from './vectors.js';

/** A symmetric linear operator, A v. The argument is not kept and not changed. */
export type SymmetricOperator = (vector: Float64Array) => Float64Array;

/** What a start vector sees of a symmetric operator. */
export interface Quadrature {
  /** Length of the start vector. */
  readonly norm: number;
  /** Nodes: the Ritz values, ascending. */
  readonly values: readonly number[];
  /** Weight of each node, nonnegative, their sum 1. */
  readonly weights: readonly number[];
}

/** A residual below this share of the largest entry of T so far is rounding: the Krylov space is exhausted. */
const EXHAUSTED = 1e-10;

/**
 * Lanczos' tridiagonalisation of a symmetric operator A from a start vector v, each new vector made orthogonal to all
 * earlier ones, twice, in float64: with q_1 = v/|v|,
 *   A q_j = beta_(j-1) q_(j-1) + alpha_j q_j + beta_j q_(j+1).
 * The eigenvalues theta_i of the tridiagonal T, with w_i the squared first components of its eigenvectors, are the nodes
 * and weights of Gauss quadrature for the spectral measure of v (Golub & Meurant 2010, chapter 6):
 *   v^T f(A) v = |v|^2 sum_i w_i f(theta_i),  exact for polynomials f of degree 2 steps - 1.
 *
 * @param start - v, [n]
 * @param steps - products A q, and nodes; fewer nodes come back where n or the Krylov space is smaller
 * @param exhausted - relative size of a residual that is taken for 0: the error of the products
 * @returns no nodes for a start vector that is 0; nodes NaN where a product is not finite
 *
 * @example
 * const diagonal = (v: Float64Array) => v.map((x, i) => (i + 1) * x); // eigenvalues 1, 2, 3
 * lanczos(diagonal, Float64Array.of(1, 1, 1), 3); // { norm: 1.732, values: [1, 2, 3], weights: [1/3, 1/3, 1/3] }
 */
export function lanczos(
  apply: SymmetricOperator,
  start: Float64Array,
  steps: number,
  exhausted = EXHAUSTED,
): Quadrature {
  const ofStart = norm(start);
  if (ofStart === 0) return { norm: 0, values: [], weights: [] };
  const basis = [start.map((x) => x / ofStart)];
  const [alpha, beta]: [number[], number[]] = [[], []];
  let scale = 0;
  while (alpha.length < steps) {
    const q = basis[basis.length - 1];
    const rest = apply(q).slice();
    alpha.push(dot(q, rest));
    for (let pass = 0; pass < 2; pass += 1) removeProjections(rest, basis);
    const residual = norm(rest);
    scale = Math.max(scale, Math.abs(alpha[alpha.length - 1]), residual);
    if (alpha.length === start.length || !(residual > exhausted * scale)) break;
    beta.push(residual);
    basis.push(rest.map((x) => x / residual));
  }
  return { norm: ofStart, ...gaussRule(alpha, beta.slice(0, alpha.length - 1)) };
}

function gaussRule(alpha: readonly number[], beta: readonly number[]): Omit<Quadrature, 'norm'> {
  if (!alpha.every(Number.isFinite)) return { values: alpha.map(() => NaN), weights: alpha.map(() => NaN) };
  const T = Matrix.diag([...alpha]);
  beta.forEach((b, i) => {
    T.set(i, i + 1, b);
    T.set(i + 1, i, b);
  });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(T, { assumeSymmetric: true });
  const nodes = realEigenvalues.map((value, i) => ({ value, weight: eigenvectorMatrix.get(0, i) ** 2 }));
  nodes.sort((a, b) => a.value - b.value);
  return { values: nodes.map(({ value }) => value), weights: nodes.map(({ weight }) => weight) };
}

/** v <- v - sum_q <q, v> q, one after the other. */
function removeProjections(v: Float64Array, basis: readonly Float64Array[]): void {
  for (const q of basis) {
    const share = dot(q, v);
    for (let i = 0; i < v.length; i += 1) v[i] -= share * q[i];
  }
}
