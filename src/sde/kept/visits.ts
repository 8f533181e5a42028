/**
 * How often the n examples of a training set occur in a minibatch of B draws with replacement: N_i draws of example i, and
 * I_i = 1 where it occurs at all, which is a visit. A visit moves its perturbation once, however often it was drawn.
 */
export interface Visits {
  readonly examples: number;
  readonly batchSize: number;
  /** p = P(I_i = 1) = 1 - (1 - 1/n)^B. */
  readonly probability: number;
  /** Var I_i = p (1 - p). */
  readonly variance: number;
  /** Cov(I_i, I_j) = (1 - 2/n)^B - (1 - 1/n)^(2B) for i != j. */
  readonly covariance: number;
  /** c of Cov(N_i, I_j) = (B / n) c (delta_ij - 1/n), c = (1 - 1/n)^(B-1). */
  readonly coupling: number;
}

/** @param examples - n >= 1; @param batchSize - B >= 1 */
export function visitsOf(examples: number, batchSize: number): Visits {
  const missed = (1 - 1 / examples) ** batchSize;
  return {
    examples,
    batchSize,
    probability: 1 - missed,
    variance: missed * (1 - missed),
    covariance: examples === 1 ? 0 : (1 - 2 / examples) ** batchSize - missed * missed,
    coupling: (1 - 1 / examples) ** (batchSize - 1),
  };
}

/** Factors of normals Z_i, Y_i and Y that have the covariances of draws and visits. */
export interface VisitFactors {
  /** G^N_i = draws (Z_i - mean Z). */
  readonly draws: number;
  /** G^I_i = shared (Z_i - mean Z) + own (Y_i - mean Y) + common Y. */
  readonly shared: number;
  readonly own: number;
  readonly common: number;
}

/**
 * Both covariance matrices are of the form a (delta_ij - 1/n) + b, so that they have the same eigenvectors and their joint root
 * costs n numbers, not n^2.
 */
export function visitFactors({ examples: n, batchSize: B, variance, covariance, coupling }: Visits): VisitFactors {
  const draws = Math.sqrt(B / n);
  const shared = draws * coupling;
  const rest = variance - covariance - shared * shared;
  const common = (variance + (n - 1) * covariance) / n;
  return { draws, shared, own: Math.sqrt(Math.max(0, rest)), common: Math.sqrt(Math.max(0, common)) };
}
