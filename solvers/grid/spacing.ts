/** n nodes evenly spaced from low to high. */
export function uniformGrid(low: number, high: number, n: number): number[] {
  return place(low, high, n, (s) => low + (high - low) * s);
}

/** n nodes evenly spaced in the logarithm, low > 0. */
export function logGrid(low: number, high: number, n: number): number[] {
  return place(low, high, n, (s) => low * (high / low) ** s);
}

/** n nodes crowded around `center`: x = center + c sinh(strength (s - s0)), strength > 0. */
export function sinhGrid(
  low: number,
  high: number,
  n: number,
  { center, strength }: { center: number; strength: number },
): number[] {
  const span = high - low;
  const from = Math.asinh(((low - center) / span) * Math.sinh(strength));
  const to = Math.asinh(((high - center) / span) * Math.sinh(strength));
  return place(low, high, n, (s) => center + (span * Math.sinh(from + (to - from) * s)) / Math.sinh(strength));
}

/** Both ends exact. */
function place(low: number, high: number, n: number, at: (s: number) => number): number[] {
  return Array.from({ length: n }, (_, i) => (i === 0 ? low : i === n - 1 ? high : at(i / (n - 1))));
}
