import { z } from 'zod';
import { finite, nonnegative, positive } from '../shared/common.js';

/** Parameters of the two closures' filters; the recursion itself is documented in `src/schedules/filters`. */
export const lossAloneFilterSchema = z.strictObject({
  kind: z.literal('loss_alone'),
  /** loss = floor + excess; d excess = -u slow_rate excess^slow_exponent + u^2 noise_gain (floor + excess). */
  parameters: z.strictObject({
    floor: nonnegative,
    slow_rate: positive,
    slow_exponent: positive,
    noise_gain: nonnegative,
    /** Standard deviation of ln excess gained in one update at the rate `rate_scale`. */
    process_deviation: nonnegative,
    /** Standard deviation of one observed minibatch loss, as a share of the loss. */
    observation_deviation: positive,
    rate_scale: positive,
  }),
  initial: z.strictObject({ mean: z.array(finite).length(1), covariance: z.array(z.array(finite)).length(1) }),
});

export const slowNoiseFilterSchema = z.strictObject({
  kind: z.literal('slow_noise_memory'),
  parameters: z.strictObject({
    floor: nonnegative,
    slow_rate: positive,
    slow_exponent: positive,
    noise_gain: nonnegative,
    /** Rate at which the noise part forgets: noise <- noise (1 - min(u memory_rate, 1))^2 + u^2 noise_gain loss. */
    memory_rate: positive,
    slow_process_deviation: nonnegative,
    noise_process_deviation: nonnegative,
    observation_deviation: positive,
    rate_scale: positive,
  }),
  /** Mean and covariance of (ln slow, ln noise) before the first observation. */
  initial: z.strictObject({
    mean: z.array(finite).length(2),
    covariance: z.array(z.array(finite).length(2)).length(2),
  }),
});

export const filterSchema = z.discriminatedUnion('kind', [lossAloneFilterSchema, slowNoiseFilterSchema]);

export type FilterSpec = z.output<typeof filterSchema>;
export type LossAloneFilter = z.output<typeof lossAloneFilterSchema>;
export type SlowNoiseFilter = z.output<typeof slowNoiseFilterSchema>;
