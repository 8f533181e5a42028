import { z } from 'zod';
import { fraction, positive } from '../artifacts/shared/common.js';
import {
  AVERAGES_TWICE,
  averagesTwice,
  averagingSchema,
  clipSchema,
  optimizerSchema,
  recoverySchema,
  stoppingSchema,
  type Experiment,
} from '../artifacts/experiment/experiment.js';
import { trainingAttackSchema } from '../artifacts/experiment/attacks.js';
import { issuesOf } from '../artifacts/shared/issues.js';
import { HjbLrError } from '../errors.js';
import { scheduleSpecSchema } from '../schedules/index.js';

/** Defazio & Mishchenko 2023, with SGD steps: for its reading alone. */
const dAdaptationSchema = z.strictObject({
  name: z.literal('d_adaptation'),
  initial_distance_factor: positive.default(1e-3),
  minimum_updates: z.int().positive().default(30),
  growth: positive.default(0.02),
  window: fraction.default(0.4),
});

/**
 * A way of training: the schedule, the optimizer that takes the rate, the clip, and the average that is evaluated; where it
 * brings them, an attack in place of the experiment's, what it does about a collapse, and when it stops.
 */
export const methodSchema = z
  .strictObject({
    schedule: scheduleSpecSchema,
    optimizer: z.discriminatedUnion('name', [...optimizerSchema.options, dAdaptationSchema]),
    clip: clipSchema.nullable().default(null),
    averaging: averagingSchema.nullable().default(null),
    attack: trainingAttackSchema.optional(),
    recovery: recoverySchema.optional(),
    stopping: stoppingSchema.nullable().default(null),
  })
  .refine((method) => !averagesTwice(method), { error: AVERAGES_TWICE, path: ['averaging'] });

export type Method = z.output<typeof methodSchema>;
export type MethodInput = z.input<typeof methodSchema>;

/**
 * A method, complete.
 * @throws E_INVALID with every issue, for example an averaging on top of Schedule-Free
 */
export function resolveMethod(input: MethodInput): Method {
  const parsed = methodSchema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', 'This way of training does not fit together.', {
    remedy: 'Correct these fields of the experiment or of the schedule.',
    issues: issuesOf(parsed.error),
  });
}

/**
 * The method of an experiment under a schedule: what the schedule does not bring itself is the experiment's.
 * @throws E_INVALID with every issue
 */
export function methodUnder(
  { optimizer, averaging }: Pick<Experiment, 'optimizer' | 'averaging'>,
  schedule: Omit<MethodInput, 'optimizer' | 'averaging'> & Partial<Pick<MethodInput, 'optimizer'>>,
): Method {
  return resolveMethod({ optimizer, averaging, ...schedule });
}

/**
 * A run that follows a policy file, all else being the experiment's: its rule, its average, and what it does that collapses.
 * @param clip - the file's own, or the one that it was made for
 */
export function methodFollowing(
  { optimizer, averaging, policy: { recovery } }: Pick<Experiment, 'optimizer' | 'averaging' | 'policy'>,
  path: string,
  clip: MethodInput['clip'],
) {
  const follows = { schedule: { name: 'policy' as const, path }, optimizer, clip, averaging };
  return { ...follows, ...(recovery === null ? {} : { recovery }) } satisfies MethodInput;
}
