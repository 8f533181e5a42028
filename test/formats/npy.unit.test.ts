import { describe, expect, test } from '@jest/globals';
import { npyBytes, parseNpy } from '../../src/formats/npy.js';

describe('npyBytes', () => {
  test.each([
    [[[1, 2, 3]], [3]],
    [
      [
        [1, -2.5],
        [NaN, 1e300],
        [0, Infinity],
      ],
      [3, 2],
    ],
    [[new Float64Array(24).map((_, i) => i)], [1, 2, 3, 4]],
    [[], [0, 5]],
  ])('reads back as it was: %j of shape %j', (rows, shape) => {
    const { values, shape: found } = parseNpy(npyBytes(rows, shape), 'test');
    expect(found).toEqual(shape);
    expect([...(values as Float64Array)]).toEqual(rows.flatMap((row) => [...row]));
  });

  test('byte for byte what numpy.save writes for [1.0]', () => {
    // magic, version 1.0, header of 118 bytes: the numbers start at byte 128
    const bytes = npyBytes([[1]], [1]);
    const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }`;
    const expected = Buffer.concat([
      Buffer.from('\u0093NUMPY\u0001\u0000\u0076\u0000', 'latin1'),
      Buffer.from(`${header.padEnd(117)}\n`),
      Buffer.from([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]), // 1.0, little-endian
    ]);
    expect(Buffer.from(bytes).equals(expected)).toBe(true);
  });
});

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
