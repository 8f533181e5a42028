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
  const least = ROUNDING * trace(A, dimension);
  const base = obtuseSuperbase(A, dimension, least);
  if (base === null) return null;
  const directions: LatticeDirection[] = [];
  for (const [i, j] of PAIRS[dimension]) {
    const weight = -product(A, base[i], base[j]);
    if (!(weight > least)) continue;
    const step = dualStep(base, i, j);
    if (step.some((n) => Math.abs(n) > reach)) return null;
    directions.push({ step, weight });
  }
  return directions;
}

/** The axis along which a step is a single one, -1 for others. */
export function singleStep(step: readonly number[]): number {
  let along = -1;
  for (let d = 0; d < step.length; d += 1) {
    if (step[d] === 0) continue;
    if (along >= 0 || Math.abs(step[d]) !== 1) return -1;
    along = d;
  }
  return along;
}

/** Pairs of the vectors of a superbase. */
const PAIRS = {
  2: [[0, 1], [0, 2], [1, 2]], // prettier-ignore
  3: [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]], // prettier-ignore
} as const;

type Superbase = readonly (readonly number[])[];

const FIRST_BASE: Readonly<Record<2 | 3, Superbase>> = {
  2: [[1, 0], [0, 1], [-1, -1]], // prettier-ignore
  3: [[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, -1]], // prettier-ignore
};

/** Vectors v_0 .. v_d of sum zero with v_i' A v_j <= 0 for i != j. */
function obtuseSuperbase(A: readonly number[], dimension: 2 | 3, slack: number): Superbase | null {
  let base = FIRST_BASE[dimension];
  for (let reduction = 0; reduction < MOST_REDUCTIONS; reduction += 1) {
    const acute = acutePair(A, base, PAIRS[dimension], slack);
    if (acute === null) return base;
    base = reduced(base, acute);
  }
  return null;
}

type Pair = readonly [number, number];

function acutePair(A: readonly number[], base: Superbase, pairs: readonly Pair[], slack: number): Pair | null {
  for (const pair of pairs) if (product(A, base[pair[0]], base[pair[1]]) > slack) return pair;
  return null;
}

/** Two states: (-v_i, v_j, v_i - v_j). Three: (-v_i, v_j, v_k + v_i, v_l + v_i). */
function reduced(base: Superbase, [i, j]: Pair): Superbase {
  const v = base[i];
  if (base.length === 3) return [negative(v), base[j], v.map((n, k) => n - base[j][k])];
  const others = base.filter((_, k) => k !== i && k !== j);
  return [negative(v), base[j], ...others.map((other) => other.map((n, k) => n + v[k]))];
}

function negative(v: readonly number[]): number[] {
  return v.map((n) => -n);
}

/** The direction dual to the pair i, j: orthogonal to the other vectors of the superbase. */
function dualStep(base: Superbase, i: number, j: number): number[] {
  if (base.length === 3) {
    const [a, b] = base[3 - i - j];
    return [-b, a];
  }
  const [[a, b, c], [x, y, z]] = base.filter((_, k) => k !== i && k !== j);
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function product(A: readonly number[], v: readonly number[], w: readonly number[]): number {
  const n = v.length;
  let sum = 0;
  for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) sum += v[i] * A[i * n + j] * w[j];
  return sum;
}

function trace(A: readonly number[], dimension: number): number {
  let sum = 0;
  for (let i = 0; i < A.length; i += dimension + 1) sum += A[i];
  return sum;
}
