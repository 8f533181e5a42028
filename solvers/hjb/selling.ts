/** A direction of the lattice, in steps along each axis, and its share of the covariance. */
export interface LatticeDirection {
  readonly step: readonly number[];
  readonly weight: number;
}

/** Reductions after which a covariance counts as degenerate along no direction of the lattice. */
const MOST_REDUCTIONS = 60;

/** Products below this, relative to the trace, are zero. */
const ROUNDING = 1e-12;

/**
 * Selling's decomposition A = sum_k weight_k e_k e_k^T with integer directions e_k and weights >= 0, for a covariance A in
 * units of the spacings (Selling 1874; Conway & Sloane 1992; for monotone schemes Bonnans & Zidani 2003, Fehrenbach &
 * Mirebeau 2014): at most 3 directions with two states, 6 with three.
 *
 * @param A - symmetric, positive semidefinite, row-major, 4 or 9 numbers
 * @param reach - longest step along an axis
 * @returns null where no such directions are found: A is degenerate along none of them
 *
 * @example
 * sellingDirections([4, 2, 2, 1], 3); // [{ step: [-2, -1], weight: 1 }]
 */
export function sellingDirections(A: readonly number[], reach: number): LatticeDirection[] | null {
  const dimension = A.length === 4 ? 2 : 3;
  const base = obtuseSuperbase(A, dimension);
  if (base === null) return null;
  const directions = pairsOf(base.length)
    .map(([i, j]) => ({ step: dualStep(base, i, j), weight: -product(A, base[i], base[j]) }))
    .filter(({ weight }) => weight > ROUNDING * trace(A, dimension));
  return directions.every(({ step }) => step.every((n) => Math.abs(n) <= reach)) ? directions : null;
}

/** Vectors v_0 .. v_d of sum zero with v_i' A v_j <= 0 for i != j. */
function obtuseSuperbase(A: readonly number[], dimension: number): number[][] | null {
  const unit = Array.from({ length: dimension }, (_, i) =>
    Array.from({ length: dimension }, (_, j) => Number(i === j)),
  );
  let base = [...unit, Array.from({ length: dimension }, () => -1)];
  const slack = ROUNDING * trace(A, dimension);
  for (let reduction = 0; reduction < MOST_REDUCTIONS; reduction += 1) {
    const acute = pairsOf(base.length).find(([i, j]) => product(A, base[i], base[j]) > slack);
    if (acute === undefined) return base;
    base = reduced(base, acute);
  }
  return null;
}

/** Two states: (-v_i, v_j, v_i - v_j). Three: (-v_i, v_j, v_k + v_i, v_l + v_i). */
function reduced(base: readonly number[][], [i, j]: readonly [number, number]): number[][] {
  const plus = (a: readonly number[], b: readonly number[], sign: number): number[] => a.map((n, k) => n + sign * b[k]);
  const negated = base[i].map((n) => -n);
  if (base.length === 3) return [negated, base[j], plus(base[i], base[j], -1)];
  const others = base.filter((_, k) => k !== i && k !== j);
  return [negated, base[j], ...others.map((other) => plus(other, base[i], 1))];
}

/** The direction dual to the pair i, j: orthogonal to the other vectors of the superbase. */
function dualStep(base: readonly number[][], i: number, j: number): number[] {
  const others = base.filter((_, k) => k !== i && k !== j);
  if (others.length === 1) return [-others[0][1], others[0][0]];
  const [[a, b, c], [x, y, z]] = others;
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function pairsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) =>
    Array.from({ length: count - i - 1 }, (_, k): [number, number] => [i, i + 1 + k]),
  );
}

function product(A: readonly number[], v: readonly number[], w: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < v.length; i += 1) for (let j = 0; j < w.length; j += 1) sum += v[i] * A[i * v.length + j] * w[j];
  return sum;
}

function trace(A: readonly number[], dimension: number): number {
  return Array.from({ length: dimension }, (_, i) => A[i * dimension + i]).reduce((sum, value) => sum + value, 0);
}
