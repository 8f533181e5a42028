/** c0 + c1 u + c2 u^2. */
export type Quadratic = readonly [number, number, number];

/** Real roots of c0 + c1 u + c2 u^2, in the form that does not cancel; none of a constant. */
export function rootsOf([c0, c1, c2]: Quadratic): number[] {
  if (c2 === 0) return c1 === 0 ? [] : [-c0 / c1];
  const discriminant = c1 * c1 - 4 * c2 * c0;
  if (discriminant < 0) return [];
  const q = -(c1 + (c1 < 0 ? -1 : 1) * Math.sqrt(discriminant)) / 2;
  return q === 0 ? [0] : [q / c2, c0 / q];
}
