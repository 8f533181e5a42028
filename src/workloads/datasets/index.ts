import path from 'node:path';
import type { DataSpec } from '../../artifacts/experiment.js';
import { PACKAGE_ROOT } from '../../version.js';
import type { Dataset, Examples } from '../workload.js';
import { readCsv } from './csv.js';
import { readIdxPair } from './idx.js';
import { readNpz } from './npz.js';
import { checkTable, dataError, datasetSha256, pooled, scaled, select, splitTable, type RawTable } from './table.js';

const BUILTIN_FOLDER = path.join(PACKAGE_ROOT, 'benchmarks', 'data');

/** Split of the 1,797 digits: a fixed permutation, 1,197 / 200 / 400. */
const DIGITS_SPLIT = { validation: 200 / 1797, test: 400 / 1797, seed: 0 };

/**
 * Loads, scales, pools, checks and splits a data set.
 *
 * @param baseDirectory - folder that relative paths in the description are relative to
 * @throws E_NOT_FOUND, E_DATA naming the file, the place and the remedy
 */
export async function loadDataset(spec: DataSpec, { baseDirectory }: { baseDirectory: string }): Promise<Dataset> {
  const resolve = (file: string): string => path.resolve(baseDirectory, file);
  switch (spec.format) {
    case 'builtin':
      return spec.name === 'digits' ? loadDigits(spec.pool, spec.train) : loadFashion(spec.pool, spec.train);
    case 'idx': {
      const file = resolve(spec.images);
      const table = pooled(scaled(await readIdxPair(file, resolve(spec.labels)), spec.scale), spec.pool, file);
      return fromTable(path.basename(file), table, spec.split, file);
    }
    case 'csv': {
      const file = resolve(spec.path);
      return fromTable(path.basename(file), scaled(await readCsv(file, spec.label), spec.scale), spec.split, file);
    }
    case 'npz': {
      const file = resolve(spec.path);
      return fromTable(path.basename(file), scaled(await readNpz(file, spec), spec.scale), spec.split, file);
    }
  }
}

function fromTable(name: string, table: RawTable, split: Parameters<typeof splitTable>[1], file: string): Dataset {
  const classes = checkTable(table, file);
  return dataset(name, table.inputShape, classes, splitTable(table, split, file));
}

async function loadDigits(pool: number, train: number | undefined): Promise<Dataset> {
  const file = path.join(BUILTIN_FOLDER, 'digits', 'digits.csv.gz');
  const images: RawTable = { ...scaled(await readCsv(file, undefined), 16), inputShape: [8, 8, 1] };
  const table = pooled(images, pool, file);
  const classes = checkTable(table, file);
  const splits = splitTable(table, DIGITS_SPLIT, file);
  return dataset('digits', table.inputShape, classes, { ...splits, train: firstExamples(splits.train, train, file) });
}

async function loadFashion(pool: number, train: number | undefined): Promise<Dataset> {
  const folder = path.join(BUILTIN_FOLDER, 'fashion-mnist');
  const load = async (name: string): Promise<RawTable> => {
    const file = path.join(folder, `${name}-images-idx3-ubyte.gz`);
    const table = scaled(await readIdxPair(file, path.join(folder, `${name}-labels-idx1-ubyte.gz`)), 255);
    return pooled(table, pool, file);
  };
  const [training, validation, test] = await Promise.all([load('train'), load('validation'), load('test')]);
  const all = ({ labels, ...rest }: RawTable): Examples => select({ labels, ...rest }, [...labels.keys()]);
  const splits = { train: firstExamples(all(training), train, folder), validation: all(validation), test: all(test) };
  return dataset('fashion-mnist', training.inputShape, 10, splits);
}

function firstExamples(examples: Examples, count: number | undefined, file: string): Examples {
  if (count === undefined) return examples;
  if (count > examples.count) {
    throw dataError(file, `${count} training examples asked for, ${examples.count} there`, 'Lower workload.data.train.', []);
  }
  const width = examples.inputs.length / examples.count;
  return { count, inputs: examples.inputs.slice(0, count * width), labels: examples.labels.slice(0, count) };
}

function dataset(
  name: string,
  inputShape: readonly number[],
  classes: number,
  splits: Pick<Dataset, 'train' | 'validation' | 'test'>,
): Dataset {
  return { name, sha256: datasetSha256([splits.train, splits.validation, splits.test]), inputShape, classes, ...splits };
}
