import { existsSync } from 'node:fs';
import path from 'node:path';
import { dataSchema, type DataSpec, type ExperimentInput } from '../artifacts/experiment/experiment.js';
import { describedFields, type DescribedField } from '../artifacts/experiment/described-fields.js';
import { parseArtifact, writeFileAtomic } from '../artifacts/files.js';
import { HjbLrError } from '../errors.js';
import { prettyJson } from '../formats/pretty-json.js';
import { PACKAGE_ROOT } from '../version.js';
import { dataNotes, loadDataset, rangeOf, type Dataset } from '../workloads/index.js';

/** What a new experiment is asked for; defaults are in `init` of the command line. */
export interface InitAnswers {
  /** `digits`, `fashion-mnist`, or a CSV or NPZ file. */
  readonly data: string;
  readonly label?: string | undefined;
  /** [height, width, channels], where the rows of a file are images. */
  readonly shape?: readonly number[] | undefined;
  readonly model: 'linear' | 'mlp' | 'cnn';
  readonly attack: 'linf' | 'l2' | 'none';
  readonly eps?: number | undefined;
  /** "800 updates", "20 epochs" or "4800 evaluations" for one training run. */
  readonly budget: string;
}

export interface NewExperiment {
  readonly file: string;
  /** What was found out of the data. */
  readonly notes: readonly string[];
  readonly fields: readonly DescribedField[];
}

const BUILTIN = ['digits', 'fashion-mnist'] as const;

const SEEDS = [1, 2, 3, 4, 5];
const FIXED_RATES = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6];
const BATCH = 32;

/** Radii that a first experiment starts from: images, and columns of a table, whose classes lie closer. */
const RADIUS = { linf: { image: 0.1, table: 0.05 }, l2: { image: 0.5, table: 0.2 } } as const;

/**
 * Writes an experiment for the data that are named: looks into them for the shape of an input, the number of classes and whether
 * the columns need scaling, and names its schema, by which editors complete and explain it.
 *
 * @throws what `loadDataset` throws; E_USAGE for a file that is there already, a budget that is none, or a model that the data do
 * not fit
 */
export async function initExperiment(answers: InitAnswers, file: string, overwrite: boolean): Promise<NewExperiment> {
  if (existsSync(file) && !overwrite) {
    throw new HjbLrError('E_USAGE', `${file} is there already.`, {
      remedy: 'Choose another name with --out, or give --overwrite.',
      fields: { file },
    });
  }
  const folder = path.dirname(path.resolve(file));
  const { spec, given } = await dataOf(answers, folder);
  const dataset = await loadDataset(spec, { baseDirectory: folder });
  const experiment: ExperimentInput = {
    $schema: path.relative(folder, path.join(PACKAGE_ROOT, 'schema', 'experiment.schema.json')),
    kind: 'experiment',
    schema_version: '1.0.0',
    name: `${dataset.name}, ${answers.model}`,
    workload: {
      data: given as Declared['data'],
      model: { layers: layersOf(answers.model, dataset) },
      attack: attackOf(answers, dataset),
    },
    batch_size: Math.min(BATCH, dataset.train.count),
    horizon: horizonOf(answers.budget),
    seeds: SEEDS,
    benchmark: { fixed_rates: FIXED_RATES },
  };
  parseArtifact('experiment', experiment, file);
  await writeFileAtomic(file, prettyJson(experiment));
  return { file, notes: [sizes(dataset), ...dataNotes(dataset)], fields: describedFields(experiment) };
}

/** The description of the data with its defaults, and as it is written. */
async function dataOf({ data, label, shape }: InitAnswers, folder: string): Promise<{ spec: DataSpec; given: object }> {
  const given = describedData(data, label, shape, folder);
  const spec = dataSchema.parse(given);
  if (spec.format !== 'csv' && spec.format !== 'npz') return { spec, given };
  const { least, largest } = await rangeOf(spec, folder);
  if (least >= 0 && largest <= 1) return { spec, given };
  // Pixels share one scale; columns have each their own.
  const scaled =
    shape !== undefined && least >= 0
      ? { ...given, scale: largest > 16 && largest <= 255 ? 255 : largest }
      : { ...given, normalize: 'minmax' };
  return { spec: dataSchema.parse(scaled), given: scaled };
}

function describedData(
  data: string,
  label: string | undefined,
  shape: readonly number[] | undefined,
  folder: string,
): object {
  if ((BUILTIN as readonly string[]).includes(data)) {
    return { format: 'builtin', name: data, ...(data === 'fashion-mnist' ? { pool: 2 } : {}) };
  }
  const format = /\.npz$/i.test(data) ? 'npz' : 'csv';
  const at = path.relative(folder, path.resolve(data));
  const named = format === 'csv' && label !== undefined ? { label } : {};
  return { format, path: at, ...named, ...(shape === undefined ? {} : { shape: [...shape] }) };
}

type Declared = Exclude<ExperimentInput['workload'], string>;
type Layers = Declared['model']['layers'];

function layersOf(model: InitAnswers['model'], { inputShape, classes }: Dataset): Layers {
  const isImage = inputShape.length === 3;
  const flatten: Layers = isImage ? [{ type: 'flatten' }] : [];
  const last = { type: 'dense', units: classes } as const;
  if (model === 'linear') return [...flatten, last];
  if (model === 'mlp') return [...flatten, { type: 'dense', units: 64 }, { type: 'relu' }, last];
  if (isImage && Math.min(...inputShape.slice(0, 2)) >= 4) {
    const block = (filters: number): Layers => [
      { type: 'conv2d', filters, kernel: 3 },
      { type: 'relu' },
      { type: 'max_pool' },
    ];
    return [...block(8), ...block(16), { type: 'flatten' }, last];
  }
  throw new HjbLrError(
    'E_USAGE',
    `A cnn needs images of 4 x 4 pixels or more, and an input has the shape [${inputShape.join(', ')}].`,
    {
      remedy: 'Give the shape of the images (--shape 8x8), or take --model mlp.',
      fields: { input_shape: inputShape },
    },
  );
}

function attackOf({ attack, eps }: InitAnswers, { inputShape }: Dataset) {
  if (attack === 'none') return null;
  const radius = eps ?? RADIUS[attack][inputShape.length === 3 ? 'image' : 'table'];
  return { type: 'pgd', norm: attack === 'linf' ? 'Linf' : 'L2', eps: radius, steps: 5 } as const;
}

function horizonOf(budget: string): ExperimentInput['horizon'] {
  const [, number, unit = 'updates'] = /^\s*(\d+(?:\.\d+)?)\s*(updates?|epochs?|evaluations?)?\s*$/.exec(budget) ?? [];
  const value = Number(number);
  if (unit.startsWith('epoch') && value > 0) return { epochs: value };
  if (Number.isInteger(value) && value >= 2)
    return unit.startsWith('evaluation') ? { gradient_evaluations: value } : value;
  throw new HjbLrError('E_USAGE', `"${budget}" is no budget.`, {
    remedy: 'Give the length of one training run: --budget "800 updates", "20 epochs" or "4800 evaluations".',
    fields: { budget },
  });
}

function sizes({ name, train, validation, test, inputShape, classes }: Dataset): string {
  const shape = inputShape.join(' x ');
  return `${name}: ${train.count} training, ${validation.count} validation and ${test.count} test examples of ${shape} values, ${classes} classes.`;
}
