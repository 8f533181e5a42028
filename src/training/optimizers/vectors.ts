/** <a, b>, summed in float64. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/** |v|. */
export function norm(v: Float32Array): number {
  return Math.sqrt(dot(v, v));
}
