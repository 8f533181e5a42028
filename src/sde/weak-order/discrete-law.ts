import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { dot } from '../../math/vectors.js';

const sqrt = Math.sqrt;

/** A law on finitely many numbers. */
export interface DiscreteLaw {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/** Nodes of a reduced law: it has the first 2 * 8 - 1 moments of the whole one. */
const NODES = 8;
/** Spread, relative to the values' own size, that is rounding. */
const NO_SPREAD = 1e-14;

/**
 * A law of at most eight numbers with the same first fifteen moments: the Gauss rule of a discrete law, from the
 * tridiagonal matrix of its orthogonal polynomials (Golub & Welsch 1969; recurrence by Stieltjes' procedure).
 */
export function reducedLaw({ values, weights }: DiscreteLaw): DiscreteLaw {
  if (values.length <= NODES) return { values, weights };
  const diagonal: number[] = [];
  const beside: number[] = [];
  const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let before = new Float64Array(values.length);
  let now = weights.map(sqrt);
  const basis = [now];
  while (diagonal.length < NODES) {
    const alpha = dot(now, now.map((entry, i) => entry * values[i])); // prettier-ignore
    const rest = now.map((entry, i) => (values[i] - alpha) * entry - (beside.at(-1) ?? 0) * before[i]);
    for (const vector of basis) subtract(rest, dot(vector, rest), vector);
    diagonal.push(alpha);
    const beta = sqrt(dot(rest, rest));
    if (beta <= NO_SPREAD * size || diagonal.length === NODES) break;
    beside.push(beta);
    before = now;
    now = rest.map((entry) => entry / beta);
    basis.push(now);
  }
  const T = Matrix.diag(diagonal);
  beside.slice(0, diagonal.length - 1).forEach((beta, i) => (T.set(i, i + 1, beta), T.set(i + 1, i, beta)));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(T, { assumeSymmetric: true });
  return {
    values: Float64Array.from(realEigenvalues),
    weights: Float64Array.from(realEigenvalues, (_, k) => eigenvectorMatrix.get(0, k) ** 2),
  };
}

/** The law of the mean of `count` independent numbers, reduced: its moments are exact, because those of a sum need no higher ones. */
export function lawOfMean(law: DiscreteLaw, count: number): DiscreteLaw {
  const one = reducedLaw(law);
  let sum = one;
  for (let k = 1; k < count; k += 1) sum = reducedLaw(sumOf(sum, one));
  return { values: sum.values.map((value) => value / count), weights: sum.weights };
}

function sumOf(a: DiscreteLaw, b: DiscreteLaw): DiscreteLaw {
  const pairs = [...a.values].flatMap((x, i) => [...b.values].map((y, j) => [x + y, a.weights[i] * b.weights[j]]));
  return { values: Float64Array.from(pairs, ([x]) => x), weights: Float64Array.from(pairs, ([, weight]) => weight) };
}

function subtract(from: Float64Array, factor: number, vector: Float64Array): void {
  for (let i = 0; i < from.length; i += 1) from[i] -= factor * vector[i];
}
