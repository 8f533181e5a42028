import { z } from 'zod';
import { count, fraction, isIncreasing, nonnegative, positive, positiveCount } from '../shared/common.js';

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

export type SgdSpec = z.output<typeof sgdSchema>;
export type OptimizerSpec = z.output<typeof optimizerSchema>;
export type OptimizerInput = z.input<typeof optimizerSchema>;
export type OptimizerOf<Name extends OptimizerSpec['name']> = Extract<OptimizerSpec, { name: Name }>;
export type AveragingSpec = z.output<typeof averagingSchema>;
export type BatchSize = z.output<typeof batchSizeSchema>;
export type ClipSpec = z.output<typeof clipSchema>;
