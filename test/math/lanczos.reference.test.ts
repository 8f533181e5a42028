import { describe, expect, test } from '@jest/globals';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { lanczos } from '../../src/math/lanczos.js';
import { randomStream } from '../../src/math/random.js';
import { within } from '../helpers/within.js';

const N = 12;
const because = 'float64 sums of 12 terms, divided by gaps of eigenvalues of about 0.1';

const stream = randomStream(1, 'lanczos');
const half = Array.from({ length: N }, () => Array.from({ length: N }, () => stream.normal()));
const A = half.map((row, i) => row.map((value, j) => (value + half[j][i]) / 2));
const start = Float64Array.from({ length: N }, () => stream.normal());
const apply = (v: Float64Array): Float64Array =>
  Float64Array.from(A, (row) => row.reduce((sum, value, j) => sum + value * v[j], 0));

/** The spectral measure of the start vector, by the eigen-decomposition of the dense matrix. */
function spectralMeasure(): { value: number; weight: number }[] {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(A), { assumeSymmetric: true });
  const square = start.reduce((sum, x) => sum + x * x, 0);
  return realEigenvalues
    .map((value, i) => {
      const projection = start.reduce((sum, x, j) => sum + x * eigenvectorMatrix.get(j, i), 0);
      return { value, weight: projection ** 2 / square };
    })
    .sort((a, b) => a.value - b.value);
}

describe('lanczos', () => {
  test('with as many steps as dimensions it is the eigen-decomposition', () => {
    const { values, weights, norm } = lanczos(apply, start, N);
    const exact = spectralMeasure();
    expect(values).toHaveLength(N);
    within(norm, Math.hypot(...start), { rel: 1e-14, because: 'one rounded sum' });
    exact.forEach(({ value, weight }, i) => {
      within(values[i], value, { abs: 1e-11, because });
      within(weights[i], weight, { abs: 1e-11, because });
    });
  });

  test.each([1, 3, 5])('%d nodes integrate polynomials up to degree 2 steps - 1 exactly, and no further', (steps) => {
    const { values, weights } = lanczos(apply, start, steps);
    const moment = (degree: number): number =>
      spectralMeasure().reduce((sum, e) => sum + e.weight * e.value ** degree, 0);
    const rule = (degree: number): number => values.reduce((sum, value, i) => sum + weights[i] * value ** degree, 0);
    for (let degree = 0; degree < 2 * steps; degree += 1) {
      within(rule(degree), moment(degree), { rel: 1e-10, abs: 1e-10, because: 'powers of eigenvalues up to 5' });
    }
    expect(Math.abs(rule(2 * steps) / moment(2 * steps) - 1)).toBeGreaterThan(1e-3);
  });

  test('an eigenvector has one node, and a start in a subspace no more nodes than its dimensions', () => {
    const diagonal = (v: Float64Array): Float64Array => v.map((x, i) => (i + 1) * x);
    expect(lanczos(diagonal, Float64Array.of(0, 2, 0), 3)).toEqual({ norm: 2, values: [2], weights: [1] });
    const { values, weights } = lanczos(diagonal, Float64Array.of(1, 0, 1, 0), 4);
    expect(values).toHaveLength(2);
    [1, 3].forEach((value, i) => within(values[i], value, { abs: 1e-14, because: 'rounding' }));
    weights.forEach((weight) => within(weight, 0.5, { abs: 1e-14, because: 'rounding' }));
  });

  test('the example of its docstring', () => {
    const diagonal = (v: Float64Array): Float64Array => v.map((x, i) => (i + 1) * x); // eigenvalues 1, 2, 3
    const { norm, values, weights } = lanczos(diagonal, Float64Array.of(1, 1, 1), 3);
    within(norm, Math.sqrt(3), { abs: 1e-15, because: 'rounding' });
    [1, 2, 3].forEach((value, i) => within(values[i], value, { abs: 1e-14, because: 'rounding' }));
    weights.forEach((weight) => within(weight, 1 / 3, { abs: 1e-14, because: 'rounding' }));
  });

  test('a start of 0 has no nodes; a product that is not finite gives NaN, not a loop', () => {
    expect(lanczos(apply, new Float64Array(N), 3)).toEqual({ norm: 0, values: [], weights: [] });
    expect(lanczos((v) => v.map(() => NaN), start, 3).values).toEqual([NaN]);
  });
});
