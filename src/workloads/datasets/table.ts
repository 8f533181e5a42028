import { createHash } from 'node:crypto';
import { HjbLrError, type Issue } from '../../errors.js';
import { randomStream } from '../../math/random.js';
import type { Dataset, Examples } from '../workload.js';

/** Raw examples as a file holds them, before scaling: inputs row-major, labels any integers from 0. */
export interface RawTable {
  readonly inputShape: readonly number[];
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
}

export interface SplitShares {
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

/** Problems listed in one error: enough to see the pattern. */
const LISTED = 5;

/** Divides inputs by `scale` in a copy. */
export function scaled(table: RawTable, scale: number): RawTable {
  return { ...table, inputs: table.inputs.map((value) => value / scale) };
}

/**
 * Checks examples: inputs finite and in [0, 1], labels integers 0..classes-1, at least two classes, none empty.
 * @throws E_DATA naming the file and the first few bad places
 */
export function checkTable({ inputs, labels, inputShape }: RawTable, file: string): number {
  const width = size(inputShape);
  if (labels.length * width !== inputs.length) {
    throw dataError(file, `${inputs.length / width} inputs for ${labels.length} labels`, 'Give one label for each input.', []);
  }
  const outside: Issue[] = [];
  let largest = 0;
  inputs.forEach((value, i) => {
    largest = Math.max(largest, value);
    if (value >= 0 && value <= 1) return;
    outside.push({ path: `row ${Math.floor(i / width)}, value ${i % width}`, message: `${value} is not in [0, 1]` });
  });
  if (outside.length > 0) {
    const hint = largest > 1 && Number.isFinite(largest) ? ` A scale ${largest} times larger would bring the largest to 1.` : '';
    throw dataError(file, `${outside.length} inputs are NaN, infinite or outside [0, 1] after scaling`, `Correct the data or "scale".${hint}`, outside);
  }
  return countClasses(labels, file);
}

function countClasses(labels: Int32Array, file: string): number {
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const seen = new Set(labels);
  const bad = [...seen].filter((label) => label < 0);
  if (bad.length > 0) throw dataError(file, `labels ${bad.join(', ')} are negative`, 'Number the classes 0, 1, 2, ...', []);
  if (seen.size < 2) throw dataError(file, 'all examples have one class', 'Give at least two classes.', []);
  if (seen.size < classes) {
    const missing = Array.from({ length: classes }, (_, k) => k).filter((k) => !seen.has(k));
    throw dataError(file, `class ${missing.slice(0, LISTED).join(', ')} has no example`, 'Number the classes 0, 1, 2, ... without gaps.', []);
  }
  return classes;
}

/**
 * Cuts one table into training, validation and test examples by a permutation of the stream `data/split`.
 * @throws E_DATA if a split would be empty
 */
export function splitTable(table: RawTable, shares: SplitShares, file: string): Pick<Dataset, 'train' | 'validation' | 'test'> {
  const n = table.labels.length;
  const order = permutation(n, shares.seed);
  const validation = Math.round(shares.validation * n);
  const test = Math.round(shares.test * n);
  const sizes = { train: n - validation - test, validation, test };
  const empty = Object.entries(sizes).filter(([, count]) => count < 1);
  if (empty.length > 0) {
    throw dataError(file, `${n} examples leave none for ${empty.map(([name]) => name).join(', ')}`, 'Give more examples or other shares in "split".', []);
  }
  return {
    train: select(table, order.slice(0, sizes.train)),
    validation: select(table, order.slice(sizes.train, sizes.train + validation)),
    test: select(table, order.slice(sizes.train + validation)),
  };
}

export function select({ inputs, labels, inputShape }: RawTable, rows: readonly number[]): Examples {
  const width = size(inputShape);
  const chosen = new Float32Array(rows.length * width);
  rows.forEach((row, i) => chosen.set(inputs.subarray(row * width, (row + 1) * width), i * width));
  return { count: rows.length, inputs: chosen, labels: Int32Array.from(rows, (row) => labels[row]) };
}

/** Mean over pool x pool squares of single-channel images [h, w, 1]. */
export function pooled(table: RawTable, pool: number, file: string): RawTable {
  if (pool === 1) return table;
  const [height, width] = table.inputShape;
  if (height % pool !== 0 || width % pool !== 0) {
    throw dataError(file, `pool ${pool} does not divide the images of ${height} x ${width}`, 'Choose a divisor of both sides.', []);
  }
  const h = height / pool;
  const w = width / pool;
  const count = table.labels.length;
  const inputs = new Float32Array(count * h * w);
  for (let n = 0; n < count; n += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const target = n * h * w + Math.floor(y / pool) * w + Math.floor(x / pool);
        inputs[target] += table.inputs[(n * height + y) * width + x] / (pool * pool);
      }
    }
  }
  return { inputShape: [h, w, 1], inputs, labels: table.labels };
}

/** SHA-256 over the bytes of inputs and labels of all splits. */
export function datasetSha256(splits: readonly Examples[]): string {
  const hash = createHash('sha256');
  for (const { inputs, labels } of splits) {
    hash.update(new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength));
    hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return hash.digest('hex');
}

export function permutation(n: number, seed: number): number[] {
  const stream = randomStream(seed, 'data/split');
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

export function dataError(file: string, reason: string, remedy: string, issues: readonly Issue[]): HjbLrError {
  return new HjbLrError('E_DATA', `${file}: ${reason}.`, { remedy, issues: issues.slice(0, LISTED), fields: { file } });
}
