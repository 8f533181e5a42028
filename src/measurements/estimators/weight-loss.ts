/** A loss as a function of the weights theta, [parameters]; the function that measurements differentiate. */
export interface WeightLoss {
  /** L(theta). */
  loss(weights: Float32Array): number;
  /** Gradient in theta, the perturbations held fixed where they were found; a new array, [parameters]. */
  gradient(weights: Float32Array): Float64Array;
}

/** The loss of fixed examples: attacked anew at each theta, or with the perturbations frozen. */
export interface BatchLoss extends WeightLoss {
  /** Number of examples. */
  readonly count: number;
  /** The same examples at the perturbations that the attack finds against these weights. */
  frozenAt(weights: Float32Array): WeightLoss;
}
