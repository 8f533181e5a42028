/** Mean and row-major covariance of the logarithms of the states: JSON. */
export interface FilterState {
  readonly mean: readonly number[];
  readonly covariance: readonly number[];
}

export interface FilterUpdate {
  readonly state: FilterState;
  /** Observed minus predicted loss. */
  readonly innovation: number;
  readonly innovationVariance: number;
}

/**
 * A closed recursion from losses and learning rates to the closure's states: an extended Kalman filter in the
 * logarithms of the states, which keeps them positive. Per update: `update` with the minibatch loss before the step,
 * then `predict` with the learning rate of the step.
 */
export interface StateFilter {
  /** Name of the closure. */
  readonly kind: string;
  readonly stateNames: readonly string[];
  init(): FilterState;
  predict(state: FilterState, rate: number): FilterState;
  update(state: FilterState, loss: number): FilterUpdate;
  /** States in natural units, in the order of `stateNames`. */
  states(state: FilterState): number[];
  predictedLoss(state: FilterState): number;
}
