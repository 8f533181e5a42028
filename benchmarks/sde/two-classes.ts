import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { loadBuiltin } from '../../src/workloads/datasets/builtin.js';

/** Rows [x1, x2, y] of two classes of the digits, y = -1 or 1: principal components of unit variance, and which share they hold. */
export interface TwoClasses {
  readonly rows: readonly (readonly [number, number, number])[];
  readonly varianceShare: number;
}

/** The training examples of two digits in their first two principal components, centred, each of variance 1. */
export async function twoClasses(negative: number, positive: number): Promise<TwoClasses> {
  const { train } = await loadBuiltin({ format: 'builtin', name: 'digits', pool: 1 });
  const { inputs, labels } = train;
  const size = inputs.length / labels.length;
  const chosen = [...labels.keys()].filter((i) => labels[i] === negative || labels[i] === positive);
  const X = new Matrix(chosen.map((i) => [...inputs.subarray(i * size, (i + 1) * size)])).center('column');
  const covariance = X.transpose().mmul(X).div(chosen.length);
  const { realEigenvalues: variances, eigenvectorMatrix: directions } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = [...variances.keys()].sort((i, j) => variances[j] - variances[i]).slice(0, 2);
  const components = X.mmul(directions);
  const rows = chosen.map((example, r) => {
    const [x1, x2] = order.map((i) => components.get(r, i) / Math.sqrt(variances[i]));
    return [rounded(x1), rounded(x2), labels[example] === positive ? 1 : -1] as const;
  });
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  return { rows, varianceShare: order.reduce((sum, i) => sum + variances[i], 0) / total };
}

/** Figures kept of an input: the data are the rounded numbers. */
function rounded(value: number): number {
  return Number(value.toPrecision(8));
}
