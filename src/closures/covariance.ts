import { semidefiniteRoot } from '../math/semidefinite-root.js';

/** Whether a matrix is the covariance of that many states: square, symmetric and positive semidefinite. */
export function isCovariance(matrix: readonly (readonly number[])[]): boolean {
  const isSymmetric = matrix.every(
    (row, i) => row.length === matrix.length && row.every((entry, j) => entry === matrix[j][i]),
  );
  return isSymmetric && semidefiniteRoot(matrix) !== null;
}
