import type * as tf from '@tensorflow/tfjs';

/** Everything an optimizer remembers, ready for a checkpoint. */
export interface OptimizerState {
  readonly tensors: Readonly<Record<string, readonly Float32Array[]>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** What an optimizer starts from: fresh weights, or the state that a checkpoint kept. */
export interface OptimizerStart {
  readonly initial: readonly Float32Array[];
  readonly shapes: readonly (readonly number[])[];
  /** null: a fresh run. */
  readonly resumed: OptimizerState | null;
}

/** The step that an update is about to take. */
export interface StepRequest {
  /** Learning rate of the schedule. */
  readonly rate: number;
  /** c = min(1, G/|g|) of the clip, 1 without one. */
  readonly clipFactor: number;
  /** Minibatch loss at the gradient point. */
  readonly loss: number;
  /** |g| before the clip. */
  readonly gradientNorm: number;
}

export interface StepTaken {
  /** Learning rate really used: the schedule's, but for optimizers that find their own. */
  readonly rate: number;
  /** |theta' - theta| of the weights that are evaluated. */
  readonly length: number;
}

/** One update rule over a list of weight tensors, which it owns. */
export interface Optimizer {
  /** Where the next gradient is taken; tensors made here are freed by the caller's tidy. */
  gradientPoint(): readonly tf.Tensor[];
  /** @param gradients - g, one tensor for each parameter, before the clip */
  step(gradients: readonly tf.Tensor[], request: StepRequest): StepTaken;
  /** theta: the weights that are evaluated. */
  output(): readonly tf.Tensor[];
  /** Why the run may stop before its last update, or null. */
  finished(): string | null;
  /** Figures for the end row of the log. */
  summary(): Readonly<Record<string, number>>;
  state(): OptimizerState;
  dispose(): void;
}
