import { dot } from '../../src/math/vectors.js';

/** Pivots below this are of rows, of length 1, that depend on others. */
const DEPENDENT = 1e-12;

/**
 * The least c with M c = b: c = M' y with M M' y = b, rows that depend on others left out (whether they hold is not told).
 * @param M - rows of length 1
 */
export function leastChange(M: readonly (readonly number[])[], b: readonly number[]): number[] {
  const G = M.map((row, k) => [...M.map((other) => dot(row, other)), b[k]]);
  const last = M.length;
  const used: number[] = [];
  for (let k = 0; k < last; k += 1) {
    const pivot = G[k][k];
    if (!(pivot > DEPENDENT)) continue;
    used.push(k);
    for (let row = 0; row < last; row += 1) {
      if (row === k) continue;
      const factor = G[row][k] / pivot;
      for (let column = k; column <= last; column += 1) G[row][column] -= factor * G[k][column];
    }
  }
  return M[0].map((_, column) => used.reduce((sum, k) => sum + (M[k][column] * G[k][last]) / G[k][k], 0));
}
