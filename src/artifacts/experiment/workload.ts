import { z } from 'zod';
import { trainingLoss } from '../../losses/schemas.js';
import { trainingAttackSchema } from './attacks.js';
import { dataSchema } from './data.js';
import { count, finite, nonnegative, positive, positiveCount } from '../shared/common.js';

export * from './data.js';

const poolSize = positiveCount
  .default(2)
  .describe('Side in pixels of the squares that are pooled into one; 2 by default.');
const poolStride = positiveCount
  .optional()
  .describe(
    'Distance in pixels between neighbouring pooled squares; by default their side, so that they do not overlap.',
  );

/** One layer of the declarative model description; the last layer gives one logit for each class. */
export const layerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('dense').describe('Type of the layer: fully connected, with biases.'),
    units: positiveCount.describe('Number of outputs of the layer, for the last layer the number of classes.'),
  }),
  z.strictObject({
    type: z.literal('conv2d').describe('Type of the layer: a two-dimensional convolution with biases.'),
    filters: positiveCount.describe('Number of output channels of the convolution.'),
    kernel: positiveCount.describe("Side of the convolution's square kernel, in pixels."),
    stride: positiveCount
      .default(1)
      .describe("Distance in pixels between neighbouring places of the convolution's kernel; 1 by default."),
    padding: z
      .enum(['same', 'valid'])
      .default('same')
      .describe(
        'Padding of the convolution: same (the default) surrounds the image with zeros that keep its size at stride ' +
          '1, valid keeps the kernel inside.',
      ),
  }),
  z.strictObject({
    type: z
      .literal('max_pool')
      .describe('Type of the layer: max-pooling, of squares of pixels to their largest value.'),
    size: poolSize,
    stride: poolStride,
  }),
  z.strictObject({
    type: z.literal('mean_pool').describe('Type of the layer: mean-pooling, of squares of pixels to their mean.'),
    size: poolSize,
    stride: poolStride,
  }),
  z.strictObject({ type: z.literal('relu').describe('Type of the layer: rectifier, max(x, 0) of every value.') }),
  z.strictObject({
    type: z
      .literal('tanh')
      .describe('Type of the layer: hyperbolic tangent of every value; the engines native and tfjs have it.'),
  }),
  z.strictObject({
    type: z
      .literal('dropout')
      .describe(
        'Type of the layer: dropout, which sets values to 0 at random and divides the others by 1 - rate in the gradients of ' +
          'updates, and leaves attacks and scores alone; the engines native and tfjs have it.',
      ),
    rate: z
      .number()
      .min(0)
      .lt(1)
      .default(0.5)
      .describe('Probability with which dropout sets a value to 0, in [0, 1); 0.5 by default.'),
  }),
  z.strictObject({
    type: z.literal('flatten').describe('Type of the layer: flattening of an image to a row of its values.'),
  }),
]);

const normalizationSchema = z.strictObject({
  mean: finite.describe('Mean that is subtracted from every input value.'),
  standard_deviation: positive.describe(
    'Standard deviation by which every input value is divided once the mean is subtracted.',
  ),
});

export const modelSchema = z.strictObject({
  normalization: normalizationSchema
    .optional()
    .describe(
      'Normalisation (x - mean) / standard_deviation of the inputs inside the model, so that attacks see inputs in ' +
        '[0, 1]; none by default.',
    ),
  layers: z
    .array(layerSchema)
    .min(1)
    .describe('Layers of the network in their order; the last one gives a logit for each class.'),
});

/** What the weights lower and the attack raises. */
export const lossSchema = trainingLoss();

/** What the gradient of an update is taken of. */
export const trainingSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z
      .literal('standard')
      .describe(
        'Type of training: descent on the loss at the perturbed inputs (Madry et al. 2018); with the attack fgsm, ' +
          'fast adversarial training.',
      ),
  }),
  z.strictObject({
    type: z
      .literal('trades')
      .describe(
        "Type of training: TRADES, descent on cross-entropy at the clean inputs plus beta KL(f(x) || f(x')), which " +
          'the attack raises (Zhang et al. 2019).',
      ),
    beta: positive
      .default(6)
      .describe("Weight beta of the divergence KL(f(x) || f(x')) in the TRADES loss; 6 by default."),
    start_deviation: nonnegative
      .default(0.001)
      .describe(
        'Standard deviation of the normal noise at which the attack of TRADES starts from the input, in units of the ' +
          'inputs; 0.001 by default.',
      ),
  }),
  z.strictObject({
    type: z
      .literal('free')
      .describe(
        'Type of training: free adversarial training, which replays each minibatch; one backward pass moves both ' +
          'weights and perturbation (Shafahi et al. 2019).',
      ),
    replays: positiveCount
      .default(8)
      .describe('Number of times that free adversarial training uses a minibatch in a row; 8 by default.'),
  }),
]);

/** Of the images of training minibatches alone, from the stream `augmentation`. */
export const augmentationSchema = z.strictObject({
  crop_padding: count
    .default(0)
    .describe(
      'Width in pixels of the zeros on every side of an image, before a random window of its own size is cut out; 0 ' +
        '(the default) crops nothing.',
    ),
  horizontal_flip: z
    .boolean()
    .default(false)
    .describe('Whether each image is flipped left to right with probability 1/2; false by default.'),
});

export const workloadSchema = z.strictObject({
  data: dataSchema.describe('Labelled examples to train, validate and test on, with inputs in [0, 1].'),
  model: modelSchema.describe('Network that is trained, layer by layer.'),
  loss: lossSchema
    .default('cross_entropy')
    .describe('Loss that the weights lower and the attack raises; cross-entropy by default.'),
  attack: trainingAttackSchema
    .nullable()
    .describe('Attack that perturbs the inputs before each gradient of the weights. Null trains on clean inputs.'),
  training: trainingSchema
    .prefault({ type: 'standard' })
    .describe('Function of the weights whose gradient an update takes; by default the loss at the perturbed inputs.'),
  augmentation: augmentationSchema
    .optional()
    .describe('Random changes of the images of training minibatches; none by default.'),
});

export type LayerSpec = z.output<typeof layerSchema>;
export type ModelSpec = z.output<typeof modelSchema>;
export type LossName = z.output<typeof lossSchema>;
export type TrainingSpec = z.output<typeof trainingSchema>;
export type AugmentationSpec = z.output<typeof augmentationSchema>;
export type WorkloadSpec = z.output<typeof workloadSchema>;
