import * as tf from '@tensorflow/tfjs';

/** Everything an optimizer remembers, ready for a checkpoint. */
export interface OptimizerState {
  readonly tensors: Readonly<Record<string, readonly Float32Array[]>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** The step that an update is about to take, before the optimizer sees the gradient. */
export interface StepRequest {
  /** Learning rate of the schedule. */
  readonly rate: number;
  /** min(1, G/|g|) of the clip, 1 without one. */
  readonly clipFactor: number;
  readonly loss: number;
  readonly gradientNorm: number;
}

export interface StepTaken {
  /** Learning rate really used: the schedule's, but for optimizers that find their own. */
  readonly rate: number;
  /** |theta' - theta|. */
  readonly length: number;
}

/** One update rule over a list of weight tensors, which it owns. */
export interface Optimizer {
  /** Where the next gradient is taken; tensors made here are freed by the caller's tidy. */
  gradientPoint(): readonly tf.Tensor[];
  step(gradients: readonly tf.Tensor[], request: StepRequest): StepTaken;
  /** The weights that are evaluated. */
  output(): readonly tf.Tensor[];
  /** Why the run may stop before its last update, or null. */
  finished(): string | null;
  /** Figures for the end row of the log. */
  summary(): Readonly<Record<string, number>>;
  state(): OptimizerState;
  dispose(): void;
}

/** Tensors that stay: replaces a list by another and frees the old one. */
export class TensorList {
  #tensors: tf.Tensor[];

  constructor(values: readonly Float32Array[], shapes: readonly (readonly number[])[]) {
    this.#tensors = values.map((value, i) => tf.keep(tf.tensor(value, [...shapes[i]])));
  }

  get tensors(): readonly tf.Tensor[] {
    return this.#tensors;
  }

  /** Each tensor becomes `map(tensor, index)`. */
  update(map: (tensor: tf.Tensor, index: number) => tf.Tensor): void {
    const next = this.#tensors.map((tensor, i) => tf.keep(tf.tidy(() => map(tensor, i))));
    this.dispose();
    this.#tensors = next;
  }

  values(): Float32Array[] {
    return this.#tensors.map((tensor) => Float32Array.from(tensor.dataSync()));
  }

  dispose(): void {
    this.#tensors.forEach((tensor) => tensor.dispose());
  }
}

/** |v| over all tensors, summed in float64. */
export function norm(tensors: readonly tf.Tensor[]): number {
  return Math.sqrt(dot(tensors, tensors));
}

/** <a, b> over all tensors, summed over tensors in float64. */
export function dot(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): number {
  return a.reduce((sum, tensor, i) => sum + tf.tidy(() => tf.sum(tf.mul(tensor, b[i])).dataSync()[0]), 0);
}

export function zeros(values: readonly Float32Array[]): Float32Array[] {
  return values.map((value) => new Float32Array(value.length));
}
