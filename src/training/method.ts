import { z } from 'zod';
import { fraction, positive } from '../artifacts/common.js';
import { clipSchema, optimizerSchema } from '../artifacts/experiment.js';
import { scheduleSpecSchema } from '../schedules/index.js';

/** A way of training: the schedule, the optimizer that takes the rate, and the clip. */
export const methodSchema = z.strictObject({
  schedule: scheduleSpecSchema,
  optimizer: z.discriminatedUnion('name', [
    optimizerSchema,
    /** Defazio et al. 2024: gradient at (1 - beta) z + beta x, weighted average x with weights rate^2. */
    z.strictObject({ name: z.literal('schedule_free'), beta: fraction.default(0.9) }),
    /** Defazio & Mishchenko 2023, with SGD steps: for its reading alone. */
    z.strictObject({
      name: z.literal('d_adaptation'),
      initial_distance_factor: positive.default(1e-3),
      minimum_updates: z.int().positive().default(30),
      growth: positive.default(0.02),
      window: fraction.default(0.4),
    }),
  ]),
  clip: clipSchema.nullable().default(null),
});

export type Method = z.output<typeof methodSchema>;
export type MethodInput = z.input<typeof methodSchema>;
