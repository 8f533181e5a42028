import { size } from '../math/shape.js';

/** All arrays one after the other. */
export function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const array of arrays) {
    all.set(array, next);
    next += array.length;
  }
  return all;
}

/** Views of the arrays of these shapes, which lie one after the other. */
export function separated(all: Float32Array, shapes: readonly (readonly number[])[]): Float32Array[] {
  let next = 0;
  return shapes.map((shape) => {
    const first = next;
    next += size(shape);
    return all.subarray(first, next);
  });
}
