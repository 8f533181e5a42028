import { z } from 'zod';
import { count, finite, positive } from '../shared/common.js';
import { logNumberSchema } from '../shared/log-number.js';

/** One run of a policy, as every reader must reproduce it. */
export const policyTestSchema = z.strictObject({
  observations: z
    .array(
      z.union([
        logNumberSchema,
        z.null(),
        z.strictObject({
          value: logNumberSchema.describe('Loss that was measured.'),
          update: count.describe('Number of the update whose loss was measured.'),
        }),
        z.array(finite),
      ]),
    )
    .describe(
      'Observations shown before update 0, 1, ...: null for nothing; a loss of the update before; a loss of an ' +
        'earlier update; or the weights, for a policy whose states are the weights.',
    ),
  controls: z
    .record(z.string(), z.array(finite))
    .describe('Expected values of every control at each update of the test, by name.'),
  reasons: z.array(z.string()).describe('Expected reason for the values of the controls at each update of the test.'),
  gradient_norms: z
    .array(positive)
    .optional()
    .describe('Norm of the gradient at each update of the test, where the policy clips.'),
  clip_factors: z
    .array(positive)
    .optional()
    .describe('Expected factor of the gradient clip at each update of the test.'),
});

export type PolicyTest = z.output<typeof policyTestSchema>;
