import { describe, expect, test } from '@jest/globals';
import { failure, load, npy, npz, rows } from './files.js';

const spec = { format: 'npz', path: 'set.npz', split: { validation: 0.25, test: 0.25 } };
const x = npy('<f8', [4, 2], Float64Array.of(0, 0.5, 1, 0.25, 0.5, 0, 0.75, 1));
const y = npy('<i4', [4], Int32Array.of(0, 1, 0, 1));
const failureOf = (arrays: Record<string, Uint8Array>, more: object = {}) =>
  failure({ ...spec, ...more }, { 'set.npz': npz(arrays) });

describe('NPZ files', () => {
  test('read back what was written', async () => {
    const dataset = await load(spec, { 'set.npz': npz({ x, y, other: Uint8Array.of(1) }) });
    expect(rows(dataset)).toEqual(['0 0.5 -> 0', '0.5 0 -> 0', '0.75 1 -> 1', '1 0.25 -> 1']);
    expect([dataset.name, dataset.inputShape, dataset.classes]).toEqual(['set.npz', [2], 2]);
  });

  test.each([
    [[4, 2], [2]],
    [
      [4, 1, 2],
      [1, 2, 1],
    ],
    [
      [4, 1, 1, 2],
      [1, 1, 2],
    ],
  ])('inputs of shape %j have input shape %j', async (shape, inputShape) => {
    const values = Float64Array.of(0, 0.5, 1, 0.25, 0.5, 0, 0.75, 1);
    const dataset = await load(spec, { 'set.npz': npz({ x: npy('<f8', shape, values), y }) });
    expect(dataset.inputShape).toEqual(inputShape);
  });

  test('arrays go by the names given', async () => {
    const named = await load(
      { ...spec, inputs: 'pixels', labels: 'digit' },
      { 'set.npz': npz({ pixels: x, digit: y }) },
    );
    expect(named.sha256).toBe((await load(spec, { 'set.npz': npz({ x, y }) })).sha256);
  });

  const bytes = new Uint8Array(8);
  test.each([
    ['a missing array', { x, z: y }, 'E_DATA', /no array "y"; there are: x, z/, /"labels"/],
    [
      'something else than NPY',
      { x, y: Uint8Array.from(Buffer.from('hello')) },
      'E_DATA',
      /array "y": not an NPY/,
      /savez/,
    ],
    ['a cut header', { x, y: y.slice(0, 40) }, 'E_DATA', /array "y": cut off within its header/, /again/],
    ['a cut prologue', { x, y: y.slice(0, 8) }, 'E_DATA', /array "y": cut off within its header/, /again/],
    ['cut values', { x: x.slice(0, -3), y }, 'E_DATA', /array "x": holds 7.625 values .* \(4, 2\)/, /again/],
    ['big-endian floats', { x: npy('>f8', [4, 2], new Float64Array(8)), y }, 'E_DATA', /type >f8/, /<f8/],
    ['no shape', { x: npy('<f8', [NaN], new Float64Array(8)), y }, 'E_DATA', /names no shape/, /savez/],
    ['inputs without columns', { x: npy('|u1', [8], bytes), y }, 'E_SHAPE', /"x" has shape \(8\)/, /columns/],
    [
      'five axes',
      { x: npy('|u1', [4, 1, 1, 1, 2], bytes), y },
      'E_SHAPE',
      /"x" has shape \(4, 1, 1, 1, 2\)/,
      /columns/,
    ],
    ['one-hot labels', { x, y: npy('|u1', [4, 2], bytes) }, 'E_SHAPE', /"y" has shape \(4, 2\)/, /argmax/],
    ['other counts', { x, y: npy('|u1', [8], bytes) }, 'E_SHAPE', /4 inputs in "x", but 8 labels in "y"/, /one label/],
    [
      'no examples',
      { x: npy('|u1', [0, 2], new Uint8Array(0)), y: npy('|u1', [0], new Uint8Array(0)) },
      'E_SHAPE',
      /no examples/,
      /./,
    ],
  ])('refuses %s', async (_, arrays, code, sentence, remedy) => {
    const error = await failureOf(arrays as Record<string, Uint8Array>);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(sentence);
    expect(error.message).toMatch(/set\.npz/);
    expect(error.remedy).toMatch(remedy);
  });

  test('refuses a file that is no zip archive, or a cut one', async () => {
    const whole = npz({ x, y });
    for (const content of [Buffer.from('PK but not a zip archive'), whole.slice(0, whole.length - 30)]) {
      const error = await failure(spec, { 'set.npz': content });
      expect([error.code, error.message]).toEqual(['E_DATA', expect.stringMatching(/set\.npz: not an NPZ/)]);
    }
  });

  test('names NaN, infinity, and inputs and labels that are out of range, by array and index', async () => {
    const values = Float64Array.of(0, NaN, 1, 0.25, -Infinity, 0, 0.75, 3);
    const inputs = await failureOf({ x: npy('<f8', [4, 1, 2], values), y });
    expect(inputs.issues).toEqual([
      { path: 'x[0, 0, 1]', message: 'NaN is not finite' },
      { path: 'x[2, 0, 0]', message: '-Infinity is not finite' },
      { path: 'x[3, 0, 1]', message: '3 is outside [0, 1]' },
    ]);
    expect(inputs.remedy).toBe(
      'Remove or fill in the values that are not finite. Set "scale" to 3, the largest value, or more.',
    );
    const labels = await failureOf({ x, y: npy('<f8', [4], Float64Array.of(0, 1, NaN, 0.5)) });
    expect(labels.issues.map(({ path }) => path)).toEqual(['y[2]', 'y[3]']);
  });
});
