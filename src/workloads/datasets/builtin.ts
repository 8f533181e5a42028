import path from 'node:path';
import type { DataSpec } from '../../artifacts/experiment/experiment.js';
import { HjbLrError } from '../../errors.js';
import { PACKAGE_ROOT } from '../../version.js';
import type { Examples } from '../workload.js';
import { readCsv } from './csv.js';
import { readIdxPair, readIdxSums } from './idx.js';
import { prepare } from './pool.js';
import { firstExamples, splitTable, type Splits } from './split.js';
import type { RawTable, Table } from './table.js';

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
 * @throws E_SHAPE if `pool` does not divide the side of its images, E_DATA if `train` is more than there is, E_NOT_FOUND if the images
 * are asked for as they are, which are not in the package
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
      const labels = file('labels-idx1');
      if (pool % 2 !== 0 || 28 % pool !== 0)
        return prepare(await unpooled(file('images-idx3'), labels), { scale: 255, pool });
      return prepare(await readIdxSums(file('sums-idx4'), labels), { scale: 4 * 255, pool: pool / 2 });
    }),
  );
  const { inputShape, classes } = train;
  return { inputShape, classes, train: examples(train), validation: examples(validation), test: examples(test) };
}

/** The images as they are: a checkout has them; the package, which is to be small, has the sums over 2 x 2 pixels alone. */
async function unpooled(images: string, labels: string): Promise<RawTable> {
  return readIdxPair(images, labels).catch((cause: unknown) => {
    if (!(cause instanceof HjbLrError && cause.code === 'E_NOT_FOUND')) throw cause;
    throw new HjbLrError('E_NOT_FOUND', 'The images of 28 x 28 pixels are not in this package.', {
      remedy: `Give "pool": 2 (or 4, 14, 28), or put the files of a checkout's benchmarks/data/fashion-mnist into ${path.dirname(images)}.`,
      issues: [{ path: 'workload.data.pool', message: 'needs images that are not there' }],
      fields: { file: images },
      cause,
    });
  });
}

function examples({ inputs, labels }: Table): Examples {
  return { count: labels.length, inputs, labels };
}
