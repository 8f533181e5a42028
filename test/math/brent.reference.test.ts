import { describe, expect, test } from '@jest/globals';
import { minimizeByBrent } from '../../src/math/brent.js';
import { within } from '../helpers/within.js';

/** Where the search from the middle ends, and after how many evaluations. */
function search(f: (u: number) => number, low: number, high: number): { found: number; evaluations: number } {
  let evaluations = 0;
  const counted = (u: number): number => {
    evaluations += 1;
    return f(u);
  };
  const start = (low + high) / 2;
  return { found: minimizeByBrent(counted, low, start, high, f(low), f(start), f(high), 1e-8), evaluations };
}

describe('minimizeByBrent', () => {
  test.each([
    ['a quadratic', (u: number) => (u - 0.3) ** 2, 0, 1, 0.3, 8],
    ['e^u - 2 u, minimum at ln 2', (u: number) => Math.exp(u) - 2 * u, -2, 2, Math.LN2, 14],
    ['|u - .3|, no parabola', (u: number) => Math.abs(u - 0.3), 0, 1, 0.3, 40],
    ['two parabolas that cross at 1/2', (u: number) => Math.max(u * u, (u - 1) ** 2), 0, 1, 0.5, 40],
    ['lowest at the upper end', (u: number) => -u, 0, 1, 1, 45],
    ['infinite up to 1/2', (u: number) => (u < 0.5 ? Infinity : (u - 0.6) ** 2), 0, 1, 0.6, 45],
    ['constant', () => 1, 0, 1, null, 45],
  ])('%s', (_, f, low, high, exact, most) => {
    const { found, evaluations } = search(f, low, high);
    if (exact !== null) within(found, exact, { abs: 4e-8, because: 'tolerance 1e-8, and the rounding of a minimum' });
    expect(found).toBeGreaterThanOrEqual(low);
    expect(found).toBeLessThanOrEqual(high);
    expect(evaluations).toBeLessThanOrEqual(most);
  });

  test('a first point beside the minimum of a quartic', () => {
    const f = (u: number): number => u ** 4;
    within(minimizeByBrent(f, -1, 0.01, 1.3, Infinity, f(0.01), Infinity, 1e-8), 0, {
      abs: 1e-3,
      because: 'u^4 < 1e-12 is flat',
    });
  });
});
