import { describe, expect, test } from '@jest/globals';
import { minimizeBySimplex } from '../../src/math/nelder-mead.js';
import { within } from '../helpers/within.js';

describe('minimizeBySimplex', () => {
  test('Rosenbrock from (-1.2, 1): minimum 0 at (1, 1)', () => {
    const rosenbrock = ([x, y]: readonly number[]): number => 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    const options = { steps: [0.5, 0.5], maximumIterations: 2000, tolerance: 1e-14 };
    const { point } = minimizeBySimplex((p) => 1 + rosenbrock(p), [-1.2, 1], options);
    within(point[0], 1, { abs: 1e-6, because: 'values agree to 1e-14, so the point to about its square root' });
    within(point[1], 1, { abs: 1e-6, because: 'the same' });
  });

  test('values that are not finite are never chosen', () => {
    const f = ([x]: readonly number[]): number => (x < 0 ? NaN : (x - 0.1) ** 2);
    const { point } = minimizeBySimplex(f, [2], { steps: [1], maximumIterations: 200, tolerance: 1e-16 });
    within(point[0], 0.1, { abs: 1e-6, because: 'quadratic inside the domain' });
  });

  test('too few iterations are a status', () => {
    const f = ([x]: readonly number[]): number => x * x;
    expect(minimizeBySimplex(f, [100], { steps: [1], maximumIterations: 2, tolerance: 0 }).status).toBe(
      'max_iterations',
    );
  });
});
