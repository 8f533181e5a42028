import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { failure, load, rows } from './files.js';

const spec = { format: 'csv', path: 'table.csv', split: { validation: 0.25, test: 0.25 } };
const body = ['0,0.5,0', '1,0.25,1', '0.5,0,0', '0.75,1,1'];
const loadText = (text: string, more: object = {}) => load({ ...spec, ...more }, { 'table.csv': text });
const failureOf = (text: string, more: object = {}) => failure({ ...spec, ...more }, { 'table.csv': text });

describe('CSV files', () => {
  const expected = ['0 0.5 -> 0', '0.5 0 -> 0', '0.75 1 -> 1', '1 0.25 -> 1'];

  test.each([
    ['without a header', body.join('\n'), {}],
    ['with a header', ['a,b,class', ...body, ''].join('\n'), {}],
    ['with numbered columns', ['0,1,class', ...body].join('\n'), {}],
    [
      'with Windows line ends, a byte order mark, blanks and an empty line',
      `\uFEFFa,b,class\r\n\r\n ${body.join(' \r\n')}`,
      {},
    ],
    [
      'with a named label in front',
      ['class,a,b', '0,0,0.5', '1,1,0.25', '0,0.5,0', '1,0.75,1'].join('\n'),
      { label: 'class' },
    ],
    [
      'with labels as names',
      ['a,b,class', ...body.map((row) => row.replace(/0$/, 'cat').replace(/1$/, 'dog'))].join('\n'),
      {},
    ],
    ['with names and no header', body.map((row) => row.replace(/0$/, 'cat').replace(/1$/, 'dog')).join('\n'), {}],
    ['with names that first occur out of order', '1,0.25,dog\n0,0.5,cat\n0.75,1,dog\n0.5,0,cat', {}],
    ['with labels written 0.0 and 1.0', body.map((row) => `${row}.0`).join('\n'), {}],
    ['divided by its scale', ['0,2,0', '4,1,1', '2,0,0', '3,4,1'].join('\n'), { scale: 4 }],
  ])('%s', async (_, text, more) => {
    const dataset = await loadText(text, more);
    expect(rows(dataset)).toEqual(expected);
    expect([dataset.name, dataset.inputShape, dataset.classes]).toEqual(['table.csv', [2], 2]);
  });

  test('gzip is recognised by its content', async () => {
    const packed = await load(spec, { 'table.csv': gzipSync(body.join('\n')) });
    expect(packed.sha256).toBe((await loadText(body.join('\n'))).sha256);
  });

  test.each([
    [
      'a missing column',
      ['a,b,class', ...body],
      { label: 'target' },
      'E_DATA',
      /no column "target" .*: a, b, class/,
      /"label"/,
    ],
    [
      'a column twice',
      ['a,class,class', ...body],
      { label: 'class' },
      'E_DATA',
      /more than one column "class"/,
      /Rename/,
    ],
    ['ragged rows', ['0,1,0', '0,1'], {}, 'E_SHAPE', /expect 3, got 2 on line 2/, /same number of columns/],
    ['an open quote', ['0,1,0', '"0,1,1'], {}, 'E_DATA', /not a CSV file .*Quote/, /Correct/],
    ['semicolons', ['0;1;0', '1;0;1'], {}, 'E_SHAPE', /2 rows of 1 columns/, /commas/],
    ['an empty file', [''], {}, 'E_SHAPE', /0 rows of 0 columns/, /two rows/],
    ['a header alone', ['a,b,class'], {}, 'E_SHAPE', /1 rows/, /two rows/],
    ['one class', ['0,1,0', '1,0,0', '1,1,0'], {}, 'E_DATA', /all labels are 0/, /two classes/],
    ['too few rows for the splits', ['0,1,0', '1,0,1'], {}, 'E_DATA', /2 examples leave none for train/, /"split"/],
    [
      'a split without a share',
      body,
      { split: { validation: 0, test: 0.25 } },
      'E_DATA',
      /none for validation/,
      /shares/,
    ],
  ])('refuses %s', async (_, lines, more, code, sentence, remedy) => {
    const error = await failureOf(lines.join('\n'), more);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(sentence);
    expect(error.message).toMatch(/table\.csv: /);
    expect(error.remedy).toMatch(remedy);
  });

  test.each([
    ['text', ['a,b,class', '0,0,0', 'x,1,1'], 'line 3, column "a"', '"x" is not a finite number'],
    [
      'nan in the first line without a header',
      ['nan,1,0', ...body],
      'line 1, column "1"',
      '"nan" is not a finite number',
    ],
    ['an infinity', ['a,b,class', '0,-inf,0', '1,1,1'], 'line 2, column "b"', '"-inf" is not a finite number'],
    ['an empty cell', ['0,1,0', '', ',1,1'], 'line 3, column "1"', 'is empty'],
    ['a header over other lines of text', ['a,3,class', ...body], 'line 1, column "1"', '"a" is not a finite number'],
    ['a missing label', ['0,1,0', '1,1,'], 'line 2, column "3"', 'is empty'],
    ['nan among integer labels', ['0,1,0', '1,1,nan', '1,1,1'], 'line 2, column "3"', '"nan" is not a class'],
    ['a name among integer labels', ['0,1,0', '1,1,cat', '1,1,1'], 'line 2, column "3"', '"cat" is not a class'],
    ['a fractional label', ['0,1,0', '1,1,0.5', '1,1,1'], 'line 2, column "3"', '0.5 is not such a label'],
    [
      'labels with a gap',
      ['0,1,0', '1,1,1', '1,1,3'],
      'line 3, column "3"',
      '3 is out of range for 3 different labels',
    ],
    ['a negative label with a gap', ['0,1,-1', '1,1,1', '1,1,2'], 'line 1, column "3"', '-1 is not such a label'],
    [
      'a label of 2^32',
      ['0,1,0', '1,1,4294967296'],
      'line 2, column "3"',
      '4294967296 is out of range for 2 different labels',
    ],
    ['an input above the scale', ['0,1,0', '0,1.5,1'], 'line 2, column "2"', '1.5 is outside [0, 1]'],
  ])('names the place of %s', async (_, lines, path, message) => {
    const error = await failureOf(lines.join('\n'));
    expect(error.code).toBe('E_DATA');
    expect(error.issues).toEqual(expect.arrayContaining([{ path, message }]));
    expect(error.remedy).not.toBe('');
  });

  test('says that columns may be scaled each by itself, and which scale would work where none is negative', async () => {
    const error = await failureOf(['0,16,0', '-3,1,1', '4,2,0'].join('\n'), { scale: 2 });
    expect(error.message).toMatch(/3 of 6 inputs are not in \[0, 1\] after division by scale 2/);
    expect(error.remedy).toMatch(/^Add "normalize": "minmax" to workload\.data.*deviation\)\.$/);
    expect((await failureOf('0,16,0\n3,1,1')).remedy).toMatch(/one unit, "scale": 16 does too\.$/);
  });

  test('lists five places of many', async () => {
    const error = await failureOf(Array.from({ length: 100 }, (_, i) => `${i},7,${i % 2}`).join('\n'));
    expect(error.issues).toHaveLength(5);
    expect(error.message).toMatch(/198 of 200 inputs/);
  });

  test('refuses a text that is not UTF-8', async () => {
    const error = await failure(spec, { 'table.csv': Uint8Array.from([0x30, 0x2c, 0xe9, 0x0a]) });
    expect([error.code, error.message]).toEqual(['E_DATA', expect.stringMatching(/not a text in UTF-8/)]);
  });

  test('refuses training examples of one class', async () => {
    // one example for each split: the training example alone has one class
    const error = await failureOf('0,0,0\n0,0,1\n0,0,2', { split: { validation: 0.34, test: 0.34 } });
    expect([error.code, error.message]).toEqual([
      'E_DATA',
      expect.stringMatching(/its 1 training examples are all of class [012]/),
    ]);
    expect(error.remedy).toMatch(/"split.seed"/);
  });
});

