import { describe, expect, test } from '@jest/globals';
import { bracket, interpolateTable, nearestTable, type TableAxis } from '../../src/math/interpolation.js';
import { within } from '../helpers/within.js';

const linear = (...grid: number[]): TableAxis => ({ coordinate: 'identity', grid });
const logarithmic = (...grid: number[]): TableAxis => ({ coordinate: 'log', grid });

describe('bracket', () => {
  test('finds the cell and the share of the way through it', () => {
    expect(bracket(linear(0, 1, 3, 7), 2)).toEqual({ index: 1, weight: 0.5 }); // (2 - 1) / (3 - 1)
    expect(bracket(linear(0, 1, 3, 7), 3)).toEqual({ index: 2, weight: 0 });
  });

  test('is clamped to the ends, on one node too', () => {
    expect(bracket(linear(0, 1), -5)).toEqual({ index: 0, weight: 0 });
    expect(bracket(linear(0, 1), 5)).toEqual({ index: 1, weight: 0 });
    expect(bracket(linear(4), 5)).toEqual({ index: 0, weight: 0 });
  });

  test('measures in logarithms on a log axis', () => {
    // ln(10 / 1) / ln(100 / 1) = 1/2
    within(bracket(logarithmic(1, 100), 10).weight, 0.5, { abs: 1e-15, because: 'rounding of two logarithms' });
  });
});

describe('interpolateTable', () => {
  const axes = [linear(0, 2), linear(0, 1, 3)];
  const values = [1, 2, 6, 5, 4, 0]; // row of 0: 1 2 6, row of 2: 5 4 0

  test('is bilinear between the nodes', () => {
    // first axis 1/2 of the way, second (2 - 1) / 2 = 1/2: (2 + 6 + 4 + 0) / 4
    expect(interpolateTable(axes, values, [1, 2])).toBe(3);
    // first axis at 0, second 1/2: (1 + 2) / 2
    expect(interpolateTable(axes, values, [0, 0.5])).toBe(1.5);
  });

  test('gives the values at the nodes and, outside, those of the nearest edge', () => {
    expect(interpolateTable(axes, values, [2, 1])).toBe(4);
    expect(interpolateTable(axes, values, [-9, 99])).toBe(6);
    expect(interpolateTable(axes, values, [99, -9])).toBe(5);
  });
});

describe('nearestTable', () => {
  test('takes the nearest node, the lower one in the middle', () => {
    expect(nearestTable([linear(0, 1)], [7, 8], [0.5])).toBe(7);
    expect(nearestTable([linear(0, 1)], [7, 8], [0.51])).toBe(8);
    expect(nearestTable([linear(0, 1), logarithmic(1, 100)], [1, 2, 3, 4], [0.9, 11])).toBe(4);
  });
});
