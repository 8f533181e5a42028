/** c0 + c1 u + c2 u^2. */
export type Quadratic = readonly [number, number, number];

/** Real roots of c0 + c1 u + c2 u^2, in the form that does not cancel; none of a constant. */
export function rootsOf([c0, c1, c2]: Quadratic): number[] {
  const found = rootsInto(c0, c1, c2, pair);
  return Array.from(pair.subarray(0, found));
}

const pair = new Float64Array(2);

/** The same into `out`, which holds two; returns how many there are. */
export function rootsInto(c0: number, c1: number, c2: number, out: Float64Array): number {
  if (c2 === 0) {
    out[0] = -c0 / c1;
    return c1 === 0 ? 0 : 1;
  }
  const discriminant = c1 * c1 - 4 * c2 * c0;
  if (!(discriminant >= 0)) return 0;
  const q = -(c1 + (c1 < 0 ? -1 : 1) * Math.sqrt(discriminant)) / 2;
  out[0] = q === 0 ? 0 : q / c2;
  out[1] = c0 / q;
  return q === 0 ? 1 : 2;
}
