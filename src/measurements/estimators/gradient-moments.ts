import { dot, mean } from '../../math/vectors.js';

/** What independent minibatch gradients at the same weights tell of their law, h with mean hbar and covariance S. */
export interface GradientMoments {
  /** |hbar|^2. */
  readonly squaredMean: number;
  /** tr S. */
  readonly noiseTrace: number;
  /** hbar^T S hbar, the diffusion of the loss for a unit rate; NaN for fewer than four gradients. */
  readonly noiseAlongMean: number;
}

/**
 * Unbiased estimates from m independent minibatch gradients at the same weights, by U-statistics of their inner products
 * G_ij = <h_i, h_j>: means over distinct indices of
 *   |hbar|^2: G_ij,   tr S: (G_ii + G_jj)/2 - G_ij,   hbar^T S hbar: (G_ik - G_il)(G_jk - G_jl) / 2.
 * S is the covariance of one minibatch gradient: Sigma / B for B examples drawn with replacement.
 *
 * @param gradients - m >= 2 arrays, [parameters] each
 *
 * @example
 * gradientMoments([Float64Array.of(1, 0), Float64Array.of(0, 1)]); // squaredMean 0, noiseTrace 1
 */
export function gradientMoments(gradients: readonly ArrayLike<number>[]): GradientMoments {
  const G = gradients.map((a) => gradients.map((b) => dot(a, b)));
  const all = G.map((_, i) => i);
  const pairs = all.flatMap((i) => all.filter((j) => j !== i).map((j) => [i, j] as const));
  const noiseAlong = pairs.flatMap(([i, j]) =>
    pairs
      .filter(([k, l]) => ![i, j].includes(k) && ![i, j].includes(l))
      .map(([k, l]) => ((G[i][k] - G[i][l]) * (G[j][k] - G[j][l])) / 2),
  );
  return {
    squaredMean: mean(pairs.map(([i, j]) => G[i][j])),
    noiseTrace: mean(pairs.map(([i, j]) => (G[i][i] + G[j][j]) / 2 - G[i][j])),
    noiseAlongMean: mean(noiseAlong),
  };
}
