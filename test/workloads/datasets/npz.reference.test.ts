import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { dataSchema } from '../../../src/artifacts/experiment/experiment.js';
import { loadDataset } from '../../../src/workloads/datasets/index.js';
import type { Dataset } from '../../../src/workloads/workload.js';
import { rows } from './files.js';

// Files that NumPy itself wrote (fixtures/make.py): x[i] = (4 i, 4 i + 1, 4 i + 2, 4 i + 3) / 32, y[i] = i mod 3
const load = (name: string, scale: number): Promise<Dataset> =>
  loadDataset(dataSchema.parse({ format: 'npz', path: name, scale, split: { validation: 0.2, test: 0.2 } }), {
    baseDirectory: path.join(import.meta.dirname, 'fixtures'),
  });

describe('NPZ files of NumPy', () => {
  test.each([
    ['float64-int64.npz', 1],
    ['float32-int32.npz', 1],
    ['uint8.npz', 32],
  ])('%s', async (name, scale) => {
    const dataset = await load(name, scale);
    const input = (i: number): string => [0, 1, 2, 3].map((k) => (4 * i + k) / 32).join(' ');
    expect(rows(dataset)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `${input(i)} -> ${i % 3}`).sort());
    expect(dataset.inputShape).toEqual([2, 2, 1]);
  });

  test('Fortran order and float16 are refused with the conversion to make', async () => {
    await expect(load('fortran.npz', 1)).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringMatching(/fortran\.npz, array "x": stored in Fortran order/),
      remedy: 'Save numpy.ascontiguousarray of it.',
    });
    await expect(load('float16.npz', 1)).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringMatching(/array "x": values of type <f2/),
      remedy: expect.stringMatching(/<f4/),
    });
  });
});
