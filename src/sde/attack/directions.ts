const abs = Math.abs;
const sign = Math.sign;
const sqrt = Math.sqrt;

/** What an ascent makes of the input gradient g: g itself, g / |g|_2 or sign(g); 0 where g = 0. */
export interface Direction {
  readonly jumps: boolean;
  of(g: Float64Array, out: Float64Array): void;
  /** d direction / d theta from dg, [inputs, weights]. */
  tangent(g: Float64Array, dg: Float64Array, out: Float64Array): void;
}

export const DIRECTIONS: Readonly<Record<'gradient' | 'normalised' | 'sign', Direction>> = {
  gradient: { jumps: false, of: (g, out) => out.set(g), tangent: (_g, dg, out) => out.set(dg) },
  sign: {
    jumps: true,
    of(g, out) {
      for (let j = 0; j < g.length; j += 1) out[j] = sign(g[j]);
    },
    tangent: (_g, _dg, out) => void out.fill(0),
  },
  normalised: {
    jumps: true,
    of(g, out) {
      const length = norm(g);
      for (let j = 0; j < g.length; j += 1) out[j] = length === 0 ? 0 : g[j] / length;
    },
    tangent: normalisedTangent,
  },
};

/** (I - n n^T) dg / |g| with n = g / |g|. */
function normalisedTangent(g: Float64Array, dg: Float64Array, out: Float64Array): void {
  out.set(dg);
  const length = norm(g);
  if (length === 0) return void out.fill(0);
  withoutPart(g, length, out);
  for (let k = 0; k < out.length; k += 1) out[k] /= length;
}

/** Takes the part along v, of length |v|, off each column of a matrix [v.length, n]. */
export function withoutPart(v: Float64Array, length: number, matrix: Float64Array): void {
  const n = matrix.length / v.length;
  for (let i = 0; i < n; i += 1) {
    let along = 0;
    for (let j = 0; j < v.length; j += 1) along += (v[j] / length) * matrix[j * n + i];
    for (let j = 0; j < v.length; j += 1) matrix[j * n + i] -= (v[j] / length) * along;
  }
}

/** |v|_2, scaled so that no square over- or underflows. */
export function norm(v: Float64Array): number {
  let largest = 0;
  for (let j = 0; j < v.length; j += 1) if (abs(v[j]) > largest) largest = abs(v[j]);
  if (v.length === 1 || largest === 0 || largest === Infinity) return largest;
  let sum = 0;
  for (let j = 0; j < v.length; j += 1) sum += (v[j] / largest) * (v[j] / largest);
  return largest * sqrt(sum);
}
