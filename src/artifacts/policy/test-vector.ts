import { z } from 'zod';
import { count, finite, fraction, positiveCount } from '../shared/common.js';
import { attachedStateSchema } from './attached-state.js';
import { logNumberSchema } from '../shared/log-number.js';

/** One run of a policy, as every reader must reproduce it. */
export const policyTestSchema = z.strictObject({
  updates: positiveCount
    .optional()
    .describe("Length of the run in updates; the policy's horizon where this is missing."),
  state: attachedStateSchema
    .omit({ policy_id: true })
    .optional()
    .describe('State that the run goes on from; it starts at update 0 where this is missing.'),
  observations: z
    .array(
      z.union([
        logNumberSchema,
        z.null(),
        z.strictObject({
          value: logNumberSchema.describe('Loss that was measured.'),
          update: count.describe('Number of the update whose loss was measured.'),
        }),
        z.array(logNumberSchema),
      ]),
    )
    .describe(
      'Observations shown before each update of the test: null for nothing; a loss of the update before; a loss of an ' +
        'earlier update; or the weights, for a policy whose states are the weights.',
    ),
  controls: z
    .record(z.string(), z.array(finite))
    .describe('Expected values of every control at each update of the test, by name.'),
  reasons: z.array(z.string()).describe('Expected reason for the values of the controls at each update of the test.'),
  gradient_norms: z
    .array(logNumberSchema)
    .optional()
    .describe('Norm of the gradient at each update of the test, shown after its decision.'),
  clip_factors: z
    .array(fraction)
    .optional()
    .describe('Expected factor of the gradient at each update of the test; 0 for an update that makes no step.'),
});

export type PolicyTest = z.output<typeof policyTestSchema>;
