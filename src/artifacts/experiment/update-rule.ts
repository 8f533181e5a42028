import { z } from 'zod';
import { count, fraction, isIncreasing, nonnegative, positive, positiveCount } from '../shared/common.js';

const decayRate = z.number().min(0).lt(1);
const weightDecay = nonnegative.default(0).describe('Weight decay, as a multiple of the weights; 0 (none) by default.');
const decoupled = z
  .boolean()
  .default(true)
  .describe('Whether the weight decay acts on the weights, as in AdamW (the default), not on the gradient.');
const beta1 = decayRate.default(0.9).describe('Share of the first moment kept per update, in [0, 1); 0.9 by default.');
const beta2 = decayRate
  .default(0.999)
  .describe('Share of the second moment kept per update, in [0, 1); 0.999 by default.');
const epsilon = positive.default(1e-8).describe('Constant added to the root of the second moment; 1e-8 by default.');

/** What policies are made for. */
export const sgdSchema = z.strictObject({
  name: z.literal('sgd').default('sgd').describe('Update rule: SGD as torch.optim.SGD has it.'),
  momentum: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Momentum of SGD: the share of the last step that is kept, without dampening, in [0, 1); 0 by default.'),
  nesterov: z.boolean().default(false).describe("Whether the momentum of SGD is Nesterov's; false by default."),
  weight_decay: nonnegative
    .default(0)
    .describe('Weight decay, added to the gradient as a multiple of the weights; 0 (none) by default.'),
});

/** beta is the package's momentum, weight_update_power its r. */
export const scheduleFreeSchema = z.strictObject({
  name: z.literal('schedule_free').describe('Update rule: Schedule-Free SGD, as the package schedulefree has it.'),
  beta: fraction
    .default(0.9)
    .describe('Share of the average of the weights in the point at which the gradient is taken; 0.9 by default.'),
  weight_decay: weightDecay,
  weight_lr_power: nonnegative
    .default(2)
    .describe("Power of the largest learning rate so far in an update's averaging weight; 2 by default."),
  weight_update_power: nonnegative.default(0).describe("Power of k + 1 in update k's averaging weight; 0 by default."),
});

export const adamSchema = z.strictObject({
  name: z.literal('adam').describe('Update rule: Adam, or AdamW with a weight decay, which is decoupled by default.'),
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
    .describe('Update rule: Prodigy, as the package prodigyopt has it. The learning rate multiplies its step.'),
  beta1,
  beta2,
  beta3: decayRate
    .optional()
    .describe('Share of the sums behind the distance estimate kept per update, in [0, 1); sqrt(beta2) by default.'),
  epsilon,
  weight_decay: weightDecay,
  decoupled,
  bias_correction: z
    .boolean()
    .default(false)
    .describe('Whether the moments are corrected for their start at 0; false by default.'),
  safeguard_warmup: z
    .boolean()
    .default(false)
    .describe('Whether the distance estimate leaves the learning rate out, for warm-ups; false by default.'),
  initial_distance: positive
    .default(1e-6)
    .describe('First estimate of the distance from the initial weights to the optimum; 1e-6 by default.'),
  distance_coefficient: positive
    .default(1)
    .describe('Factor of every later estimate of the distance from the initial weights to the optimum; 1 by default.'),
  growth_rate: z
    .number()
    .min(1)
    .optional()
    .describe('Largest growth factor of the distance estimate in one update, 1 or more; no limit by default.'),
});

/** coefficient is the paper's c; the schedule's rate is its bound gamma_b, growth_rate the package's gamma^(1 / n_batches). */
export const polyakSchema = z.strictObject({
  name: z
    .literal('polyak')
    .describe(
      'Update rule: SGD with the stochastic Polyak step size SPS_max of every minibatch, which the learning rate bounds ' +
        '(Loizou et al. 2021).',
    ),
  coefficient: positive
    .default(0.5)
    .describe('Factor of the squared gradient norm in the Polyak step size; 0.5 by default.'),
  least_loss: nonnegative
    .default(0)
    .describe('Smallest loss that a minibatch can have, which the Polyak step size aims at; 0 by default.'),
  growth_rate: z
    .number()
    .min(1)
    .optional()
    .describe('Largest growth factor of the Polyak step size in one update, from 1; no limit by default.'),
  epsilon: nonnegative
    .default(1e-8)
    .describe('Constant added to the squared gradient norm in the Polyak step size; 1e-8 by default.'),
});

