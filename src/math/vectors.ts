/** <a, b>, summed in float64. */
export function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/** |v|. */
export function length(v: ArrayLike<number>): number {
  return Math.sqrt(inner(v, v));
}
