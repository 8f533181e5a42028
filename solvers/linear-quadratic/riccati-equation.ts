import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { ResolvedProblem } from './problem.js';

/** The minimiser u = -gain x of the Hamiltonian of x'P x, and L = B'P + S + sum_k D_k'P C_k. */
export interface Feedback {
  readonly gain: Matrix;
  readonly cross: Matrix;
}

/** A pivot of R + sum_k D_k'P D_k below this part of its diagonal counts as zero. */
const SMALLEST_PIVOT = 1e-13;

/** gain = (R + sum_k D_k'P D_k)^-1 L, or null where that weight is not positive definite. */
export function feedbackOf({ B, R, S, noise }: ResolvedProblem, P: Matrix): Feedback | null {
  const weight = R.clone();
  const cross = B.transpose().mmul(P).add(S);
  for (const { C, D } of noise) {
    const DP = D.transpose().mmul(P);
    weight.add(DP.mmul(D));
    cross.add(DP.mmul(C));
  }
  const symmetric = symmetricPart(weight);
  const factor = new CholeskyDecomposition(symmetric);
  const pivots = factor.lowerTriangularMatrix.diagonal();
  const isPositive = pivots.every((pivot, j) => pivot * pivot > SMALLEST_PIVOT * symmetric.get(j, j));
  return isPositive && factor.isPositiveDefinite() ? { gain: factor.solve(cross), cross } : null;
}

/**
 * Rate of P in time to go (Yong & Zhou 1999, ch. 6; the term of theta: Jacobson 1973):
 *   P' = A'P + P A + sum_k C_k'P C_k + Q - discount P + 2 theta P G G'P - L'(R + sum_k D_k'P D_k)^-1 L,
 * or null where the control has no minimiser.
 */
export function riccatiRate(problem: ResolvedProblem, P: Matrix): Matrix | null {
  const { A, Q, noise, covariance, discount, risk } = problem;
  const feedback = feedbackOf(problem, P);
  if (feedback === null) return null;
  const PA = P.mmul(A);
  const rate = PA.clone().add(PA.transpose()).add(Q).sub(Matrix.mul(P, discount));
  for (const { C } of noise) rate.add(C.transpose().mmul(P).mmul(C));
  if (risk !== 0)
    rate.add(
      P.mmul(covariance)
        .mmul(P)
        .mul(2 * risk),
    );
  return symmetricPart(rate.sub(feedback.cross.transpose().mmul(feedback.gain)));
}

/** tr(G'P G): what the additive noise costs per unit of time. */
export function noiseCost({ covariance }: ResolvedProblem, P: Matrix): number {
  return Matrix.mul(P, covariance).sum();
}

export function symmetricPart(matrix: Matrix): Matrix {
  return Matrix.add(matrix, matrix.transpose()).mul(0.5);
}

export function largestEntry(matrix: Matrix): number {
  return matrix.to1DArray().reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
