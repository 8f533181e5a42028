import { z } from 'zod';
import { count, finite, nonnegative } from '../shared/common.js';

const filterMemorySchema = z.strictObject({
  update: count.describe('Update n that the mean and the covariance stand before.'),
  mean: z.array(finite).describe("Mean of the filter's states before update n."),
  covariance: z.array(finite).describe("Covariance of the filter's states before update n, row-major."),
  rates: z.array(nonnegative).describe('Learning rates of the updates n, n + 1, ..., up to the last one decided.'),
});

/** What a policy remembers of its run, as readers of every language write it (docs/policy-format.md, "State"). */
export const attachedStateSchema = z.strictObject({
  policy_id: z.string().describe('The policy_id of the policy whose state this is.'),
  clipped: z.boolean().describe('Whether the update that was decided last was clipped or skipped.'),
  clip: nonnegative.nullable().describe('Memory of the gradient clip; null before the first gradient.'),
  schedule: z
    .strictObject({
      updates: count.describe('Number of updates decided.'),
      filter: filterMemorySchema.nullable().describe('Memory of the filter; null for a policy without one.'),
      observed: z.int().min(-1).describe('Update whose loss was shown last; -1 before the first one.'),
      missing: count.describe('Number of updates in a row for which the loss was missing.'),
      trouble: z
        .enum(['nan', 'inf', 'negative'])
        .nullable()
        .describe('What was wrong with the loss that was shown last; null for nothing.'),
      guarded: z
        .record(z.string(), finite)
        .nullable()
        .describe('Last value of every control before its warm-up and rounding; null before the first decision.'),
    })
    .describe('Memory of the decisions.'),
});

export type AttachedStateFile = z.output<typeof attachedStateSchema>;
