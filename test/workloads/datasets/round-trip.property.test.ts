import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { idx, load, npy, npz } from './files.js';

const tables = fc
  .record({ n: fc.integer({ min: 8, max: 20 }), width: fc.integer({ min: 1, max: 5 }) })
  .chain(({ n, width }) =>
    fc.record({
      n: fc.constant(n),
      width: fc.constant(width),
      pixels: fc.uint8Array({ minLength: n * width, maxLength: n * width }),
    }),
  );

describe('one table in three formats', () => {
  test('IDX, CSV and NPZ give the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async ({ n, width, pixels }) => {
        const labels = Uint8Array.from({ length: n }, (_, i) => Math.floor(i / 2) % 3);
        const lines = Array.from(labels, (label, i) =>
          [...pixels.subarray(i * width, (i + 1) * width), label].join(','),
        );
        const files = {
          images: idx([n, 1, width], pixels),
          labels: idx([n], labels),
          'table.csv': lines.join('\n'),
          'set.npz': npz({ x: npy('|u1', [n, width], pixels), y: npy('|u1', [n], labels) }),
        };
        const fromIdx = await load({ format: 'idx', images: 'images', labels: 'labels' }, files);
        const fromCsv = await load({ format: 'csv', path: 'table.csv', scale: 255 }, files);
        const fromNpz = await load({ format: 'npz', path: 'set.npz', scale: 255 }, files);
        expect([fromCsv.sha256, fromNpz.sha256]).toEqual([fromIdx.sha256, fromIdx.sha256]);
        expect(fromIdx.train.count + fromIdx.validation.count + fromIdx.test.count).toBe(n);
      }),
      { numRuns: 20 },
    );
  });
});
