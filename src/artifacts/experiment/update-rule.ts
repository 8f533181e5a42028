import { z } from 'zod';
import { count, fraction, isIncreasing, nonnegative, positive, positiveCount } from '../shared/common.js';

const decayRate = z.number().min(0).lt(1);
const weightDecay = nonnegative.default(0).describe('Weight decay, as a multiple of the weights.');
const decoupled = z
  .boolean()
  .default(true)
  .describe('Whether the decay acts on the weights themselves (AdamW) instead of being added to the gradient.');
const beta1 = decayRate.default(0.9).describe('Share of the first moment that is kept in each update.');
const beta2 = decayRate.default(0.999).describe('Share of the second moment that is kept in each update.');
const epsilon = positive.default(1e-8).describe('Added to the root of the second moment before dividing by it.');

/** What policies are made for. */
export const sgdSchema = z.strictObject({
  name: z.literal('sgd').default('sgd').describe('SGD as torch.optim.SGD has it.'),
  momentum: z.number().min(0).lt(1).default(0).describe('Share of the last step that is kept, without dampening.'),
  nesterov: z.boolean().default(false).describe("Whether the momentum is Nesterov's."),
  weight_decay: nonnegative.default(0).describe('Added to the gradient, as a multiple of the weights.'),
});

/** beta is the package's momentum, weight_update_power its r. */
export const scheduleFreeSchema = z.strictObject({
  name: z.literal('schedule_free').describe('Schedule-Free SGD, as the package schedulefree has it.'),
  beta: fraction
    .default(0.9)
    .describe('The gradient is taken at (1 - beta) z + beta x, of the weights z and their average x.'),
  weight_decay: weightDecay,
  weight_lr_power: nonnegative
    .default(2)
    .describe('Power of the largest learning rate so far in the weight of an update in the average.'),
  weight_update_power: nonnegative.default(0).describe('Power of k + 1 in the weight of update k in the average.'),
});

export const adamSchema = z.strictObject({
  name: z.literal('adam').describe('Adam; AdamW with a weight decay, which is decoupled by default.'),
  beta1,
  beta2,
  epsilon,
  weight_decay: weightDecay,
  decoupled,
});

/** initial_distance is the package's d0, distance_coefficient its d_coef. */
export const prodigySchema = z.strictObject({
  name: z
    .literal('prodigy')
    .describe('Prodigy, as the package prodigyopt has it. The learning rate multiplies the step that it finds.'),
  beta1,
  beta2,
  beta3: decayRate
    .optional()
    .describe('Share of the sums behind the distance that is kept in each update; sqrt(beta2) by default.'),
  epsilon,
  weight_decay: weightDecay,
  decoupled,
  bias_correction: z.boolean().default(false).describe('Whether the moments are corrected for their start at 0.'),
  safeguard_warmup: z
    .boolean()
    .default(false)
    .describe('Whether the learning rate is left out of the distance estimate, for schedules with a warm-up.'),
  initial_distance: positive
    .default(1e-6)
    .describe('First estimate of the distance from the initial weights to the optimum.'),
  distance_coefficient: positive.default(1).describe('Factor of every later estimate of that distance.'),
  growth_rate: z
    .number()
    .min(1)
    .optional()
    .describe('Most that the distance may grow in one update, as a factor. Without a limit by default.'),
});

/** The update rule that takes the rate; a policy is made for SGD alone. */
export const optimizerSchema = z.discriminatedUnion('name', [sgdSchema, scheduleFreeSchema, adamSchema, prodigySchema]);

const ratchetClipSchema = z.strictObject({
  kind: z
    .literal('ratchet')
    .default('ratchet')
    .describe(
      'A step is u g min(1, G/|g|); then G += gain (min(|g|, G) - G). G starts at the first gradient norm and only falls.',
    ),
  gain: z.number().positive().max(1).default(0.05).describe('Share by which G follows the gradient norm, in (0, 1].'),
});

const normClipSchema = z.strictObject({
  kind: z
    .literal('norm')
    .describe('A step is u g min(1, maximum / (|g| + 1e-6)), as torch.nn.utils.clip_grad_norm_ has it.'),
  maximum: positive.describe('Largest norm of the gradient that is left as it is.'),
});

export const clipSchema = z.discriminatedUnion('kind', [ratchetClipSchema, normClipSchema]);

/** The weights that are evaluated are an average of the rule's own; the formulas stand at `createAveraged`. */
export const averagingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ema').describe('Exponential moving average of the weights.'),
    decay: decayRate.default(0.999).describe('Share of the average that is kept in each update.'),
  }),
  z.strictObject({
    kind: z.literal('tail').describe('Mean of the weights over the last part of the run.'),
    start: z.number().min(0).lt(1).default(0.5).describe('Share of the run after which the mean begins.'),
  }),
  z.strictObject({
    kind: z.literal('polynomial').describe('Average in which the weights of update k count about k^power.'),
    power: nonnegative.default(3).describe('That power; 0 is the mean over the whole run.'),
  }),
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

const size = positiveCount.describe('Examples of one minibatch from there on.');

/** For example [{ "from": 0, "size": 32 }, { "from": 0.5, "size": 128 }]. */
export const batchSizeSchema = z
  .union([
    positiveCount,
    z
      .array(
        z.strictObject({
          from: z.number().min(0).lt(1).describe('Share of the horizon from which the size holds; the first is 0.'),
          size,
        }),
      )
      .min(1)
      .refine((pieces) => areOrdered(pieces.map(({ from }) => from)), ORDERED),
    z
      .array(z.strictObject({ from_update: count.describe('Update from which the size holds; the first is 0.'), size }))
      .min(1)
      .refine((pieces) => areOrdered(pieces.map(({ from_update }) => from_update)), ORDERED),
  ])
  .describe(
    'Examples of one minibatch: a number, or sizes that each hold from a share of the horizon on, or from an update on.',
  );

export type SgdSpec = z.output<typeof sgdSchema>;
export type OptimizerSpec = z.output<typeof optimizerSchema>;
export type OptimizerInput = z.input<typeof optimizerSchema>;
export type OptimizerOf<Name extends OptimizerSpec['name']> = Extract<OptimizerSpec, { name: Name }>;
export type AveragingSpec = z.output<typeof averagingSchema>;
export type BatchSize = z.output<typeof batchSizeSchema>;
export type ClipSpec = z.output<typeof clipSchema>;
