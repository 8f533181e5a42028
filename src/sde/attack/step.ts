/** One step of an ascent on the perturbation delta of an example, from the input gradient g at x + delta. */
export interface AscentStep {
  /** Whether delta jumps where g changes sign, so that the update direction does too. */
  readonly jumps: boolean;
  advance(delta: Float64Array, g: Float64Array): void;
  /**
   * Advances D = d delta / d theta, [inputs, weights], given dg = d g / d theta at the same place. Comes before `advance`.
   */
  advanceTangent(delta: Float64Array, g: Float64Array, D: Float64Array, dg: Float64Array): void;
  /** A number for the piece of the step in force: signs of g, faces of the ball. Comes before `advance`. */
  piece(delta: Float64Array, g: Float64Array): number;
}

/** delta + eta_i (g - lambda delta) (Gu & Guo 2021). */
export function penalisedStep(eta: number, lambda: number): AscentStep {
  const kept = 1 - eta * lambda;
  return {
    jumps: false,
    advance(delta, g) {
      for (let j = 0; j < delta.length; j += 1) delta[j] = kept * delta[j] + eta * g[j];
    },
    advanceTangent(_delta, _g, D, dg) {
      for (let k = 0; k < D.length; k += 1) D[k] = kept * D[k] + eta * dg[k];
    },
    piece: () => 0,
  };
}