describe('columns that are scaled each by itself', () => {
  // Ten rows: 6 for training by the split of half.
  const raw = Array.from({ length: 10 }, (_, i) => `${100 * i},${-i},7,${i % 2 === 0 ? 'no' : 'yes'}`);
  const text = ['mass,depth,flat,label', ...raw].join('\n');
  const split = { validation: 0.2, test: 0.2 };
  const valuesOf = ({ inputs }: { inputs: Float32Array }, column: number) =>
    [...inputs].filter((_, i) => i % 3 === column);

  test('minmax: by the least and largest training value, others set to the ends and counted', async () => {
    const {
      train,
      validation,
      test: held,
      normalization,
      classNames,
    } = await loadText(text, { normalize: 'minmax', split });
    const mass = valuesOf(train, 0);
    expect([Math.min(...mass), Math.max(...mass), classNames]).toEqual([0, 1, ['no', 'yes']]);
    const [{ name, offset, range }, , flat] = normalization!.columns;
    expect([name, flat]).toEqual(['mass', { name: 'flat', offset: 7, range: 0 }]);
    // A row i has the mass 100 i and the depth -i: both leave the range of the training rows, or neither does.
    const rows = [...valuesOf(validation, 0), ...valuesOf(held, 0)].length;
    const outside = Array.from({ length: 10 }, (_, i) => (100 * i - offset) / range).filter((x) => x < 0 || x > 1);
    expect([rows, normalization!.clipped]).toEqual([4, 2 * outside.length]);
    expect(valuesOf(train, 2)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('standard: the mean of the training rows is 0.5, a standard deviation 0.1', async () => {
    const { train } = await loadText(text, { normalize: 'standard', split });
    for (const column of [0, 1]) {
      const x = valuesOf(train, column);
      const mean = x.reduce((sum, value) => sum + value / x.length, 0);
      const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2 / x.length, 0));
      expect(mean).toBeCloseTo(0.5, 6);
      expect(deviation).toBeCloseTo(0.1, 6);
    }
    expect(valuesOf(train, 2)).toEqual(Array(6).fill(0.5));
  });

  test('images by their shape, whose product is the number of values', async () => {
    const images = ['a,b,c,d,y', '0,1,0,1,0', '1,0,1,0,1', '0,0,1,1,0', '1,1,0,0,1'].join('\n');
    expect((await loadText(images, { shape: [2, 2] })).inputShape).toEqual([2, 2, 1]);
    const error = await failureOf(images, { shape: [2, 3, 1] });
    expect([error.code, error.message]).toEqual([
      'E_SHAPE',
      expect.stringMatching(/has 4 input values .*\[2, 3, 1\] has 6/),
    ]);
  });

  test('labels from 1, and two of any kind, are numbered in their order and named', async () => {
    expect(
      (await loadText(body.map((row) => row.replace(/0$/, '2').replace(/1$/, '3')).join('\n'))).classNames,
    ).toEqual(['2', '3']);
    const { classNames, classes } = await loadText(body.map((row) => row.replace(/0$/, '-1')).join('\n'));
    expect([classNames, classes]).toEqual([['-1', '1'], 2]);
  });
});
