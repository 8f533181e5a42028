import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { semidefiniteRoot } from '../../src/math/semidefinite-root.js';
import { within } from '../helpers/within.js';

const entry = fc.double({ min: -3, max: 3, noNaN: true });

describe('semidefiniteRoot', () => {
  test('R R^T is the matrix again, and R has as many columns as the matrix has rank', () => {
    const roots = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }))
      .chain(([n, r]) => fc.array(fc.array(entry, { minLength: n, maxLength: n }), { minLength: r, maxLength: r }))
      .filter((columns) => columns.length > 0);
    fc.assert(
      fc.property(roots, (columns) => {
        const n = columns[0].length;
        const S = product(columns, n);
        const root = semidefiniteRoot(S)!;
        expect(root.length).toBeLessThanOrEqual(Math.min(n, columns.length));
        const size = Math.max(...S.flat().map(Math.abs), 1);
        product(root, n).forEach((row, i) =>
          row.forEach((value, j) => within(value, S[i][j], { abs: 1e-9 * size, because: 'rounding' })),
        );
      }),
    );
  });

  test.each([
    [[[-1]]],
    [[[1, 2], [2, 1]]], // eigenvalues 3 and -1
    [[[0, 1], [1, 0]]],
    [[[1, 0, 0], [0, 1, 1.001], [0, 1.001, 1]]],
  ])('%j is not positive semidefinite', (S) => {
    expect(semidefiniteRoot(S)).toBeNull();
  }); // prettier-ignore

  test('of rank 1', () => {
    expect(semidefiniteRoot([[4, 2], [2, 1]])).toEqual([[2, 1]]); // prettier-ignore
  });
});

function product(columns: readonly (readonly number[])[], n: number): number[][] {
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (__, j) => columns.reduce((sum, column) => sum + column[i] * column[j], 0)),
  );
}
