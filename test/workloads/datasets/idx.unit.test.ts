import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { dataSchema } from '../../../src/artifacts/experiment/experiment.js';
import { failure, idx, load, rows } from './files.js';

const spec = { format: 'idx', images: 'images', labels: 'labels', split: { validation: 0.25, test: 0.25 } };
const images = idx([4, 1, 2], [0, 51, 255, 102, 0, 0, 204, 153]);
const labels = idx([4], [0, 1, 0, 1]);

describe('IDX files', () => {
  test('read back what was written: value / 255, shape [h, w, 1]', async () => {
    const dataset = await load(spec, { images, labels });
    // float32 of 51/255 = 1/5, 102/255 = 2/5, 204/255 = 4/5, 153/255 = 3/5
    const f = Math.fround;
    expect(rows(dataset)).toEqual(
      [`0 0 -> 0`, `0 ${f(0.2)} -> 0`, `${f(0.8)} ${f(0.6)} -> 1`, `1 ${f(0.4)} -> 1`].sort(),
    );
    expect([dataset.name, dataset.inputShape, dataset.classes]).toEqual(['images', [1, 2, 1], 2]);
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([2, 1, 1]);
  });

  test('gzip or not, and another base directory: the same hash', async () => {
    const plain = await load(spec, { images, labels });
    const packed = await load(spec, { images: gzipSync(images), labels: gzipSync(labels) });
    expect(packed.sha256).toBe(plain.sha256);
    expect((await load({ ...spec, split: { ...spec.split, seed: 3 } }, { images, labels })).sha256).not.toBe(
      plain.sha256,
    );
  });

  test.each([
    ['a text file', 'images', Buffer.from('not idx'), 'E_DATA', /images: not an IDX file/, /"format": "csv"/],
    ['an empty file', 'labels', new Uint8Array(0), 'E_DATA', /labels: not an IDX file/, /two zero bytes/],
    ['floats', 'images', idx([4, 1, 2], new Uint8Array(32), 0x0d), 'E_DATA', /IDX type 0x0d/, /0x08/],
    ['swapped files', 'images', labels, 'E_DATA', /an array of 1 axes where 3/, /swapped/],
    ['a cut header', 'images', images.slice(0, 9), 'E_DATA', /cut off within its header/, /again/],
    ['cut values', 'images', images.slice(0, -1), 'E_DATA', /holds 7 values where its header says 4 x 1 x 2/, /again/],
    ['trailing bytes', 'labels', Buffer.concat([labels, labels]), 'E_DATA', /holds 16 values .* says 4/, /again/],
    ['cut gzip', 'images', gzipSync(images).subarray(0, -9), 'E_DATA', /cut off or damaged/, /again/],
    ['other counts', 'labels', idx([3], [0, 1, 0]), 'E_SHAPE', /4 images, but 3 labels in .*labels/, /one set/],
    ['no examples', 'images', idx([0, 1, 2], []), 'E_SHAPE', /0 images, but 4 labels/, /one set/],
    ['empty images', 'images', idx([4, 0, 2], []), 'E_SHAPE', /no examples/, /each split/],
    ['one class', 'labels', idx([4], [0, 0, 0, 0]), 'E_DATA', /all labels are 0/, /two classes/],
  ])('refuses %s', async (_, name, content, code, sentence, remedy) => {
    const error = await failure(spec, { images, labels, [name]: content });
    expect(error.code).toBe(code);
    expect(error.message).toMatch(sentence);
    expect(error.remedy).toMatch(remedy);
    expect(error.exitCode).toBe(3);
  });

  test('a damaged byte inside gzip fails its checksum', async () => {
    const packed = gzipSync(images, { level: 0 });
    packed[packed.length - 12] ^= 1;
    const error = await failure(spec, { images: packed, labels });
    expect([error.code, error.message]).toEqual(['E_DATA', expect.stringMatching(/images: .*incorrect data check/)]);
  });

  test('a label out of range is named with its file and index', async () => {
    const error = await failure(spec, { images, labels: idx([4], [0, 1, 7, 1]) });
    expect(error.code).toBe('E_DATA');
    expect(error.message).toMatch(/no example has label 2/);
    expect(error.issues).toEqual([
      { path: expect.stringMatching(/labels, label 2$/), message: '7 is out of range for 3 different labels' },
    ]);
    expect(error.remedy).toMatch(/0, 1, 2/);
  });

  test('too small a scale is named with pixel and remedy', async () => {
    const error = await failure({ ...spec, scale: 204 }, { images, labels });
    expect(error.message).toMatch(/1 of 8 inputs are not in \[0, 1\] after division by scale 204/);
    expect(error.issues).toEqual([{ path: 'image 1, pixel [0, 0]', message: '255 is outside [0, 204]' }]);
    expect(error.remedy).toBe('Set "scale" to 255, the largest value, or more.');
  });

  test('a path that cannot be read', async () => {
    const missing = await failure(spec, { images });
    expect([missing.code, missing.message]).toEqual(['E_NOT_FOUND', expect.stringMatching(/labels \(ENOENT\)/)]);
    expect(missing.remedy).toMatch(/experiment file/);
    const folder = await failure({ ...spec, images: '.' }, { labels });
    expect([folder.code, folder.remedy]).toEqual(['E_NOT_FOUND', 'Give a file, not a folder.']);
  });
});

describe('test examples in files of their own', () => {
  const testImages = idx([2, 1, 2], [255, 255, 51, 0]);
  const testLabels = idx([2], [1, 0]);
  const own = {
    ...spec,
    test: { images: 'test-images', labels: 'test-labels' },
    split: { validation: 0.25, test: 0 },
  };
  const files = { images, labels, 'test-images': testImages, 'test-labels': testLabels };

  test('stay whole and in their order; the rest is cut in two', async () => {
    const dataset = await load(own, files);
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([3, 1, 2]);
    expect([...dataset.test.inputs]).toEqual([1, 1, Math.fround(0.2), 0]);
    expect([...dataset.test.labels]).toEqual([1, 0]);
  });

  test('leave all examples to training where no validation is asked for', async () => {
    const dataset = await load({ ...own, split: { validation: 0, test: 0 } }, files);
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([4, 0, 2]);
  });

  test('must be alike', async () => {
    const error = await failure(own, { ...files, 'test-images': idx([2, 2, 2], new Uint8Array(8)) });
    expect(error.code).toBe('E_SHAPE');
    expect(error.message).toMatch(
      /inputs of shape \[2, 2, 1\], 2 classes beside inputs of shape \[1, 2, 1\], 2 classes/,
    );
  });

  test('are not cut off a second time: split.test must be 0', () => {
    const parsed = dataSchema.safeParse({ ...own, split: { validation: 0.25, test: 0.25 } });
    expect(parsed.error!.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([
      'split.test must be 0 where "test" names files of test examples',
    ]);
  });
});
