/** Mean and covariance (row-major) of the states over the mass at the nodes; null where there is none. */
export interface Moments {
  readonly mean: readonly number[] | null;
  readonly covariance: readonly number[] | null;
}

/**
 * mean = sum_i p_i x_i / sum_i p_i and covariance = sum_i p_i (x_i - mean)(x_i - mean)^T / sum_i p_i.
 *
 * @param nodes - states of every node, in natural units
 * @param mass - of every node, >= 0
 *
 * @example
 * momentsOf([[0], [1]], Float64Array.of(0.5, 0.5)); // { mean: [0.5], covariance: [0.25] }
 */
export function momentsOf(nodes: readonly (readonly number[])[], mass: Float64Array): Moments {
  const total = mass.reduce((sum, p) => sum + p, 0);
  if (!(total > 0)) return { mean: null, covariance: null };
  const n = nodes[0].length;
  const mean = new Array<number>(n).fill(0);
  mass.forEach((p, i) => {
    for (let a = 0; a < n; a += 1) mean[a] += (p * nodes[i][a]) / total;
  });
  const covariance = new Array<number>(n * n).fill(0);
  mass.forEach((p, i) => {
    for (let a = 0; a < n; a += 1) {
      for (let b = 0; b < n; b += 1) {
        covariance[a * n + b] += (p * (nodes[i][a] - mean[a]) * (nodes[i][b] - mean[b])) / total;
      }
    }
  });
  return { mean, covariance };
}
