import { z } from 'zod';
import { count, fraction, nonnegative, positive, positiveCount } from '../artifacts/shared/common.js';
import { LOSS_COLUMNS } from '../artifacts/training-log/step.js';

/** Share of the run over which the rate rises linearly to its peak: W = round(warmup T) updates. */
const warmup = fraction.default(0);

/**
 * Every schedule by its plain description; rates are absolute, shares are of the run's T updates. The formulas stand
 * at `openLoopSchedule`.
 */
export const scheduleSpecSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), rate: positive, warmup }),
  /** From the end of the warm-up straight to 0 at the end of the run. */
  z.strictObject({ name: z.literal('linear'), peak: positive, warmup }),
  /** Warm-up, hold, then straight to 0 over the last `decay` of the run. */
  z.strictObject({ name: z.literal('wsd'), peak: positive, warmup, decay: z.number().positive().max(1).default(0.2) }),
  /** From the end of the warm-up along half a cosine to `final` at the end of the run. */
  z.strictObject({ name: z.literal('cosine'), peak: positive, warmup, final: nonnegative.default(0) }),
  /** Times `factor` at each milestone, a share of the run. */
  z.strictObject({
    name: z.literal('step'),
    peak: positive,
    warmup,
    factor: positive.default(0.1),
    milestones: z.array(fraction).default([0.5, 0.75]),
  }),
  /** Up along half a cosine over the first `rise` of the run, then down along another to next to nothing. */
  z.strictObject({
    name: z.literal('one_cycle'),
    peak: positive,
    rise: z.number().positive().lt(1).default(0.3),
    initial_divisor: z.number().min(1).default(25),
    final_divisor: z.number().min(1).default(1e4),
  }),
  /** Halved after `half_life` updates from the end of the warm-up, then ever more slowly. */
  z.strictObject({ name: z.literal('inverse_time'), peak: positive, warmup, half_life: positive }),
  /** Rates held for `hold` updates each; the last one holds on. */
  z.strictObject({ name: z.literal('piecewise'), hold: positiveCount, rates: z.array(positive).min(1) }),
  /** mathjs syntax in t (updates done), T (updates of the run) and s = t / T. */
  z.strictObject({ name: z.literal('expression'), rate: z.string().min(1) }),
  /** Falls by `factor` where the mean loss of `every` updates has not fallen for more than `patience` such means. */
  z.strictObject({
    name: z.literal('plateau'),
    rate: positive,
    every: positiveCount,
    metric: z.enum(LOSS_COLUMNS).default('train_robust_loss'),
    factor: z.number().positive().lt(1).default(0.1),
    patience: count.default(10),
    threshold: nonnegative.default(1e-4),
    threshold_mode: z.enum(['rel', 'abs']).default('rel'),
    cooldown: count.default(0),
    min_rate: nonnegative.default(0),
    epsilon: nonnegative.default(1e-8),
  }),
  /** A policy file, relative to the file that names it. */
  z.strictObject({ name: z.literal('policy'), path: z.string().min(1) }),
]);

export type ScheduleSpec = z.output<typeof scheduleSpecSchema>;
export type ScheduleSpecInput = z.input<typeof scheduleSpecSchema>;
export type PlateauSpec = Extract<ScheduleSpec, { name: 'plateau' }>;
export type OpenLoopSpec = Exclude<ScheduleSpec, { name: 'policy' | 'plateau' }>;
