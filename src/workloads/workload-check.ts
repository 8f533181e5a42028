import type { z } from 'zod';
import { augmentationSchema, lossSchema, objectiveSchema, trainingSchema } from '../artifacts/experiment/experiment.js';
import { issuesOf } from '../artifacts/shared/issues.js';
import type { Issue } from '../errors.js';
import type { DeclaredModel, TensorModel } from './models/model.js';
import type { Examples, Workload } from './workload.js';

type Check = readonly [path: string, holds: boolean, needed: string];

/** Everything about a workload that is missing or of the wrong kind, as far as can be seen without running it. */
export function workloadIssues(candidate: unknown): Issue[] {
  if (typeof candidate !== 'object' || candidate === null) {
    return [{ path: 'workload', message: 'is not exported' }];
  }
  const { dataset, model, attack, attackMode, ...described } = candidate as Partial<Workload>;
  const checks: Check[] = [
    ['dataset', isObject(dataset), 'must be an object'],
    ['model', isObject(model), 'must be an object'],
    ['attack', attack === null || isObject(attack), 'must be an attack, or null to train on clean inputs'],
    ['attackMode', isAttackMode(attackMode), 'must be "inference" or "train"'],
    ...(isObject(dataset) ? datasetChecks(dataset) : []),
    ...(isObject(model) ? modelChecks(model) : []),
    ...(isObject(attack) ? attackChecks(attack) : []),
  ];
  const failed = checks
    .filter(([, holds]) => !holds)
    .map(([path, , message]) => ({ path: `workload.${path}`, message }));
  return [...failed, ...describedIssues(described)];
}

/** Fields that are written as in an experiment. */
const DESCRIBED: Readonly<Partial<Record<keyof Workload, z.ZodType>>> = {
  loss: lossSchema,
  training: trainingSchema,
  augmentation: augmentationSchema,
  objective: objectiveSchema.partial(),
};

function describedIssues(described: Partial<Workload>): Issue[] {
  return Object.entries(DESCRIBED).flatMap(([field, schema]) => {
    const parsed = schema.optional().safeParse(described[field as keyof typeof described], { reportInput: true });
    if (parsed.success) return [];
    return issuesOf(parsed.error).map(({ path, message }) => ({
      path: ['workload', field, ...(path === '' ? [] : [path])].join('.'),
      message,
    }));
  });
}

/** The same workload with the defaults of its training and augmentation filled in. */
export function withDefaults<Checked extends Workload>(workload: Checked): Checked {
  const { training, augmentation } = workload;
  return {
    ...workload,
    ...(training === undefined ? {} : { training: trainingSchema.parse(training) }),
    ...(augmentation === undefined ? {} : { augmentation: augmentationSchema.parse(augmentation) }),
  };
}

function isAttackMode(mode: unknown): boolean {
  return mode === undefined || mode === 'inference' || mode === 'train';
}

function datasetChecks(dataset: Partial<Workload['dataset']>): Check[] {
  const { name, sha256, inputShape, classes } = dataset;
  const shaped = Array.isArray(inputShape) && inputShape.length > 0 && inputShape.every(isCount);
  const named: Check[] = [
    ['dataset.name', typeof name === 'string', 'must be a string'],
    ['dataset.sha256', typeof sha256 === 'string', 'must be a string that changes with the data'],
    ['dataset.inputShape', shaped, 'must be an array of positive integers'],
    ['dataset.classes', isCount(classes) && classes >= 2, 'must be an integer of at least 2'],
  ];
  const width = shaped ? inputShape.reduce((product, side) => product * side, 1) : NaN;
  const splits = (['train', 'validation', 'test'] as const).flatMap((split) =>
    examplesChecks(`dataset.${split}`, dataset[split], width, classes ?? NaN),
  );
  return [...named, ...splits];
}

function examplesChecks(path: string, examples: Examples | undefined, width: number, classes: number): Check[] {
  if (!isObject(examples)) return [[path, false, 'must be { count, inputs, labels }']];
  const { count, inputs, labels } = examples;
  const inputsFit = inputs instanceof Float32Array && (Number.isNaN(width) || inputs.length === count * width);
  const labelsFit = labels instanceof Int32Array && labels.length === count;
  return [
    [`${path}.count`, isCount(count), 'must be a positive integer'],
    [`${path}.inputs`, inputsFit, `must be a Float32Array of count * ${width} values`],
    [`${path}.labels`, labelsFit, 'must be an Int32Array of count values'],
    [`${path}.inputs`, !inputsFit || inputs.every((x) => x >= 0 && x <= 1), 'must lie in [0, 1]'],
    [`${path}.labels`, !labelsFit || labels.every((y) => y >= 0 && y < classes), 'must lie in 0..classes - 1'],
  ];
}

function modelChecks({
  parameterShapes,
  initialise,
  logits,
  layers,
}: Partial<Omit<TensorModel, 'spec'> & Omit<DeclaredModel, 'spec'>>): Check[] {
  const shaped = Array.isArray(parameterShapes) && parameterShapes.length > 0 && parameterShapes.every(Array.isArray);
  return [
    ['model.parameterShapes', shaped, 'must be an array of shapes, one for each array of weights'],
    ['model.initialise', typeof initialise === 'function', 'must be a function of a random stream'],
    [
      'model.logits',
      layers !== undefined || typeof logits === 'function',
      'must be a function of the weights and the inputs',
    ],
  ];
}

function attackChecks({ perturb, gradientEvaluations, ...rest }: Partial<NonNullable<Workload['attack']>>): Check[] {
  const { start, kept_as } = rest as { readonly start?: unknown; readonly kept_as?: unknown };
  const keptAs = kept_as === undefined || (start === 'kept' && (kept_as === 'float32' || kept_as === 'int8'));
  // Of an attack that was made from a description it is a mean over the run, where that follows a schedule.
  const counted =
    gradientEvaluations === 0 || isCount(gradientEvaluations) || ('description' in rest && 'under' in rest);
  return [
    ['attack.perturb', typeof perturb === 'function', 'must be a function of the losses, the inputs and a stream'],
    ['attack.start', start === undefined || start === 'kept', 'must be "kept", or left out'],
    ['attack.kept_as', keptAs, 'must be "float32" or "int8", and needs start: "kept"'],
    ['attack.gradientEvaluations', counted, 'must be the gradients that one call spends on each example'],
  ];
}

function isObject<T>(value: T | null | undefined): value is T & object {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
