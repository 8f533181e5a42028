import { describe, expect, test } from '@jest/globals';
import { issuesOf } from '../../src/artifacts/shared/issues.js';
import { batchSizeSchema } from '../../src/artifacts/experiment/experiment.js';
import { batchSizes } from '../../src/controls/index.js';
import { trainRun } from '../../src/training/train.js';
import { smallRun } from '../training/run.js';

describe('sizes along the run', () => {
  test('one number', () => {
    const sizes = batchSizes(32, 10);
    expect([sizes.varies, sizes.at(0), sizes.at(99), sizes.largest, sizes.mean]).toEqual([false, 32, 32, 32, 32]);
  });

  // The example of the docstring: 50 x 32, then 50 x 128: 8,000 examples in 100 updates.
  test('shares of the horizon', () => {
    const sizes = batchSizes(
      [
        { from: 0, size: 32 },
        { from: 0.5, size: 128 },
      ],
      100,
    );
    expect([sizes.at(49), sizes.at(50), sizes.largest, sizes.mean]).toEqual([32, 128, 128, 80]);
    expect(sizes.varies).toBe(true);
  });

  // 3 x 8, 2 x 4, 5 x 2 of ten updates: 42 examples.
  test('updates; sizes may fall', () => {
    const sizes = batchSizes(
      [
        { from_update: 0, size: 8 },
        { from_update: 3, size: 4 },
        { from_update: 5, size: 2 },
      ],
      10,
    );
    expect(Array.from({ length: 10 }, (_, k) => sizes.at(k))).toEqual([8, 8, 8, 4, 4, 2, 2, 2, 2, 2]);
    expect([sizes.largest, sizes.mean]).toEqual([8, 4.2]);
  });
});

describe('what is refused', () => {
  test.each<[unknown, string, string]>([
    [0, '', 'expected number to be >0; got 0'],
    [[], '', 'expected array to have >=1 items'],
    [[{ from: 0.5, size: 8 }], '', 'must begin with 0 and increase strictly'],
    [
      [
        { from_update: 0, size: 8 },
        { from_update: 0, size: 4 },
      ],
      '',
      'must begin with 0 and increase strictly',
    ],
    [[{ from: 0, size: 0 }], '0.size', 'expected number to be >0; got 0'],
  ])('%j', (spec, path, message) => {
    const parsed = batchSizeSchema.safeParse(spec, { reportInput: true });
    expect(issuesOf(parsed.error!)).toContainEqual({ path, message: expect.stringContaining(message) });
  });
});

describe('a run', () => {
  const batchSize = [
    { from: 0, size: 4 },
    { from: 0.5, size: 12 },
  ];

  // PGD-2: three gradients of a minibatch for each update; 5 updates of 4 examples, 5 of 12; 120 training examples.
  test('draws them, and counts epochs and gradients of examples', async () => {
    const log = await trainRun(await smallRun({ batchSize, updates: 10, evaluation: null }));
    expect(log.steps.map((row) => row.batch_size)).toEqual([4, 4, 4, 4, 4, 12, 12, 12, 12, 12]);
    expect(log.steps.map((row) => row.n_example_grads)).toEqual([12, 24, 36, 48, 60, 96, 132, 168, 204, 240]);
    expect(log.steps.map(({ epoch }) => 120 * epoch!)).toEqual([0, 4, 8, 12, 16, 20, 32, 44, 56, 68]);
    expect(log.end).toMatchObject({ n_grad_evals: 30, n_example_grads: 240 });
    expect(log.header).toMatchObject({ batch_size: batchSize, updates_per_epoch: 15 });
  });

  test('is to its first change the run of its first size', async () => {
    const run = { updates: 10, evaluation: null };
    const [varied, constant] = [await smallRun({ ...run, batchSize }), await smallRun({ ...run, batchSize: 4 })];
    const losses = async (one: typeof varied) => (await trainRun(one)).steps.map((row) => row.train_robust_loss);
    const [a, b] = [await losses(varied), await losses(constant)];
    expect(a.slice(0, 5)).toEqual(b.slice(0, 5));
    expect(a[5]).not.toBe(b[5]);
  });

  test('of one size says nothing of examples', async () => {
    const log = await trainRun(await smallRun({ updates: 2, evaluation: null }));
    expect(log.steps[1]).not.toHaveProperty('n_example_grads');
    expect(log.end).not.toHaveProperty('n_example_grads');
  });
});
