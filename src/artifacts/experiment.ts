import { z } from 'zod';
import { evaluationAttackSchema, trainingAttackSchema } from './attacks.js';
import {
  count,
  distinct,
  finite,
  fraction,
  isIncreasing,
  nonnegative,
  positive,
  positiveCount,
  schemaVersion,
} from './common.js';
import { measurementsSchema } from './measurements.js';

/** Share of the examples, and the stream seed, with which a single table is cut into three splits. */
const splitSchema = z
  .strictObject({ validation: fraction.default(0.15), test: fraction.default(0.15), seed: count.default(0) })
  .refine((split) => split.validation + split.test < 1, { error: 'validation + test must leave training examples' });

/** Examples: a data set that ships with the project, or a user's own IDX, CSV or NPZ file. Inputs end in [0, 1]. */
export const dataSchema = z
  .discriminatedUnion('format', [
    z.strictObject({
      format: z.literal('builtin'),
      name: z.enum(['fashion-mnist', 'digits']),
      /** Side of the square over which pixels are averaged on load. */
      pool: positiveCount.default(1),
      /** How many of the training examples to use; all by default. */
      train: positiveCount.optional(),
    }),
    z.strictObject({
      format: z.literal('idx'),
      images: z.string(),
      labels: z.string(),
      /** Files of the test examples; `split.test` is 0 then, and `split.validation` may be. */
      test: z.strictObject({ images: z.string(), labels: z.string() }).optional(),
      pool: positiveCount.default(1),
      /** Raw values are divided by this, so that inputs lie in [0, 1]. */
      scale: positive.default(255),
      split: splitSchema.prefault({}),
    }),
    z.strictObject({
      format: z.literal('csv'),
      path: z.string(),
      /** Name of the label column; the last column by default. */
      label: z.string().optional(),
      scale: positive.default(1),
      split: splitSchema.prefault({}),
    }),
    z.strictObject({
      format: z.literal('npz'),
      path: z.string(),
      inputs: z.string().default('x'),
      labels: z.string().default('y'),
      scale: positive.default(1),
      split: splitSchema.prefault({}),
    }),
  ])
  .superRefine((data, context) => {
    if (data.format !== 'idx' || data.test === undefined || data.split.test === 0) return;
    const message = 'must be 0 where "test" names files of test examples';
    context.addIssue({ code: 'custom', path: ['split', 'test'], message, input: data.split.test });
  });

/** One layer of the declarative model description; the last layer gives one logit for each class. */
export const layerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('dense'), units: positiveCount }),
  z.strictObject({
    type: z.literal('conv2d'),
    filters: positiveCount,
    kernel: positiveCount,
    stride: positiveCount.default(1),
    padding: z.enum(['same', 'valid']).default('same'),
  }),
  z.strictObject({ type: z.literal('max_pool'), size: positiveCount.default(2), stride: positiveCount.optional() }),
  z.strictObject({ type: z.literal('mean_pool'), size: positiveCount.default(2), stride: positiveCount.optional() }),
  z.strictObject({ type: z.literal('relu') }),
  z.strictObject({ type: z.literal('flatten') }),
]);

export const modelSchema = z.strictObject({
  /** (x - mean) / standard_deviation, inside the model: attacks see inputs in [0, 1]. */
  normalization: z.strictObject({ mean: finite, standard_deviation: positive }).optional(),
  layers: z.array(layerSchema).min(1),
});

/** What the weights lower and the attack raises. */
export const lossSchema = z.enum(['cross_entropy', 'margin', 'squared']);

/** What the gradient of an update is taken of. */
export const trainingSchema = z.discriminatedUnion('type', [
  /** The loss at the perturbed inputs (Madry et al. 2018); with the attack `fgsm`, fast adversarial training. */
  z.strictObject({ type: z.literal('standard') }),
  /** Cross-entropy at the clean inputs plus beta KL(f(x) || f(x')), which the attack raises (Zhang et al. 2019). */
  z.strictObject({
    type: z.literal('trades'),
    beta: positive.default(6),
    /** The attack starts at x + start_deviation N(0, 1). */
    start_deviation: nonnegative.default(0.001),
  }),
  /** Each minibatch is replayed; one backward pass moves the weights and the perturbation (Shafahi et al. 2019). */
  z.strictObject({ type: z.literal('free'), replays: positiveCount.default(8) }),
]);

