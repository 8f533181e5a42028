import { createHash } from 'node:crypto';
import path from 'node:path';
import type { DataSpec } from '../../artifacts/experiment/experiment.js';
import type { Dataset, Examples } from '../workload.js';
import { loadBuiltin } from './builtin.js';
import { readCsv } from './csv.js';
import { readIdxPair } from './idx.js';
import { readNpz } from './npz.js';
import { prepare } from './pool.js';
import { shapeError } from '../../formats/problem.js';
import { splitTable } from './split.js';
import type { RawTable, Table } from './table.js';
import { normalized } from './normalize.js';
import { size } from '../../math/shape.js';

type FileSpec = Exclude<DataSpec, { format: 'builtin' }>;

/**
 * Loads, checks, pools, scales and splits labelled examples. The same files and description give the same bytes.
 *
 * @param spec - the `data` part of a workload, defaults filled in
 * @param options.baseDirectory - folder that relative paths of the description start at
 * @throws E_NOT_FOUND if a file cannot be read; E_DATA for bad values; E_SHAPE for counts and sides that do not fit
 *
 * @example
 * const spec = dataSchema.parse({ format: 'csv', path: 'iris.csv', label: 'species', scale: 8 });
 * const { train, inputShape, classes } = await loadDataset(spec, { baseDirectory: '.' });
 */
export async function loadDataset(
  spec: DataSpec,
  { baseDirectory }: { readonly baseDirectory: string },
): Promise<Dataset> {
  if (spec.format === 'builtin') return withHash({ name: spec.name, ...(await loadBuiltin(spec)) });
  const resolve = (file: string): string => path.resolve(baseDirectory, file);
  const { table, ...told } = await loadTable(spec, resolve);
  const { inputShape, classes } = table;
  const test =
    spec.format === 'idx' && spec.test !== undefined
      ? (await loadTable({ ...spec, ...spec.test }, resolve)).table
      : null;
  if (test !== null) requireAlike(table, test);
  const splits = splitTable(table, spec.split, test);
  return withHash({ name: path.basename(table.file), inputShape, classes, ...told, ...splits });
}

/** Least and largest raw input of a file, before anything scales it. @throws as `loadDataset` for a file that cannot be read */
export async function rangeOf(
  spec: Extract<DataSpec, { format: 'csv' | 'npz' }>,
  baseDirectory: string,
): Promise<{ least: number; largest: number }> {
  const { inputs } = await readRaw(spec, (file) => path.resolve(baseDirectory, file));
  let [least, largest] = [Infinity, -Infinity];
  for (let i = 0; i < inputs.length; i += 1) {
    least = Math.min(least, inputs[i]);
    largest = Math.max(largest, inputs[i]);
  }
  return { least, largest };
}

/** @throws E_SHAPE if test examples have another shape or other classes than those they are to test */
function requireAlike(table: Table, test: Table): void {
  const shown = ({ inputShape, classes }: Table): string =>
    `inputs of shape [${inputShape.join(', ')}], ${classes} classes`;
  if (shown(table) === shown(test)) return;
  throw shapeError(test.file, `holds ${shown(test)} beside ${shown(table)} in ${table.file}`, 'Give files of one set.');
}

/** A table in [0, 1], and what is told of how it became one. */
type Loaded = { readonly table: Table } & Pick<Dataset, 'classNames' | 'normalization'>;

async function loadTable(spec: FileSpec, resolve: (file: string) => string): Promise<Loaded> {
  if (spec.format === 'idx') {
    const { scale, pool } = spec;
    return { table: prepare(await readIdxPair(resolve(spec.images), resolve(spec.labels)), { scale, pool }) };
  }
  const raw = await readRaw(spec, resolve);
  return scaledTable(spec.shape === undefined ? raw : shaped(raw, spec.shape), spec);
}

function readRaw(
  spec: Extract<FileSpec, { format: 'csv' | 'npz' }>,
  resolve: (file: string) => string,
): Promise<RawTable> {
  const file = resolve(spec.path);
  return spec.format === 'csv' ? readCsv(file, spec.label) : readNpz(file, spec);
}

function scaledTable(raw: RawTable, { scale, normalize, split }: Extract<FileSpec, { format: 'csv' | 'npz' }>): Loaded {
  const { classNames } = raw;
  const named = classNames === undefined ? {} : { classNames };
  if (normalize === undefined) return { table: prepare(raw, { scale, pool: 1 }), ...named };
  return { ...normalized(raw, normalize, split), ...named };
}

/** The same inputs as images. @throws E_SHAPE if an example has another number of values */
function shaped(table: RawTable, shape: readonly number[]): RawTable {
  const values = size(table.inputShape);
  if (size(shape) === values) return { ...table, inputShape: shape };
  const reason = `has ${values} input values in each example, and shape [${shape.join(', ')}] has ${size(shape)}`;
  throw shapeError(table.file, reason, 'Give height, width and channels whose product is that number in "shape".');
}

/** SHA-256 over the bytes of inputs, then labels, of the training, validation and test examples. */
function withHash(dataset: Omit<Dataset, 'sha256'>): Dataset {
  return { ...dataset, sha256: examplesSha256(dataset) };
}

/** The same hash of any data set, whatever it calls itself. */
export function examplesSha256(dataset: Pick<Dataset, 'train' | 'validation' | 'test'>): string {
  const hash = createHash('sha256');
  for (const { inputs, labels } of [dataset.train, dataset.validation, dataset.test]) {
    hash.update(bytesOf(inputs)).update(bytesOf(labels));
  }
  return hash.digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: Examples['inputs'] | Examples['labels']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
