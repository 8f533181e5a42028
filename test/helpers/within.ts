/** Fails with the two numbers, the difference, the tolerance and its reason unless |actual - expected| is within it. */
export function within(
  actual: number,
  expected: number,
  tolerance: { rel?: number; abs?: number; because: string },
): void {
  const bound = (tolerance.rel ?? 0) * Math.abs(expected) + (tolerance.abs ?? 0);
  const difference = Math.abs(actual - expected);
  if (!(difference <= bound)) {
    throw new Error(
      `got ${actual}, expected ${expected}: difference ${difference}, tolerance ${bound} (${tolerance.because})`,
    );
  }
}