/** Of the images of training minibatches alone, from the stream `augmentation`. */
export const augmentationSchema = z.strictObject({
  /** Zeros on every side before a window of the image's own size is cut out at random; 0: none. */
  crop_padding: count.default(0),
  /** Left and right swapped for every second image, at random. */
  horizontal_flip: z.boolean().default(false),
});

export const workloadSchema = z.strictObject({
  data: dataSchema,
  model: modelSchema,
  loss: lossSchema.default('cross_entropy'),
  /** `null` trains on clean inputs. */
  attack: trainingAttackSchema.nullable(),
  training: trainingSchema.prefault({ type: 'standard' }),
  augmentation: augmentationSchema.optional(),
});

export const objectiveSchema = z.strictObject({
  metric: z.enum(['clean', 'adversarial']).default('adversarial'),
  split: z.enum(['train', 'validation']).default('train'),
  form: z.enum(['terminal', 'integral']).default('terminal'),
});

/** SGD as torch.optim.SGD has it: what policies are made for. */
export const sgdSchema = z.strictObject({
  name: z.literal('sgd').default('sgd'),
  momentum: z.number().min(0).lt(1).default(0),
  nesterov: z.boolean().default(false),
  weight_decay: nonnegative.default(0),
});

const decayRate = z.number().min(0).lt(1);

/** Schedule-Free SGD by its package `schedulefree`: beta is its momentum, weight_update_power its r. */
export const scheduleFreeSchema = z.strictObject({
  name: z.literal('schedule_free'),
  /** The gradient is taken at (1 - beta) z + beta x. */
  beta: fraction.default(0.9),
  weight_decay: nonnegative.default(0),
  /** The average's weight of update k is (k + 1)^weight_update_power times the largest rate so far ^ weight_lr_power. */
  weight_lr_power: nonnegative.default(2),
  weight_update_power: nonnegative.default(0),
});

/** Adam; AdamW with a decay, which is decoupled unless told. */
export const adamSchema = z.strictObject({
  name: z.literal('adam'),
  beta1: decayRate.default(0.9),
  beta2: decayRate.default(0.999),
  epsilon: positive.default(1e-8),
  weight_decay: nonnegative.default(0),
  decoupled: z.boolean().default(true),
});

/** Prodigy by its package `prodigyopt`, its d0 and d_coef in words; the schedule's rate multiplies what it finds. */
export const prodigySchema = z.strictObject({
  name: z.literal('prodigy'),
  beta1: decayRate.default(0.9),
  beta2: decayRate.default(0.999),
  /** sqrt(beta2) by default. */
  beta3: decayRate.optional(),
  epsilon: positive.default(1e-8),
  weight_decay: nonnegative.default(0),
  decoupled: z.boolean().default(true),
  bias_correction: z.boolean().default(false),
  safeguard_warmup: z.boolean().default(false),
  initial_distance: positive.default(1e-6),
  distance_coefficient: positive.default(1),
  /** Most that the distance may grow in one update, a factor; without a limit by default. */
  growth_rate: z.number().min(1).optional(),
});

/** The update rule that takes the rate; a policy is made for SGD alone. */
export const optimizerSchema = z.discriminatedUnion('name', [sgdSchema, scheduleFreeSchema, adamSchema, prodigySchema]);

/** Ratchet clip (step = u g min(1, G/|g|); G += gain (min(|g|, G) - G)): G starts at the first gradient norm. */
const ratchetClipSchema = z.strictObject({
  kind: z.literal('ratchet').default('ratchet'),
  gain: z.number().positive().max(1).default(0.05),
});

/** Norm clip: step = u g min(1, maximum / (|g| + 1e-6)), as torch.nn.utils.clip_grad_norm_. */
const normClipSchema = z.strictObject({ kind: z.literal('norm'), maximum: positive });

export const clipSchema = z.discriminatedUnion('kind', [ratchetClipSchema, normClipSchema]);

/** The weights that are evaluated are an average of the rule's own; the formulas stand at `createAveraged`. */
export const averagingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ema'), decay: decayRate.default(0.999) }),
  /** The mean of the weights from this share of the run on. */
  z.strictObject({ kind: z.literal('tail'), start: z.number().min(0).lt(1).default(0.5) }),
  z.strictObject({ kind: z.literal('polynomial'), power: nonnegative.default(3) }),
]);

