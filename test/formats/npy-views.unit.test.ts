import { describe, expect, test } from '@jest/globals';
import { npyBytes } from '../../src/formats/npy-writer.js';
import { parseNpy } from '../../src/formats/npy.js';

describe('parseNpy', () => {
  const bytes = npyBytes(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [2, 3],
  );

  // A Buffer's own slice shares its memory, and small ones lie in a pool: their values start anywhere.
  test.each([
    ['an array of its own', bytes],
    ['a Buffer', Buffer.from(bytes)],
    ['a Buffer within another', Buffer.concat([Buffer.alloc(5, 7), bytes, Buffer.alloc(9, 7)]).subarray(5, -9)],
    ['a view that starts at an odd address', new Uint8Array([1, 2, 3, ...bytes]).subarray(3)],
  ])('%s', (_, given) => {
    const { shape, values } = parseNpy(given, 'values.npy');
    expect([shape, Array.from(values)]).toEqual([
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
  });
});
