const abs = Math.abs;
const max = Math.max;
const sqrt = Math.sqrt;

/** Pivots within this of zero, relative to the largest variance, are rounding. */
const ZERO_PIVOT = 1e-11;

/**
 * A root R of a covariance matrix S = R R^T with as many columns as S has rank, by Cholesky with pivots on the diagonal.
 *
 * @param S - symmetric, n x n
 * @returns the columns of R; null if S is not positive semidefinite
 *
 * @example
 * semidefiniteRoot([[4, 2], [2, 1]]); // [[2, 1]], because S has rank 1
 */
export function semidefiniteRoot(S: readonly (readonly number[])[]): number[][] | null {
  const rest = S.map((row) => [...row]);
  const tolerance = ZERO_PIVOT * S.reduce((largest, row, i) => max(largest, abs(row[i])), 0);
  const columns: number[][] = [];
  while (columns.length < S.length) {
    const pivot = largestDiagonal(rest);
    if (rest[pivot][pivot] <= tolerance) break;
    const root = sqrt(rest[pivot][pivot]);
    const column = rest.map((row) => row[pivot] / root);
    rest.forEach((row, i) => row.forEach((_, j) => (row[j] -= column[i] * column[j])));
    columns.push(column);
  }
  return rest.every((row) => row.every((entry) => abs(entry) <= 10 * tolerance)) ? columns : null;
}

function largestDiagonal(matrix: readonly (readonly number[])[]): number {
  return matrix.reduce((best, row, i) => (row[i] > matrix[best][best] ? i : best), 0);
}
