import { z } from 'zod';
import { trainingLoss } from '../../losses/schemas.js';
import { trainingAttackSchema } from './attacks.js';
import { dataSchema } from './data.js';
import { count, finite, nonnegative, positive, positiveCount } from '../shared/common.js';

export * from './data.js';

const poolSize = positiveCount.default(2).describe('Side of the square of pixels that becomes one.');
const poolStride = positiveCount
  .optional()
  .describe('Pixels between the squares; by default their side, so that they do not overlap.');

/** One layer of the declarative model description; the last layer gives one logit for each class. */
export const layerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('dense').describe('A fully connected layer with biases.'),
    units: positiveCount.describe('Number of outputs; of the last layer the number of classes.'),
  }),
  z.strictObject({
    type: z.literal('conv2d').describe('A two-dimensional convolution with biases.'),
    filters: positiveCount.describe('Number of output channels.'),
    kernel: positiveCount.describe('Side of the square kernel, in pixels.'),
    stride: positiveCount.default(1).describe('Pixels between the places of the kernel.'),
    padding: z
      .enum(['same', 'valid'])
      .default('same')
      .describe('same: zeros around the image keep its size (at stride 1); valid: the kernel stays inside.'),
  }),
  z.strictObject({
    type: z.literal('max_pool').describe('Squares of pixels become their largest value.'),
    size: poolSize,
    stride: poolStride,
  }),
  z.strictObject({
    type: z.literal('mean_pool').describe('Squares of pixels become their mean.'),
    size: poolSize,
    stride: poolStride,
  }),
  z.strictObject({ type: z.literal('relu').describe('max(x, 0), for every value.') }),
  z.strictObject({ type: z.literal('flatten').describe('An image becomes a row of its values.') }),
]);

const normalizationSchema = z.strictObject({
  mean: finite.describe('Subtracted from every input.'),
  standard_deviation: positive.describe('By which the difference is divided.'),
});

export const modelSchema = z.strictObject({
  normalization: normalizationSchema
    .optional()
    .describe('(x - mean) / standard_deviation, inside the model: attacks see inputs in [0, 1]. None by default.'),
  layers: z.array(layerSchema).min(1).describe('The layers in their order; the last one gives a logit for each class.'),
});

/** What the weights lower and the attack raises. */
export const lossSchema = trainingLoss();

/** What the gradient of an update is taken of. */
export const trainingSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z
      .literal('standard')
      .describe(
        'The loss at the perturbed inputs (Madry et al. 2018); with the attack fgsm, fast adversarial training.',
      ),
  }),
  z.strictObject({
    type: z
      .literal('trades')
      .describe(
        "Cross-entropy at the clean inputs plus beta KL(f(x) || f(x')), which the attack raises (Zhang et al. 2019).",
      ),
    beta: positive.default(6).describe('Weight of the divergence.'),
    start_deviation: nonnegative
      .default(0.001)
      .describe('The attack starts at x + start_deviation N(0, 1), in units of the inputs.'),
  }),
  z.strictObject({
    type: z
      .literal('free')
      .describe(
        'Each minibatch is replayed; one backward pass moves the weights and the perturbation (Shafahi et al. 2019).',
      ),
    replays: positiveCount.default(8).describe('How often a minibatch is used in a row.'),
  }),
]);

/** Of the images of training minibatches alone, from the stream `augmentation`. */
export const augmentationSchema = z.strictObject({
  crop_padding: count
    .default(0)
    .describe("Zeros on every side before a window of the image's own size is cut out at random, in pixels. 0: none."),
  horizontal_flip: z
    .boolean()
    .default(false)
    .describe('Whether left and right are swapped for every second image, at random.'),
});

export const workloadSchema = z.strictObject({
  data: dataSchema.describe('The labelled examples.'),
  model: modelSchema.describe('The network, layer by layer.'),
  loss: lossSchema.default('cross_entropy').describe('What the weights lower and the attack raises.'),
  attack: trainingAttackSchema
    .nullable()
    .describe('How inputs are perturbed before each gradient of the weights. Null trains on clean inputs.'),
  training: trainingSchema.prefault({ type: 'standard' }).describe('What the gradient of an update is taken of.'),
  augmentation: augmentationSchema
    .optional()
    .describe('Random changes of the images of training minibatches. None by default.'),
});

export type LayerSpec = z.output<typeof layerSchema>;
export type ModelSpec = z.output<typeof modelSchema>;
export type LossName = z.output<typeof lossSchema>;
export type TrainingSpec = z.output<typeof trainingSchema>;
export type AugmentationSpec = z.output<typeof augmentationSchema>;
export type WorkloadSpec = z.output<typeof workloadSchema>;
