import { describe, expect, test } from '@jest/globals';
import { nonnegativeLeastSquares, squaresAt } from '../../src/estimation/modes/least-squares.js';
import { nonnegativeNormal } from '../../src/estimation/modes/nonnegative-normal.js';
import { randomStream } from '../../src/math/random.js';
import { within } from '../helpers/within.js';

describe('nonnegative least squares', () => {
  test('leaves out the column whose coefficient would be negative', () => {
    // Free: c = G^-1 r = (2, -1). With c_2 = 0: c_1 = 3 / 2, squares 10 - 2 x 3 x 1.5 + 2 x 2.25 = 5.5.
    const equations = { gram: [[2, 1], [1, 1]], right: [3, 1], total: 10 }; // prettier-ignore
    const { coefficients, squares } = nonnegativeLeastSquares(equations);
    [1.5, 0].forEach((value, i) => within(coefficients[i], value, { abs: 1e-12, because: 'by hand' }));
    within(squares, 5.5, { abs: 1e-12, because: 'by hand' });
    expect(squaresAt(equations, [2, -1])).toBeCloseTo(10 - 5, 12);
  });
});

describe('a normal law on nonnegative coefficients', () => {
  const draw = (equations: Parameters<typeof nonnegativeNormal>[0]['equations'], precision: number, n: number) => {
    const stream = randomStream(4, 'draws');
    const start = nonnegativeLeastSquares(equations);
    return Array.from({ length: n }, () => nonnegativeNormal({ ...start, equations }, precision, stream));
  };
  const meanOf = (rows: readonly number[][], i: number): number =>
    rows.reduce((sum, row) => sum + row[i], 0) / rows.length;

  test('of one coefficient with mean 0 is half a normal: mean sqrt(2 / pi) deviations', () => {
    const rows = draw({ gram: [[4]], right: [0], total: 1 }, 1, 1500);
    within(meanOf(rows, 0), Math.sqrt(2 / Math.PI) / 2, { abs: 0.025, because: '3 standard errors of 1,500 draws' });
  });

  test('of one coefficient far below 0 is nearly exponential: mean deviation^2 / distance', () => {
    // G = 1, m = -8, precision 1: mean of a normal at -8 beyond 0 is phi(8) / (1 - Phi(8)) - 8 = .1231.
    const rows = draw({ gram: [[1]], right: [-8], total: 100 }, 1, 1500);
    within(meanOf(rows, 0), 0.1231, { abs: 0.01, because: '3 standard errors of 1,500 draws' });
  });

  test('far inside the orthant is the free law, correlations and all', () => {
    const rows = draw({ gram: [[2, 1], [1, 2]], right: [50, 40], total: 1000 }, 1, 1500); // prettier-ignore
    const [a, b] = [meanOf(rows, 0), meanOf(rows, 1)];
    within(a, 20, { abs: 0.07, because: '3 standard errors' });
    within(b, 10, { abs: 0.07, because: '3 standard errors' });
    const product = rows.reduce((sum, [x, y]) => sum + (x - a) * (y - b), 0) / rows.length;
    within(product, -1 / 3, { abs: 0.07, because: 'G^-1 = [[2, -1], [-1, 2]] / 3' });
  });
});
