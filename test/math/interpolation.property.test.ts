import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { interpolateTable, nearestTable, type TableAxis } from '../../src/math/interpolation.js';
import { within } from '../helpers/within.js';

const axis: fc.Arbitrary<TableAxis> = fc
  .uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 })
  .chain((nodes) =>
    fc.record({
      coordinate: fc.constantFrom('identity' as const, 'log' as const),
      grid: fc.constant([...nodes].sort((a, b) => a - b)),
    }),
  );
const coordinate = fc.double({ min: 0.5, max: 60, noNaN: true });

/** One to three axes, a value at each node, a point inside or outside. */
const problem = fc.array(axis, { minLength: 1, maxLength: 3 }).chain((axes) => {
  const nodes = axes.reduce((n, { grid }) => n * grid.length, 1);
  return fc.record({
    axes: fc.constant(axes),
    values: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: nodes, maxLength: nodes }),
    point: fc.array(coordinate, { minLength: axes.length, maxLength: axes.length }),
  });
});

describe('interpolateTable', () => {
  test('stays between the smallest and the largest value', () => {
    fc.assert(
      fc.property(problem, ({ axes, values, point }) => {
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const found = interpolateTable(axes, values, point);
        return found >= low - 1e-12 && found <= high + 1e-12;
      }),
    );
  });

  test('reproduces a function that is linear in the axis coordinates, clamped', () => {
    fc.assert(
      fc.property(problem, ({ axes, point }) => {
        const f = (x: readonly number[]): number =>
          x.reduce((sum, xd, d) => sum + (d + 1) * (axes[d].coordinate === 'log' ? Math.log(xd) : xd), 0.3);
        const clamped = point.map((x, d) =>
          Math.min(Math.max(x, axes[d].grid[0]), axes[d].grid[axes[d].grid.length - 1]),
        );
        within(interpolateTable(axes, nodesOf(axes).map(f), point), f(clamped), {
          abs: 1e-11,
          because: 'rounding of sums of at most 300',
        });
      }),
    );
  });

  test('agrees with the nearest node at the nodes', () => {
    fc.assert(
      fc.property(problem, fc.nat(), ({ axes, values }, seed) => {
        const node = nodesOf(axes)[seed % values.length];
        return interpolateTable(axes, values, node) === nearestTable(axes, values, node);
      }),
    );
  });
});

/** All nodes, the first axis slowest. */
function nodesOf(axes: readonly TableAxis[]): number[][] {
  return axes.reduce<number[][]>((nodes, { grid }) => nodes.flatMap((node) => grid.map((x) => [...node, x])), [[]]);
}