/** The paper's beta_min and beta_max; the schedule's rate is its maximal learning rate eta. */
export const controlledSgdSchema = z.strictObject({
  name: z
    .literal('csgd')
    .describe(
      'Update rule: controlled SGD, whose rate for each weight is an optimal control of a quadratic model, at most the ' +
        'learning rate (Li, Tai & E 2017).',
    ),
  beta_min: decayRate
    .default(0.9)
    .describe('Smallest share of the running averages of controlled SGD kept per update, in [0, 1); 0.9 by default.'),
  beta_max: decayRate
    .default(0.999)
    .describe('Largest share of the running averages of controlled SGD kept per update, in [0, 1); 0.999 by default.'),
});

/** The update rule that takes the rate; a policy is made for SGD alone. */
export const optimizerSchema = z.discriminatedUnion('name', [
  sgdSchema,
  scheduleFreeSchema,
  adamSchema,
  prodigySchema,
  polyakSchema,
  controlledSgdSchema,
]);

const ratchetClipSchema = z.strictObject({
  kind: z
    .literal('ratchet')
    .default('ratchet')
    .describe(
      'Kind of the gradient clip: ratchet, whose step is u g min(1, G/|g|), then G += gain (min(|g|, G) - G). G ' +
        'starts at the first gradient norm and only falls.',
    ),
  gain: z
    .number()
    .positive()
    .max(1)
    .default(0.05)
    .describe('Share by which the threshold G follows the gradient norm per update, in (0, 1]; 0.05 by default.'),
});

const normClipSchema = z.strictObject({
  kind: z
    .literal('norm')
    .describe(
      'Kind of the gradient clip: norm, whose step is u g min(1, maximum / (|g| + 1e-6)), as ' +
        'torch.nn.utils.clip_grad_norm_ has it.',
    ),
  maximum: positive.describe('Largest norm of the gradient that the clip leaves as it is.'),
});

export const clipSchema = z.discriminatedUnion('kind', [ratchetClipSchema, normClipSchema]);

/** What a run does that collapses; the rules stand at `Recovery`. */
export const recoverySchema = z.strictObject({
  rate_factor: z
    .number()
    .positive()
    .lt(1)
    .default(0.5)
    .describe(
      'Factor of the learning rate after each return of a collapsed run to weights that it had before, in (0, 1); 0.5 ' +
        'by default.',
    ),
  maximum: positiveCount.default(8).describe('Largest number of returns to earlier weights in one run; 8 by default.'),
});

/** The weights that are evaluated are an average of the rule's own; the formulas stand at `createAveraged`. */
export const averagingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ema').describe('Kind of the average of the weights: an exponential moving average.'),
    decay: decayRate
      .default(0.999)
      .describe('Share of the exponential moving average that is kept in each update, in [0, 1); 0.999 by default.'),
  }),
  z.strictObject({
    kind: z.literal('tail').describe('Kind of the average of the weights: their mean over the last part of the run.'),
    start: z
      .number()
      .min(0)
      .lt(1)
      .default(0.5)
      .describe('Share of the run after which the mean of the weights begins, in [0, 1); 0.5 by default.'),
  }),
  z.strictObject({
    kind: z.literal('polynomial').describe('Kind of the average: weights of update k count about k^power.'),
    power: nonnegative
      .default(3)
      .describe("Power of k in the average's weight of update k; 3 by default, 0 for the mean over the whole run."),
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

const size = positiveCount.describe('Number of examples of one minibatch from this point of the run on.');

/** For example [{ "from": 0, "size": 32 }, { "from": 0.5, "size": 128 }]. */
export const batchSizeSchema = z
  .union([
    positiveCount,
    z
      .array(
        z.strictObject({
          from: z
            .number()
            .min(0)
            .lt(1)
            .describe('Share of the horizon from which the minibatch size holds, in [0, 1); the first is 0.'),
          size,
        }),
      )
      .min(1)
      .refine((pieces) => areOrdered(pieces.map(({ from }) => from)), ORDERED),
    z
      .array(
        z.strictObject({
          from_update: count.describe('Update from which the minibatch size holds; the first is 0.'),
          size,
        }),
      )
      .min(1)
      .refine((pieces) => areOrdered(pieces.map(({ from_update }) => from_update)), ORDERED),
  ])
  .describe(
    'Number of examples of one minibatch, or sizes that each hold from a share of the horizon on, or from an update ' +
      'on.',
  );

export type SgdSpec = z.output<typeof sgdSchema>;
export type OptimizerSpec = z.output<typeof optimizerSchema>;
export type OptimizerInput = z.input<typeof optimizerSchema>;
export type OptimizerOf<Name extends OptimizerSpec['name']> = Extract<OptimizerSpec, { name: Name }>;
export type AveragingSpec = z.output<typeof averagingSchema>;
export type BatchSize = z.output<typeof batchSizeSchema>;
export type ClipSpec = z.output<typeof clipSchema>;
export type RecoverySpec = z.output<typeof recoverySchema>;