/** Schedule-Free is itself an average: of its output no further one is taken. */
export function averagesTwice({ optimizer, averaging }: AveragedRule): boolean {
  return averaging !== null && optimizer.name === 'schedule_free';
}

interface AveragedRule {
  readonly optimizer: { readonly name: string };
  readonly averaging: AveragingSpec | null;
}

/** What a rule that averages twice is told. */
export const AVERAGES_TWICE = 'schedule_free evaluates an average of its own: leave the averaging out';

/** Pieces start at 0 and in order. */
function areOrdered(starts: readonly number[]): boolean {
  return starts[0] === 0 && isIncreasing(starts);
}

const ORDERED = { error: 'must begin with 0 and increase strictly' };

/**
 * Examples of one minibatch: a number, or sizes that each hold from a share of the horizon on, or from an update on:
 * [{ "from": 0, "size": 32 }, { "from": 0.5, "size": 128 }].
 */
export const batchSizeSchema = z.union([
  positiveCount,
  z
    .array(z.strictObject({ from: z.number().min(0).lt(1), size: positiveCount }))
    .min(1)
    .refine((pieces) => areOrdered(pieces.map(({ from }) => from)), ORDERED),
  z
    .array(z.strictObject({ from_update: count, size: positiveCount }))
    .min(1)
    .refine((pieces) => areOrdered(pieces.map(({ from_update }) => from_update)), ORDERED),
]);

/** A run of plain D-Adaptation SGD whose final rate is read, and whose weights are thrown away. */
export const readingSchema = z.strictObject({
  method: z.literal('d_adaptation'),
  /** The pilot's peak is this many times the reading. */
  multiple: positive.default(1.3),
  initial_distance_factor: positive.default(1e-3),
  minimum_updates: positiveCount.default(30),
  maximum_fraction: fraction.default(0.1),
});

export const pilotSchema = z.strictObject({
  peak: z
    .discriminatedUnion('method', [
      readingSchema,
      z.strictObject({
        method: z.literal('paired_tournament'),
        /** Peaks tried, from the lowest to the highest, all on the same data order. */
        rates: z
          .array(positive)
          .min(3)
          .refine(isIncreasing, { error: 'must increase strictly: the peak is read off neighbouring rates' }),
        updates_fraction: fraction.default(0.02),
      }),
      z.strictObject({ method: z.literal('given'), peak: positive }),
    ])
    .prefault({ method: 'd_adaptation' }),
  runs: z.int().min(2).default(4),
  updates_per_run: z.int().min(25).default(50),
  /** Updates for which a drawn rate is held. */
  hold: positiveCount.default(12),
  /** Smallest drawn rate as a share of the peak. */
  lowest_fraction: z.number().positive().max(1).default(0.1),
  /** Largest share of one run's gradient evaluations that all pilots together may spend. */
  budget: positive.default(0.35),
});

export const estimationSchema = z.strictObject({
  closures: distinct(z.enum(['loss_alone', 'slow_noise_memory']))
    .min(1)
    .default(['loss_alone', 'slow_noise_memory']),
  bootstrap: z.int().min(0).default(50),
  /** The policy follows the selected closure only if it predicts runs left out of its fit this well (relative). */
  maximum_prediction_error: positive.default(0.1),
});

export const solverSchema = z.strictObject({
  nodes: z.strictObject({ slow: z.int().min(5).default(31), noise: z.int().min(5).default(31) }).prefault({}),
  steps: z.int().min(2).default(200),
  tolerance: positive.default(1e-8),
  maximum_policy_iterations: positiveCount.default(50),
});

export const policyOptionsSchema = z.strictObject({
  warmup_fraction: fraction.default(0.02),
  clip: clipSchema.nullable().prefault({}),
});

export const evaluationSchema = z.strictObject({
  attack: evaluationAttackSchema.optional(),
  /** Later starts and attacks leave misclassified examples alone: the same accuracies, and robust losses from below. */
  spare_misclassified: z.boolean().default(false),
  /** Signs that the scores cannot be believed, looked for on test examples at the end of a run. */
  checks: z
    .strictObject({
      examples: positiveCount.default(100),
      /** Of the random search, per example. */
      queries: positiveCount.default(100),
    })
    .nullable()
    .prefault({}),
  train_examples: positiveCount.default(2000),
  test_examples: positiveCount.default(2000),
  batch_size: positiveCount.default(500),
  seed: count.default(0),
});

