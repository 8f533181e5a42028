import {
  attackSchema,
  type AttackSpec,
  type LossName,
  type ModelSpec,
} from '../../../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../../../src/math/random.js';
import { createModel, size } from '../../../../src/workloads/models/index.js';
import type { DeclaredModel } from '../../../../src/workloads/models/model.js';

export const CLASSES = 3;
export const EXAMPLES = 3;

const last = [{ type: 'flatten' } as const, { type: 'dense', units: CLASSES } as const];
const convolution = { type: 'conv2d', filters: 4, kernel: 3, stride: 1, padding: 'same' } as const;

/** Every layer, and what two of them make together. */
const MODELS: readonly [string, ModelSpec, readonly number[]][] = [
  ['dense', { layers: [{ type: 'dense', units: CLASSES }] }, [7]],
  ['dense, relu', { layers: [{ type: 'dense', units: 9 }, { type: 'relu' }, ...last] }, [7]],
  ['conv2d same', { layers: [convolution, ...last] }, [4, 5, 2]],
  ['conv2d valid, stride 2', { layers: [{ ...convolution, stride: 2, padding: 'valid' }, ...last] }, [7, 6, 2]],
  [
    'conv2d same, stride 2, twice',
    { layers: [{ ...convolution, stride: 2 }, { type: 'relu' }, { ...convolution, kernel: 2 }, ...last] },
    [6, 6, 1],
  ],
  ['max_pool', { layers: [convolution, { type: 'max_pool', size: 2 }, ...last] }, [6, 5, 1]],
  ['max_pool, overlapping', { layers: [{ type: 'max_pool', size: 3, stride: 2 }, ...last] }, [7, 7, 2]],
  [
    'mean_pool',
    { layers: [convolution, { type: 'mean_pool', size: 3, stride: 1 }, { type: 'relu' }, ...last] },
    [5, 5, 1],
  ],
  ['normalization', { normalization: { mean: 0.3, standard_deviation: 0.4 }, layers: last }, [3, 2, 1]],
];

export const LOSS_NAMES: readonly LossName[] = ['cross_entropy', 'margin', 'squared'];

/** A model at a point, with examples: where the gradients of all engines are compared. */
export interface Case {
  readonly name: string;
  readonly loss: LossName;
  readonly model: DeclaredModel;
  readonly inputShape: readonly number[];
  readonly weights: Float32Array;
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
}

/** Every layer with every loss. */
export const CASES: readonly Case[] = MODELS.flatMap(([name, spec, inputShape]) =>
  LOSS_NAMES.map((loss) => caseOf(`${name}, ${loss}`, loss, spec, inputShape)),
);

function caseOf(name: string, loss: LossName, spec: ModelSpec, inputShape: readonly number[]): Case {
  const stream = randomStream(7, `agreement/${name}`);
  const model = createModel(spec, inputShape, CLASSES);
  const parameters = model.parameterShapes.reduce((sum, shape) => sum + size(shape), 0);
  return {
    name,
    loss,
    model,
    inputShape,
    weights: stream.fillUniform(new Float32Array(parameters), -0.7, 0.7),
    inputs: stream.fillUniform(new Float32Array(EXAMPLES * size(inputShape)), 0, 1),
    labels: Int32Array.from({ length: EXAMPLES }, () => stream.integer(CLASSES)),
  };
}

/** One step without a random start: textbook formulas say what comes out. */
export const ONE_STEP: readonly AttackSpec[] = [
  { type: 'fgsm', eps: 0.1, random_start: false },
  { type: 'pgd', norm: 'L2', eps: 0.3, steps: 1, alpha: 0.2, random_start: false },
  { type: 'penalised_ascent', steps: 1, eta_i: 0.5, lambda: 1 },
].map((spec) => attackSchema.parse(spec));

/** Many steps, random starts and restarts. */
export const MANY_STEPS: readonly AttackSpec[] = [
  { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 5 },
  { type: 'pgd', norm: 'L2', eps: 0.5, steps: 4, restarts: 3 },
  { type: 'fgsm', eps: 0.1 },
  { type: 'penalised_ascent', steps: 4, eta_i: 0.3, lambda: 0.5 },
].map((spec) => attackSchema.parse(spec));

/** The models that attacks are compared on. */
export const ATTACKED: readonly Case[] = CASES.filter(({ name }) =>
  ['dense, relu, cross_entropy', 'conv2d same, stride 2, twice, squared', 'max_pool, margin'].includes(name),
);

export function attackName({ name }: Case, spec: AttackSpec): string {
  return `${name}: ${spec.type}${spec.type === 'pgd' ? ` ${spec.norm}` : ''}`;
}
