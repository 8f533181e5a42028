/** Number of values of a shape: the product of its axes. */
export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
