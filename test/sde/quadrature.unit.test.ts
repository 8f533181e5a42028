import { describe, expect, test } from '@jest/globals';
import { breaksOf, commonBreaks } from '../../src/sde/expectation/breaks.js';
import { gaussHermite, gaussLegendre, type GaussRule } from '../../src/sde/expectation/gauss.js';
import { within } from '../helpers/within.js';

const mean = ({ nodes, weights }: GaussRule, f: (x: number) => number): number =>
  nodes.reduce((sum, node, i) => sum + weights[i] * f(node), 0);

describe('Gauss rules', () => {
  test('two nodes by hand: +-1 of the normal, +-1/sqrt(3) of the uniform', () => {
    const [normal, uniform] = [gaussHermite(2), gaussLegendre(2)];
    [...normal.nodes, ...uniform.nodes].forEach((node, i) =>
      within(node, [-1, 1, -1 / Math.sqrt(3), 1 / Math.sqrt(3)][i], { abs: 1e-15, because: 'rounding' }),
    );
    expect([...normal.weights, ...uniform.weights]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  test.each([1, 5, 16, 64])('n = %d is exact for polynomials of degree 2n - 1 and no further', (n) => {
    // moments of the normal: 1 * 3 * 5 ... (p - 1); of the uniform on [-1, 1]: 1 / (p + 1)
    let moment = 1;
    for (let p = 2; p <= Math.min(2 * n, 40); p += 2) {
      moment *= p - 1;
      const [normal, uniform] = [mean(gaussHermite(n), (x) => x ** p), mean(gaussLegendre(n), (x) => x ** p)];
      if (p < 2 * n) {
        within(normal, moment, { rel: 1e-11, because: 'exact' });
        within(uniform, 1 / (p + 1), { rel: 1e-12, because: 'exact' });
      } else if (n <= 5) expect(Math.abs(normal / moment - 1)).toBeGreaterThan(1e-4);
    }
  });
});

describe('breaks', () => {
  test('every change of the piece, to the last bit, even two close together', () => {
    const piece = (s: number): number => (s > 0.3 ? 1 : 0) + (s > 0.3001 ? 2 : 0) + (s > -1.7 ? 4 : 0);
    const breaks = breaksOf(piece, [-2, 0, 2], gaussLegendre(8).nodes)!;
    const inside = breaks.filter((s) => ![-2, 0, 2].includes(s));
    [-1.7, 0.3, 0.3001].forEach((s) => {
      expect(inside.some((b) => Math.abs(b - s) <= 4e-16)).toBe(true);
    });
    // a break and its neighbour, at most, for each change
    expect(inside.length).toBeLessThanOrEqual(6);
  });

  test('none where the piece never changes; null where it never stays', () => {
    expect(breaksOf(() => 7, [0, 1, 2], gaussLegendre(4).nodes)).toEqual([0, 1, 2]);
    let calls = 0;
    expect(breaksOf(() => (calls += 1), [0, 1], gaussLegendre(8).nodes)).toBeNull();
  });

  test('breaks in common are those of borders along the lines', () => {
    const probe = (s: number) => (v: number) => (v > 0.25 ? 1 : 0) + (v > s ? 2 : 0);
    const found = commonBreaks([-0.5, 0.1, 0.7].map(probe));
    expect(found).toHaveLength(3);
    within(found[1], 0.25, { abs: 1e-9, because: 'breaks nearer than this are one' });
  });
});
