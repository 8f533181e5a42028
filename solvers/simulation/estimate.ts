/** An average over paths with its standard error. */
export interface PathMean {
  readonly estimate: number;
  readonly standardError: number;
}

export interface CostEstimate {
  readonly cost: PathMean;
  /** Coarse less fine. */
  readonly stepBias: PathMean;
}

/**
 * Cost and step bias of paths whose fine and coarse costs belong together. Neutral: means. Risk-sensitive, theta != 0:
 *   (1/theta) ln M,   M = mean exp(theta J),   with the standard error of the delta method, sd(exp(theta J)) / (|theta| M sqrt n).
 *
 * @param group - paths that are not independent of each other: 2 for antithetic pairs, else 1
 */
export function estimateCost(fine: Float64Array, coarse: Float64Array, theta: number, group: number): CostEstimate {
  const a = linearised(fine, theta);
  const b = linearised(coarse, theta);
  const cost = { estimate: a.estimate, standardError: standardError(a.influence, group) };
  const difference = b.influence.map((value, i) => value - a.influence[i]);
  return { cost, stepBias: { estimate: b.estimate - a.estimate, standardError: standardError(difference, group) } };
}

/** The estimate and, per path, the number whose spread is that of the estimate. */
function linearised(costs: Float64Array, theta: number): { estimate: number; influence: Float64Array } {
  if (theta === 0) return { estimate: mean(costs), influence: costs };
  const shift = costs.reduce((most, J) => Math.max(most, theta * J), -Infinity);
  const exponentials = costs.map((J) => Math.exp(theta * J - shift));
  const M = mean(exponentials);
  return { estimate: (shift + Math.log(M)) / theta, influence: exponentials.map((value) => value / (theta * M)) };
}

/** From the first one on, so that the mean of equal values is that value, and their spread 0. */
function mean(values: Float64Array): number {
  const [first] = values;
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

function standardError(values: Float64Array, group: number): number {
  const count = values.length / group;
  const groups = Float64Array.from({ length: count }, (_, k) => mean(values.subarray(k * group, (k + 1) * group)));
  const centre = mean(groups);
  const squares = groups.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / Math.max(count - 1, 1) / count);
}