/** Complete methods by name (`src/schedules/named.ts`), which take their rate from a reading. */
export const NAMED_SCHEDULES = ['sf7', 'sf7k', 'h'] as const;

export const benchmarkSchema = z.strictObject({
  fixed_rates: distinct(positive).min(1),
  /** Decays run at the best fixed rate and, with the policy's clip and warm-up, at the pilot's own peak. */
  decays: distinct(z.enum(['linear', 'wsd'])).default(['linear', 'wsd']),
  schedule_free: z
    .strictObject({ rate: positive, warmup_fraction: fraction })
    .nullable()
    .default({ rate: 2, warmup_fraction: 0.05 }),
  /** Schedules by name that take their rate from a reading of its own for each seed, which they are charged for. */
  named: distinct(z.enum(NAMED_SCHEDULES)).default([]),
});

export { attackSchema, type AttackSpec } from './attacks.js';

/** Why measurements and another training than the standard one do not go together. */
export const NOT_MEASURABLE = 'are of standard training, whose loss is that at the perturbed inputs: leave them out';

/** Whether what is measured is what training descends along. */
export function isMeasurable(
  { training }: { readonly training?: { readonly type: string } | undefined },
  measurements: readonly unknown[],
): boolean {
  return measurements.length === 0 || training === undefined || training.type === 'standard';
}

/** What a user writes; every default is filled in at the door and echoed in the artifacts. */
export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional(),
    kind: z.literal('experiment'),
    schema_version: schemaVersion,
    name: z.string().min(1),
    /** A workload described here, or the path of a module that exports one (relative to this file). */
    workload: z.union([z.string().min(1), workloadSchema]),
    objective: objectiveSchema.prefault({}),
    optimizer: optimizerSchema.prefault({}),
    averaging: averagingSchema.nullable().default(null),
    batch_size: batchSizeSchema,
    /** Length of one run, in updates. */
    horizon: z.int().min(2),
    seeds: distinct(count).min(1),
    pilot: pilotSchema.prefault({}),
    estimation: estimationSchema.prefault({}),
    solver: solverSchema.prefault({}),
    policy: policyOptionsSchema.prefault({}),
    evaluation: evaluationSchema.prefault({}),
    /** Taken along every run that is scored, and charged to it. */
    measurements: measurementsSchema.default([]),
    benchmark: benchmarkSchema.optional(),
  })
  .refine((experiment) => !averagesTwice(experiment), { error: AVERAGES_TWICE, path: ['averaging'] })
  .refine(({ workload, measurements }) => typeof workload === 'string' || isMeasurable(workload, measurements), {
    error: NOT_MEASURABLE,
    path: ['measurements'],
  })
  .meta({ title: 'hjb-lr experiment' });

export type Experiment = z.output<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentSchema>;
export type DataSpec = z.output<typeof dataSchema>;
export type LayerSpec = z.output<typeof layerSchema>;
export type ModelSpec = z.output<typeof modelSchema>;
export type LossName = z.output<typeof lossSchema>;
export type TrainingSpec = z.output<typeof trainingSchema>;
export type AugmentationSpec = z.output<typeof augmentationSchema>;
export type WorkloadSpec = z.output<typeof workloadSchema>;
export type Objective = z.output<typeof objectiveSchema>;
export type SgdSpec = z.output<typeof sgdSchema>;
export type OptimizerSpec = z.output<typeof optimizerSchema>;
export type OptimizerInput = z.input<typeof optimizerSchema>;
/** The options of one update rule. */
export type OptimizerOf<Name extends OptimizerSpec['name']> = Extract<OptimizerSpec, { name: Name }>;
export type AveragingSpec = z.output<typeof averagingSchema>;
export type BatchSize = z.output<typeof batchSizeSchema>;
export type ClipSpec = z.output<typeof clipSchema>;
export type ReadingOptions = z.output<typeof readingSchema>;
export type PilotOptions = z.output<typeof pilotSchema>;
export type EvaluationOptions = z.output<typeof evaluationSchema>;
