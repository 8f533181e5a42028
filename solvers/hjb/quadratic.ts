/** c0 + c1 u + c2 u^2. */
export type Quadratic = readonly [number, number, number];

export const ZERO: Quadratic = [0, 0, 0];

export function evaluate([c0, c1, c2]: Quadratic, u: number): number {
  return c0 + u * (c1 + u * c2);
}

export function scaleBy([a, b, c]: Quadratic, factor: number): Quadratic {
  return [a * factor, b * factor, c * factor];
}

export function add(p: Quadratic, q: Quadratic): Quadratic {
  return [p[0] + q[0], p[1] + q[1], p[2] + q[2]];
}

/** Real roots of c0 + c1 u + c2 u^2, in the form that does not cancel; none of a constant. */
export function rootsOf([c0, c1, c2]: Quadratic): number[] {
  if (c2 === 0) return c1 === 0 ? [] : [-c0 / c1];
  const discriminant = c1 * c1 - 4 * c2 * c0;
  if (discriminant < 0) return [];
  const q = -(c1 + (c1 < 0 ? -1 : 1) * Math.sqrt(discriminant)) / 2;
  return q === 0 ? [0] : [q / c2, c0 / q];
}

/** The quadratic through three points. */
export function interpolate([a, b, c]: readonly number[], [fa, fb, fc]: readonly number[]): Quadratic {
  const ab = (fb - fa) / (b - a);
  const bc = (fc - fb) / (c - b);
  const c2 = (bc - ab) / (c - a);
  const c1 = ab - c2 * (a + b);
  return [fa - c1 * a - c2 * a * a, c1, c2];
}
