// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;

/** Blocks of an inner product: their sums are added in order, so that it does not depend on who makes them. */
export const BLOCKS = 64;

/** What an iterative solver does with vectors. */
export interface VectorOperations {
  /** out = a + alpha b; the largest magnitude, NaN where one is not a number. */
  combine(out: Float64Array, a: Float64Array, alpha: number, b: Float64Array): number;
  dot(a: Float64Array, b: Float64Array): number;
}

export const VECTORS: VectorOperations = {
  combine: (out, a, alpha, b) => {
    let largest = 0;
    let sum = 0;
    for (let i = 0; i < out.length; i += 1) {
      const value = a[i] + alpha * b[i];
      const size = abs(value);
      if (size > largest) largest = size;
      sum += value - value;
      out[i] = value;
    }
    return largest + sum;
  },
  dot: (a, b) => {
    let total = 0;
    for (let block = 0; block < BLOCKS; block += 1) total += blockProduct(a, b, block);
    return total;
  },
};

/** The inner product of one block, even and odd places apart. */
function blockProduct(a: Float64Array, b: Float64Array, block: number): number {
  let i = Math.floor((a.length * block) / BLOCKS);
  const end = Math.floor((a.length * (block + 1)) / BLOCKS);
  let even = 0;
  let odd = 0;
  for (; i + 2 <= end; i += 2) {
    even += a[i] * b[i];
    odd += a[i + 1] * b[i + 1];
  }
  const sum = even + odd;
  return i < end ? sum + a[i] * b[i] : sum;
}
