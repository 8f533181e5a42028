import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { pooledMeans } from '../../../src/workloads/datasets/pool.js';
import { within } from '../../helpers/within.js';

const images = fc
  .record({
    count: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 1, max: 4 }),
    w: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ count, h, w }) =>
    fc.record({
      count: fc.constant(count),
      h: fc.constant(h),
      w: fc.constant(w),
      pool: fc.integer({ min: 1, max: 5 }),
      seed: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    }),
  );

describe('pooledMeans', () => {
  test('keeps the mean of each image, within [0, 1]', () => {
    fc.assert(
      fc.property(images, ({ count, h, w, pool, seed }) => {
        const size = h * w * pool * pool;
        const inputs = Uint8Array.from({ length: count * size }, (_, i) => seed[i % seed.length]);
        const place = (): string => '';
        const raw = { file: '', inputs, labels: [], inputPlace: place, labelPlace: place };
        const pooled = pooledMeans({ ...raw, inputShape: [h * pool, w * pool, 1] }, { scale: 255, pool });
        const mean = (values: ArrayLike<number>): number =>
          Array.from(values).reduce((a, b) => a + b, 0) / values.length;
        for (let n = 0; n < count; n += 1) {
          const means = pooled.inputs.subarray(n * h * w, (n + 1) * h * w);
          const expected = mean(inputs.subarray(n * size, (n + 1) * size)) / 255;
          within(mean(means), expected, { abs: 6e-8, because: 'each pooled value is rounded once to 24 bits' });
          if (means.some((value) => value < 0 || value > 1)) throw new Error(`outside [0, 1]: ${means.join(' ')}`);
        }
      }),
    );
  });
});
