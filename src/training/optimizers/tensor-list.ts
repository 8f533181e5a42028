import * as tf from '@tensorflow/tfjs';

/** Tensors that outlive every tidy: replaced as a whole, the old ones freed. */
export class TensorList {
  #tensors: readonly tf.Tensor[];

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

/** |v| over all tensors. */
export function norm(tensors: readonly tf.Tensor[]): number {
  return Math.sqrt(dot(tensors, tensors));
}

/** <a, b> over all tensors: products and sums along the last axis in float32, everything else in float64. */
export function dot(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): number {
  return a.reduce((sum, tensor, i) => sum + tf.tidy(() => total(rowSums(tf.mul(tensor, b[i])).dataSync())), 0);
}

function rowSums(x: tf.Tensor): tf.Tensor {
  return x.rank === 0 ? x : tf.sum(x, -1);
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  return sum;
}

export function zeros(values: readonly Float32Array[]): Float32Array[] {
  return values.map((value) => new Float32Array(value.length));
}
