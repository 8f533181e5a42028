import path from 'node:path';
import type { DataSpec } from '../../artifacts/experiment/experiment.js';
import { PACKAGE_ROOT } from '../../version.js';
import type { Examples } from '../workload.js';
import { readCsv } from './csv.js';
import { readIdxPair } from './idx.js';
import { prepare } from './pool.js';
import { firstExamples, splitTable, type Splits } from './split.js';
import type { Table } from './table.js';

export type BuiltinSpec = Extract<DataSpec, { format: 'builtin' }>;

/** The data sets that ship with the project; their README names origin, licence and cut. */
const FOLDER = path.join(PACKAGE_ROOT, 'benchmarks', 'data');

/** 1,197 training, 200 validation and 400 test digits. */
const DIGITS_SPLIT = { validation: 200 / 1797, test: 400 / 1797, seed: 0 };

interface Loaded extends Splits {
  readonly inputShape: readonly number[];
  readonly classes: number;
}

/**
 * Loads a data set that ships with the project.
 *
 * @throws E_SHAPE if `pool` does not divide the side of its images, E_DATA if `train` is more than there is
 */
export async function loadBuiltin(spec: BuiltinSpec): Promise<Loaded> {
  const loaded = spec.name === 'digits' ? await loadDigits(spec.pool) : await loadFashion(spec.pool);
  return { ...loaded, train: firstExamples(loaded.train, spec.train, `builtin data set ${spec.name}`) };
}

async function loadDigits(pool: number): Promise<Loaded> {
  const rows = await readCsv(path.join(FOLDER, 'digits', 'digits.csv.gz'), undefined);
  const table = prepare({ ...rows, inputShape: [8, 8, 1] }, { scale: 16, pool });
  return { inputShape: table.inputShape, classes: table.classes, ...splitTable(table, DIGITS_SPLIT) };
}

async function loadFashion(pool: number): Promise<Loaded> {
  const [train, validation, test] = await Promise.all(
    ['train', 'validation', 'test'].map(async (name) => {
      const file = (kind: string): string => path.join(FOLDER, 'fashion-mnist', `${name}-${kind}-ubyte.gz`);
      return prepare(await readIdxPair(file('images-idx3'), file('labels-idx1')), { scale: 255, pool });
    }),
  );
  const { inputShape, classes } = train;
  return { inputShape, classes, train: examples(train), validation: examples(validation), test: examples(test) };
}

function examples({ inputs, labels }: Table): Examples {
  return { count: labels.length, inputs, labels };
}
