const sqrt = Math.sqrt;
const max = Math.max;

/** Pivots below this, relative to their variance, are rounding: the rest of their column is zero. */
const PIVOT_ROUNDING = 1e-12;

/**
 * Lower triangular L with L L^T = S, by Cholesky without pivots; S may be semidefinite: a pivot of zero has, up to
 * rounding, a column of zeros.
 *
 * @param S - row-major, n x n, symmetric positive semidefinite
 * @param L - receives the root, row-major, zeros above the diagonal
 *
 * @example
 * covarianceRoot([4, 2, 2, 1], 2, out); // out is 2, 0, 1, 0
 */
export function covarianceRoot(S: ArrayLike<number>, n: number, L: Float64Array): void {
  for (let j = 0; j < n; j += 1) {
    let pivot = S[j * n + j];
    for (let k = 0; k < j; k += 1) pivot -= L[j * n + k] * L[j * n + k];
    const root = pivot > PIVOT_ROUNDING * S[j * n + j] ? sqrt(max(pivot, 0)) : 0;
    for (let i = 0; i < j; i += 1) L[i * n + j] = 0;
    L[j * n + j] = root;
    for (let i = j + 1; i < n; i += 1) {
      let entry = S[i * n + j];
      for (let k = 0; k < j; k += 1) entry -= L[i * n + k] * L[j * n + k];
      L[i * n + j] = root === 0 ? 0 : entry / root;
    }
  }
}
