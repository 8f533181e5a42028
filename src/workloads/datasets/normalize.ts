import { dataError, LISTED } from '../../formats/problem.js';
import { size } from '../../math/shape.js';
import type { Normalization } from '../workload.js';
import { classLabels } from './check.js';
import { trainingRows, type SplitShares } from './split.js';
import type { RawTable, Table } from './table.js';

/** Standard deviations from the mean to either end of [0, 1]. */
const DEVIATIONS = 5;

/** By which the network makes standard scores of inputs that are scaled by `standard`: (x - 0.5) / 0.1. */
export const STANDARD_SCORES = { mean: 0.5, standard_deviation: 0.5 / DEVIATIONS };

/**
 * Scales each column of a table by its own training rows, so that inputs lie in [0, 1]:
 *
 *     minmax      x = (raw - min) / (max - min)
 *     standard    x = 1/2 + (raw - m) / (10 s)     m: mean, s: standard deviation (of n)
 *
 * Values beyond [0, 1] (none of the training rows with minmax) are set to its nearest end and counted. A column without a
 * spread is 0 with minmax and 1/2 with standard.
 *
 * @param split - which rows are for training
 * @throws E_DATA for values that are not finite and for labels, as `prepare` does
 */
export function normalized(
  table: RawTable,
  kind: Normalization['kind'],
  split: SplitShares,
): { readonly table: Table; readonly normalization: Normalization } {
  requireFinite(table);
  const { labels, classes } = classLabels(table);
  const width = size(table.inputShape);
  const rows = trainingRows(labels.length, split);
  const columns = Array.from({ length: width }, (_, k) => columnOf(table, k, kind, rows));
  const { inputs, clipped } = scaled(table.inputs, columns, kind === 'minmax' ? 0 : 0.5);
  const { file, inputShape } = table;
  return { table: { file, inputShape, inputs, labels, classes }, normalization: { kind, columns, clipped } };
}

function columnOf(
  { inputs, inputShape, columns: names }: RawTable,
  k: number,
  kind: Normalization['kind'],
  rows: readonly number[],
): Normalization['columns'][number] {
  const width = size(inputShape);
  const values = rows.map((row) => inputs[row * width + k]);
  const { offset, range } = kind === 'minmax' ? betweenEnds(values) : aroundMean(values);
  return { name: names?.[k] ?? String(k), offset, range };
}

/** x = (raw - offset) / range. */
interface Scaling {
  readonly offset: number;
  readonly range: number;
}

function betweenEnds(values: readonly number[]): Scaling {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return { offset: least, range: largest - least };
}

function aroundMean(values: readonly number[]): Scaling {
  // A mean of equal numbers is rounded: they would be taken for a spread.
  if (values.every((value) => value === values[0])) return { offset: values[0], range: 0 };
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
  const range = 2 * DEVIATIONS * deviation;
  return { offset: mean - range / 2, range };
}

/** @param center - what a column without a spread becomes */
function scaled(
  raw: ArrayLike<number>,
  columns: Normalization['columns'],
  center: number,
): { inputs: Float32Array; clipped: number } {
  const inputs = new Float32Array(raw.length);
  let clipped = 0;
  for (let i = 0; i < raw.length; i += 1) {
    const { offset, range } = columns[i % columns.length];
    const x = range > 0 ? (raw[i] - offset) / range : center;
    if (x < 0 || x > 1) clipped += 1;
    inputs[i] = Math.min(1, Math.max(0, x));
  }
  return { inputs, clipped };
}

function requireFinite({ inputs, inputShape, inputPlace, file }: RawTable): void {
  const width = size(inputShape);
  const bad = Array.from(inputs).flatMap((value, i) => (Number.isFinite(value) ? [] : [i]));
  if (bad.length === 0) return;
  const issues = bad.slice(0, LISTED).map((i) => ({
    path: inputPlace(Math.floor(i / width), i % width),
    message: `${inputs[i]} is not finite`,
  }));
  throw dataError(
    file,
    `${bad.length} of ${inputs.length} inputs are not finite`,
    'Remove these rows, or fill in numbers.',
    issues,
  );
}
