/** Row-major matrices, small and dense. */

/** A B of [rows, inner] and [inner, columns]. */
export function product(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner];
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let k = 0; k < inner; k += 1) {
      const factor = a[i * inner + k];
      if (factor === 0) continue;
      for (let j = 0; j < columns; j += 1) out[i * columns + j] += factor * b[k * columns + j];
    }
  }
  return out;
}

/** A B^T of [rows, inner] and [columns, inner]. */
export function productTransposed(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner];
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      let sum = 0;
      for (let k = 0; k < inner; k += 1) sum += a[i * inner + k] * b[j * inner + k];
      out[i * columns + j] = sum;
    }
  }
  return out;
}

/** a + factor b. */
export function plus(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  return a.map((value, k) => value + factor * b[k]);
}
