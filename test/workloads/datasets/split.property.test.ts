import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { permutation, splitTable } from '../../../src/workloads/datasets/split.js';
import type { Table } from '../../../src/workloads/datasets/table.js';

/** n examples whose one input is their index / n, so that each can be told from the others. */
const table = (n: number): Table => ({
  file: 'table',
  inputShape: [1],
  inputs: Float32Array.from({ length: n }, (_, i) => i / n),
  labels: Int32Array.from({ length: n }, (_, i) => i % 2),
  classes: 2,
});

const cases = fc.record({
  n: fc.integer({ min: 20, max: 300 }),
  validation: fc.double({ min: 0.1, max: 0.3, noNaN: true }),
  test: fc.double({ min: 0.1, max: 0.3, noNaN: true }),
  seed: fc.integer({ min: 0, max: 1000 }),
});

describe('splitTable', () => {
  test('deals every example to exactly one split, with its own label, in the shares asked for', () => {
    fc.assert(
      fc.property(cases, ({ n, ...shares }) => {
        const splits = splitTable(table(n), shares);
        const all = [splits.train, splits.validation, splits.test];
        const inputs = all.flatMap((part) => [...part.inputs]);
        const labels = all.flatMap((part) => [...part.labels]);
        expect([...inputs].sort((a, b) => a - b)).toEqual([...table(n).inputs]);
        inputs.forEach((value, i) => expect(labels[i]).toBe(Math.round(value * n) % 2));
        expect(splits.validation.count).toBe(Math.round(n * shares.validation));
        expect(splits.test.count).toBe(Math.round(n * shares.test));
      }),
      { numRuns: 30 },
    );
  });

  test('is the same for the same seed and another for another', () => {
    expect(permutation(50, 3)).toEqual(permutation(50, 3));
    expect(permutation(50, 3)).not.toEqual(permutation(50, 4));
  });

  test('places are equally likely: each of 4 examples is first in a quarter of 4,000 seeds', () => {
    const first = [0, 0, 0, 0];
    for (let seed = 0; seed < 4000; seed += 1) first[permutation(4, seed)[0]] += 1;
    // binomial(4000, 1/4): standard deviation 27.4; five of them
    first.forEach((count) => expect(Math.abs(count - 1000)).toBeLessThan(137));
  });
});
