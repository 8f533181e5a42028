import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { PACKAGE_ROOT } from '../../../src/version.js';
import type { Examples } from '../../../src/workloads/workload.js';
import { failure, load } from './files.js';

const histogram = ({ labels }: Examples): number[] =>
  Array.from({ length: 10 }, (_, k) => labels.filter((label) => label === k).length);
const sum = (...parts: number[][]): number[] =>
  parts[0].map((_, k) => parts.reduce((total, part) => total + part[k], 0));
const folder = path.join(PACKAGE_ROOT, 'benchmarks', 'data');

describe('fashion-mnist', () => {
  test('counts and class histograms are those of the original label files', async () => {
    const dataset = await load({ format: 'builtin', name: 'fashion-mnist' });
    expect([dataset.inputShape, dataset.classes]).toEqual([[28, 28, 1], 10]);
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([12000, 2000, 2000]);
    // counted with Python in the originals: training labels 0..11,999 and 58,000..59,999, test labels 0..1,999
    expect(histogram(dataset.train)).toEqual([1122, 1220, 1201, 1212, 1181, 1204, 1244, 1192, 1195, 1229]);
    expect(histogram(dataset.validation)).toEqual([192, 186, 206, 193, 220, 218, 187, 178, 207, 213]);
    expect(histogram(dataset.test)).toEqual([200, 203, 214, 190, 219, 195, 197, 200, 194, 188]);
    // a snapshot, not truth
    expect(dataset.sha256).toBe('8607a51c8fc7bebd1cf8317b87c9bc5209585bfab1610e158929c638ac948b8a');
  });

  test('pooled by 2: the first value is the mean of its four pixels', async () => {
    const dataset = await load({ format: 'builtin', name: 'fashion-mnist', pool: 2 });
    expect(dataset.inputShape).toEqual([14, 14, 1]);
    const packed = await readFile(path.join(folder, 'fashion-mnist', 'train-images-idx3-ubyte.gz'));
    const pixels = gunzipSync(packed).subarray(16);
    const value = (image: number, row: number, column: number): number => pixels[(image * 28 + row) * 28 + column];
    for (const [image, row, column] of [
      [0, 7, 7],
      [11999, 3, 9],
      [6000, 13, 0],
    ] as const) {
      const [r, c] = [2 * row, 2 * column];
      const four = value(image, r, c) + value(image, r, c + 1) + value(image, r + 1, c) + value(image, r + 1, c + 1);
      expect(dataset.train.inputs[(image * 14 + row) * 14 + column]).toBe(Math.fround(four / 1020));
    }
    // a snapshot, not truth
    expect(dataset.sha256).toBe('f3fa14ed5b4202040adcba635a0b9b44d82337f7859a200b8c2f867571d7b416');
  });

  test('train takes the first examples and leaves the other splits', async () => {
    const whole = await load({ format: 'builtin', name: 'fashion-mnist', pool: 4 });
    const part = await load({ format: 'builtin', name: 'fashion-mnist', pool: 4, train: 500 });
    const same = (one: Float32Array | Int32Array, other: Float32Array | Int32Array): boolean =>
      Buffer.from(one.buffer, 0, one.byteLength).equals(Buffer.from(other.buffer, 0, one.byteLength));
    expect([part.train.count, part.train.inputs.length, part.train.labels.length]).toEqual([500, 500 * 49, 500]);
    expect(same(part.train.inputs, whole.train.inputs)).toBe(true);
    expect(same(part.train.labels, whole.train.labels)).toBe(true);
    expect([part.validation.count, part.test.count]).toEqual([2000, 2000]);
    expect(same(part.test.inputs, whole.test.inputs)).toBe(true);
    expect(part.sha256).not.toBe(whole.sha256);
  });
});

describe('digits', () => {
  test('1,797 examples in three splits', async () => {
    const dataset = await load({ format: 'builtin', name: 'digits' });
    expect([dataset.inputShape, dataset.classes]).toEqual([[8, 8, 1], 10]);
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([1197, 200, 400]);
    // class counts of scikit-learn's load_digits
    const counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
    expect(sum(histogram(dataset.train), histogram(dataset.validation), histogram(dataset.test))).toEqual(counts);
    expect(new Set(dataset.train.inputs)).toEqual(new Set(Array.from({ length: 17 }, (_, k) => k / 16)));
    // a snapshot, not truth
    expect(dataset.sha256).toBe('43e26d5ff2078afab0ca6d8808fe677ba9f099ab843bbcedff4f96e2a12c2791');
  });

  test('more training examples than there are, and too few for two classes, are refused', async () => {
    const many = await failure({ format: 'builtin', name: 'digits', train: 1198 });
    expect([many.code, many.message]).toEqual(['E_DATA', expect.stringMatching(/1198 .* asked for, 1197 there/)]);
    expect(many.remedy).toBe('Set "train" to 1197 at most, or leave it out.');
    const one = await failure({ format: 'builtin', name: 'digits', train: 1 });
    expect([one.code, one.message]).toEqual(['E_DATA', expect.stringMatching(/1 training examples are all of class/)]);
  });
});

test('the files are those that README.md names', async () => {
  const readme = await readFile(path.join(folder, 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/\| `([\w./-]+\.gz)` +\| ([\d,]+) +\| `(\w{64})` \| `(\w{64})` \|/g)];
  expect(rows).toHaveLength(10);
  for (const [, file, size, packedHash, contentHash] of rows) {
    const packed = await readFile(path.join(folder, file));
    const hashes = [packed, gunzipSync(packed)].map((bytes) => createHash('sha256').update(bytes).digest('hex'));
    expect([packed.length.toLocaleString('en'), ...hashes]).toEqual([size, packedHash, contentHash]);
  }
});
