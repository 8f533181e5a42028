/** A weighted least-squares problem min sum w_k (x_k . c - 1)^2 by its sums: G = sum w x x^T, r = sum w x, s = sum w. */
export interface NormalEquations {
  readonly gram: readonly (readonly number[])[];
  readonly right: readonly number[];
  readonly total: number;
}

export interface NonnegativeFit {
  readonly coefficients: readonly number[];
  readonly squares: number;
}

/** The same problem without its last column. */
export function withoutLast({ gram, right, total }: NormalEquations): NormalEquations {
  return { gram: gram.slice(0, -1).map((row) => row.slice(0, -1)), right: right.slice(0, -1), total };
}

/** Variance of the last coefficient over that of the residuals: the last entry of G^-1; infinite where columns are dependent. */
export function lastVariance(equations: NormalEquations): number {
  const n = equations.right.length;
  const unit = { ...equations, right: equations.right.map((_, j) => (j === n - 1 ? 1 : 0)) };
  return (
    solveColumns(
      unit,
      unit.right.map((_, j) => j),
    )?.[n - 1] ?? Infinity
  );
}

/** c^T G c - 2 r . c + s. */
export function squaresAt({ gram, right, total }: NormalEquations, c: readonly number[]): number {
  let sum = total;
  for (let i = 0; i < c.length; i += 1) {
    sum -= 2 * right[i] * c[i];
    for (let j = 0; j < c.length; j += 1) sum += c[i] * gram[i][j] * c[j];
  }
  return Math.max(0, sum);
}

/** The least squares over c >= 0: the best of those over every set of columns that is feasible. */
export function nonnegativeLeastSquares(equations: NormalEquations): NonnegativeFit {
  const n = equations.right.length;
  let best: NonnegativeFit = { coefficients: Array<number>(n).fill(0), squares: equations.total };
  for (let mask = 1; mask < 1 << n; mask += 1) {
    const columns = equations.right.flatMap((_, j) => ((mask >> j) & 1 ? [j] : []));
    const solved = solveColumns(equations, columns);
    if (solved === null || solved.some((value) => !(value >= 0))) continue;
    const coefficients = Array<number>(n).fill(0);
    columns.forEach((j, i) => (coefficients[j] = solved[i]));
    const squares = squaresAt(equations, coefficients);
    if (squares < best.squares) best = { coefficients, squares };
  }
  return best;
}

/** Pivots below this share of a column's length are dependence. */
const DEPENDENT = 1e-10;

/** G_cc x = r_c by Cholesky, every column scaled to length one; null where the columns are dependent. */
function solveColumns({ gram, right }: NormalEquations, columns: readonly number[]): number[] | null {
  const n = columns.length;
  const lengths = columns.map((j) => Math.sqrt(gram[j][j]));
  if (lengths.some((length) => !(length > 0 && Number.isFinite(length)))) return null;
  const L = columns.map(() => new Float64Array(n));
  const y = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = gram[columns[i]][columns[j]] / (lengths[i] * lengths[j]);
      for (let k = 0; k < j; k += 1) sum -= L[i][k] * L[j][k];
      if (i === j && !(sum > DEPENDENT)) return null;
      L[i][j] = i === j ? Math.sqrt(sum) : sum / L[j][j];
    }
    y[i] = right[columns[i]] / lengths[i];
    for (let k = 0; k < i; k += 1) y[i] -= L[i][k] * y[k];
    y[i] /= L[i][i];
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) y[i] -= L[k][i] * y[k];
    y[i] /= L[i][i];
  }
  return Array.from(y, (value, i) => value / lengths[i]);
}
