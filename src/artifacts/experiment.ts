import { z } from 'zod';
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
export const dataSchema = z.discriminatedUnion('format', [
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
]);

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

/** Attacks by the names that attack libraries use: norm, eps, alpha, steps, random_start, restarts. */
export const attackSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('pgd'),
    norm: z.enum(['Linf', 'L2']).default('Linf'),
    eps: nonnegative,
    steps: positiveCount,
    /** Length of one ascent step; 2.5 eps / steps by default. */
    alpha: positive.optional(),
    random_start: z.boolean().default(true),
    restarts: positiveCount.default(1),
  }),
  z.strictObject({
    type: z.literal('fgsm'),
    eps: nonnegative,
    /** Length of the one step; 1.25 eps by default (with random start). */
    alpha: positive.optional(),
    random_start: z.boolean().default(true),
  }),
  z.strictObject({
    /** delta <- delta + eta_i (grad_x loss - lambda delta), K steps (Gu & Guo 2021). */
    type: z.literal('penalised_ascent'),
    steps: positiveCount,
    eta_i: positive,
    lambda: nonnegative,
  }),
]);

/** What the weights lower and the attack raises. */
export const lossSchema = z.enum(['cross_entropy', 'margin', 'squared']);

export const workloadSchema = z.strictObject({
  data: dataSchema,
  model: modelSchema,
  loss: lossSchema.default('cross_entropy'),
  /** `null` trains on clean inputs. */
  attack: attackSchema.nullable(),
});

export const objectiveSchema = z.strictObject({
  metric: z.enum(['clean', 'adversarial']).default('adversarial'),
  split: z.enum(['train', 'validation']).default('train'),
  form: z.enum(['terminal', 'integral']).default('terminal'),
});

export const optimizerSchema = z.strictObject({
  name: z.literal('sgd').default('sgd'),
  momentum: z.number().min(0).lt(1).default(0),
  nesterov: z.boolean().default(false),
  weight_decay: nonnegative.default(0),
});

/** Ratchet clip (step = u g min(1, G/|g|); G += gain (min(|g|, G) - G)): G starts at the first gradient norm. */
export const clipSchema = z.strictObject({
  kind: z.literal('ratchet').default('ratchet'),
  gain: z.number().positive().max(1).default(0.05),
});

export const pilotSchema = z.strictObject({
  peak: z
    .discriminatedUnion('method', [
      z.strictObject({
        method: z.literal('d_adaptation'),
        /** The peak is this many times the reading. */
        multiple: positive.default(1.3),
        initial_distance_factor: positive.default(1e-3),
        minimum_updates: positiveCount.default(30),
        maximum_fraction: fraction.default(0.1),
      }),
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
  attack: attackSchema.optional(),
  train_examples: positiveCount.default(2000),
  test_examples: positiveCount.default(2000),
  batch_size: positiveCount.default(500),
  seed: count.default(0),
});

export const benchmarkSchema = z.strictObject({
  fixed_rates: distinct(positive).min(1),
  /** Decays run at the best fixed rate and, with the policy's clip and warm-up, at the pilot's own peak. */
  decays: distinct(z.enum(['linear', 'wsd'])).default(['linear', 'wsd']),
  schedule_free: z
    .strictObject({ rate: positive, warmup_fraction: fraction })
    .nullable()
    .default({ rate: 2, warmup_fraction: 0.05 }),
});

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
    batch_size: positiveCount,
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
  .meta({ title: 'hjb-lr experiment' });

export type Experiment = z.output<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentSchema>;
export type DataSpec = z.output<typeof dataSchema>;
export type LayerSpec = z.output<typeof layerSchema>;
export type ModelSpec = z.output<typeof modelSchema>;
export type LossName = z.output<typeof lossSchema>;
export type AttackSpec = z.output<typeof attackSchema>;
export type WorkloadSpec = z.output<typeof workloadSchema>;
export type Objective = z.output<typeof objectiveSchema>;
export type OptimizerSpec = z.output<typeof optimizerSchema>;
export type ClipSpec = z.output<typeof clipSchema>;
export type PilotOptions = z.output<typeof pilotSchema>;
export type EvaluationOptions = z.output<typeof evaluationSchema>;
