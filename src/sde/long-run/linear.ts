import { EigenvalueDecomposition, Matrix, solve } from 'ml-matrix';

/** X of A X + X A^T = Q (Lyapunov), or of X = M X M^T + Q (Stein), by one linear system of n^2 unknowns. */
export function lyapunov(A: Matrix, Q: Matrix): Matrix {
  const I = Matrix.eye(A.rows);
  return unstacked(solve(A.kroneckerProduct(I).add(I.kroneckerProduct(A)), stacked(Q)), A.rows);
}

export function stein(M: Matrix, Q: Matrix): Matrix {
  const n = M.rows;
  return unstacked(solve(Matrix.eye(n * n).sub(M.kroneckerProduct(M)), stacked(Q)), n);
}

function stacked(Q: Matrix): Matrix {
  return Matrix.columnVector(Q.to1DArray());
}

function unstacked(x: Matrix, n: number): Matrix {
  return Matrix.from1DArray(n, n, x.to1DArray());
}

/** Eigenvalues of a matrix, with the left eigenvector of the slowest mode; null where that mode rotates. */
export function spectrumOf(A: Matrix): { real: number[]; imaginary: number[]; slowest: number; mode: number[] | null } {
  const {
    realEigenvalues: real,
    imaginaryEigenvalues: imaginary,
    eigenvectorMatrix,
  } = new EigenvalueDecomposition(A.transpose());
  const slowest = real.reduce((best, value, k) => (value < real[best] ? k : best), 0);
  const mode = imaginary[slowest] === 0 ? eigenvectorMatrix.getColumn(slowest) : null;
  return { real: [...real], imaginary: [...imaginary], slowest: real[slowest], mode };
}
