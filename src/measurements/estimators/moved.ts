/** theta + h v, rounded to float32. */
export function moved(theta: Float32Array, h: number, v: ArrayLike<number>): Float32Array {
  return theta.map((value, i) => value + h * v[i]);
}
