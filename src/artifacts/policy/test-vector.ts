import { z } from 'zod';
import { count, finite, positive } from '../shared/common.js';

const observed = z.union([finite, z.enum(['nan', 'inf', '-inf'])]);

/** One run of a policy, as every reader must reproduce it. */
export const policyTestSchema = z.strictObject({
  observations: z
    .array(
      z.union([
        observed,
        z.null(),
        z.strictObject({
          value: observed.describe('The loss that was measured.'),
          update: count.describe('The update that it belongs to.'),
        }),
        z.array(finite),
      ]),
    )
    .describe(
      'What is shown before update 0, 1, ...: null for nothing; a loss of the update before; a loss of an earlier update; ' +
        'or the weights, for a policy whose states are the weights.',
    ),
  controls: z
    .record(z.string(), z.array(finite))
    .describe('Expected value of every named control at each of these updates.'),
  reasons: z.array(z.string()).describe('Expected reason at each of these updates.'),
  gradient_norms: z
    .array(positive)
    .optional()
    .describe('Norm of the gradient of each of these updates, where the policy clips.'),
  clip_factors: z.array(positive).optional().describe('Expected factor of the clip at each of these updates.'),
});

export type PolicyTest = z.output<typeof policyTestSchema>;
