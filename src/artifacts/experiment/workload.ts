import { z } from 'zod';
import { trainingLoss } from '../../losses/schemas.js';
import { trainingAttackSchema } from './attacks.js';
import { count, finite, fraction, nonnegative, positive, positiveCount } from '../shared/common.js';

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
export const lossSchema = trainingLoss();

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

export type DataSpec = z.output<typeof dataSchema>;
export type LayerSpec = z.output<typeof layerSchema>;
export type ModelSpec = z.output<typeof modelSchema>;
export type LossName = z.output<typeof lossSchema>;
export type TrainingSpec = z.output<typeof trainingSchema>;
export type AugmentationSpec = z.output<typeof augmentationSchema>;
export type WorkloadSpec = z.output<typeof workloadSchema>;
