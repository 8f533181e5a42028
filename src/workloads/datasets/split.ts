import { randomStream } from '../../math/random.js';
import type { Dataset, Examples } from '../workload.js';
import { dataError } from '../../formats/problem.js';
import { size } from '../../math/shape.js';
import type { Table } from './table.js';

export type Splits = Pick<Dataset, 'train' | 'validation' | 'test'>;

/** Shares of the examples, and the seed of the permutation by which they are dealt out. */
export interface SplitShares {
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

/**
 * Cuts one table of n examples along a random permutation: training examples first, then round(n validation), then
 * round(n test). The order of the examples within a split is that of the permutation. Test examples that come in files of
 * their own stay in their order; nothing is cut off for them then, and validation examples may be left out.
 *
 * @param own - test examples of their own; null: they are cut off the table
 * @throws E_DATA if a split would be empty, or the training examples of one class only
 */
export function splitTable(table: Table, shares: SplitShares, own: Table | null = null): Splits {
  const n = table.labels.length;
  const validation = Math.round(shares.validation * n);
  const test = Math.round(shares.test * n);
  const train = n - validation - test;
  const needed = own === null ? { train, validation, test } : shares.validation > 0 ? { train, validation } : { train };
  const empty = Object.entries(needed).filter(([, count]) => count < 1);
  if (empty.length > 0) {
    const reason = `its ${n} examples leave none for ${empty.map(([name]) => name).join(' and ')}`;
    throw dataError(table.file, reason, 'Give more examples, or other shares in "split".');
  }
  const order = permutation(n, shares.seed);
  const training = selected(table, order.slice(0, train));
  checkTraining(training, table.file, 'Give more examples, or another "split.seed".');
  return {
    train: training,
    validation: selected(table, order.slice(train, train + validation)),
    test: own === null ? selected(table, order.slice(train + validation)) : whole(own),
  };
}

/** The rows of n that are for training, in the order in which `splitTable` puts them. */
export function trainingRows(n: number, { validation, test, seed }: SplitShares): number[] {
  return permutation(n, seed).slice(0, Math.max(0, n - Math.round(validation * n) - Math.round(test * n)));
}

/** A random order of 0..n-1 (Fisher and Yates), from the stream `data/split` of the seed. */
export function permutation(n: number, seed: number): number[] {
  const stream = randomStream(seed, 'data/split');
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function selected({ inputs, labels, inputShape }: Table, rows: readonly number[]): Examples {
  const width = size(inputShape);
  const chosen = new Float32Array(rows.length * width);
  rows.forEach((row, i) => chosen.set(inputs.subarray(row * width, (row + 1) * width), i * width));
  return { count: rows.length, inputs: chosen, labels: Int32Array.from(rows, (row) => labels[row]) };
}

function whole({ inputs, labels }: Table): Examples {
  return { count: labels.length, inputs, labels };
}

/**
 * The first `count` examples; all if `count` is not given.
 * @throws E_DATA if there are fewer, or if they are of one class only
 */
export function firstExamples(examples: Examples, count: number | undefined, file: string): Examples {
  if (count === undefined) return examples;
  if (count > examples.count) {
    const reason = `${count} training examples asked for, ${examples.count} there`;
    throw dataError(file, reason, `Set "train" to ${examples.count} at most, or leave it out.`);
  }
  const width = examples.inputs.length / examples.count;
  const first = { count, inputs: examples.inputs.slice(0, count * width), labels: examples.labels.slice(0, count) };
  checkTraining(first, file, 'Ask for more training examples in "train".');
  return first;
}

function checkTraining({ count, labels }: Examples, file: string, remedy: string): void {
  if (labels.some((label) => label !== labels[0])) return;
  throw dataError(file, `its ${count} training examples are all of class ${labels[0]}`, remedy);
}
