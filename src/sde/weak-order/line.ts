const min = Math.min;

/** Half of the stencil of the widest formulas; narrower ones stand towards the ends. */
const WIDEST = 4;

/** Weights of central differences to either side, by half-width: errors of order h^(2 half-width). */
const FIRST = [[], [1 / 2], [2 / 3, -1 / 12], [3 / 4, -3 / 20, 1 / 60], [4 / 5, -1 / 5, 4 / 105, -1 / 280]];
/** The same for the second derivative, the middle first. */
const SECOND = [
  [0],
  [-2, 1],
  [-5 / 2, 4 / 3, -1 / 12],
  [-49 / 18, 3 / 2, -3 / 20, 1 / 90],
  [-205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560],
];
/** Signed binomials: barycentric weights of equally spaced nodes (Berrut & Trefethen 2004, eq. 5.1). */
const BARYCENTRIC = [[], [1, -1], [1, -3, 3, -1], [1, -5, 10, -10, 5, -1], [1, -7, 21, -35, 35, -21, 7, -1]];

/** A uniform grid over an interval, with formulas of eighth order that fall to second order at its ends. */
export interface Line {
  readonly low: number;
  readonly spacing: number;
  readonly x: Float64Array;
  /** Values between the nodes, by Lagrange polynomials; beyond the ends the value there. */
  interpolate(values: Float64Array, at: number): number;
  /** First derivative at node i; one-sided at an end. */
  first(values: Float64Array, i: number): number;
  /** Second derivative at node i; 0 at an end. */
  second(values: Float64Array, i: number): number;
}

export function createLine(low: number, high: number, nodes: number): Line {
  const h = (high - low) / (nodes - 1);
  const last = nodes - 1;
  return {
    low,
    spacing: h,
    x: Float64Array.from({ length: nodes }, (_, i) => low + i * h),
    interpolate(values, at) {
      const place = (at - low) / h;
      if (!(place > 0)) return place <= 0 ? values[0] : NaN;
      if (place >= last) return values[last];
      const cell = Math.floor(place);
      if (place === cell) return values[cell];
      const half = min(WIDEST, cell + 1, last - cell);
      const weights = BARYCENTRIC[half];
      const from = cell + 1 - half;
      let [above, below] = [0, 0];
      for (let j = 0; j < weights.length; j += 1) {
        const weight = weights[j] / (place - from - j);
        above += weight * values[from + j];
        below += weight;
      }
      return above / below;
    },
    first(values, i) {
      if (i === 0) return (values[1] - values[0]) / h;
      if (i === last) return (values[last] - values[last - 1]) / h;
      const weights = FIRST[min(WIDEST, i, last - i)];
      let sum = 0;
      for (let j = 0; j < weights.length; j += 1) sum += weights[j] * (values[i + j + 1] - values[i - j - 1]);
      return sum / h;
    },
    second(values, i) {
      if (i === 0 || i === last) return 0;
      const weights = SECOND[min(WIDEST, i, last - i)];
      let sum = weights[0] * values[i];
      for (let j = 1; j < weights.length; j += 1) sum += weights[j] * (values[i + j] + values[i - j]);
      return sum / (h * h);
    },
  };
}
