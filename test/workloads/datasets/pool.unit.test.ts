import { describe, expect, test } from '@jest/globals';
import { pooledMeans } from '../../../src/workloads/datasets/pool.js';
import type { RawTable } from '../../../src/workloads/datasets/table.js';
import { failure, idx } from './files.js';

const table = (inputShape: readonly number[], inputs: readonly number[]): RawTable => ({
  file: 'images',
  inputShape,
  inputs,
  labels: [0],
  inputPlace: () => '',
  labelPlace: () => '',
});

describe('pooledMeans', () => {
  test('averages 2 x 2 squares of a 4 x 2 image', () => {
    // rows 1 2 | 3 6 | 0 0 | 0 4: (1+2+3+6)/4 = 3 and (0+0+0+4)/4 = 1; divided by scale 8: 3/8 and 1/8
    const { inputShape, inputs } = pooledMeans(table([4, 2, 1], [1, 2, 3, 6, 0, 0, 0, 4]), { scale: 8, pool: 2 });
    expect(inputShape).toEqual([2, 1, 1]);
    expect([...inputs]).toEqual([0.375, 0.125]);
  });

  test('keeps images apart and goes through squares row by row', () => {
    // first image 1 1 5 5 / 1 1 5 5: means 1, 5; second 2 4 0 0 / 6 8 0 0: means (2+4+6+8)/4 = 5, 0
    const raw = table([2, 4, 1], [1, 1, 5, 5, 1, 1, 5, 5, 2, 4, 0, 0, 6, 8, 0, 0]);
    expect([...pooledMeans(raw, { scale: 1, pool: 2 }).inputs]).toEqual([1, 5, 5, 0]);
  });

  test('the mean of white 7 x 7 squares is exactly 1', () => {
    const raw = table([28, 28, 1], new Array<number>(784).fill(255));
    expect(new Set(pooledMeans(raw, { scale: 255, pool: 7 }).inputs)).toEqual(new Set([1]));
  });

  test('refuses a pool that does not divide a side', async () => {
    const files = { images: idx([2, 4, 6], new Uint8Array(48)), labels: idx([2], [0, 1]) };
    const error = await failure({ format: 'idx', images: 'images', labels: 'labels', pool: 4 }, files);
    expect(error.code).toBe('E_SHAPE');
    expect(error.message).toMatch(/images: pool 4 does not divide images of 4 x 6/);
    expect(error.remedy).toBe('Choose a common divisor of 4 and 6.');
    const digits = await failure({ format: 'builtin', name: 'digits', pool: 3 });
    expect([digits.code, digits.message]).toEqual(['E_SHAPE', expect.stringMatching(/pool 3 .* 8 x 8/)]);
  });
});
