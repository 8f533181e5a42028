import { z } from 'zod';
import { count, finite, increasing, nonnegative, schemaVersion, timestamp } from './common.js';
import { provenanceSchema } from './policy.js';

export const solutionSchema = z
  .strictObject({
    kind: z.literal('solution'),
    schema_version: schemaVersion,
    name: z.string(),
    created_at: timestamp.optional(),
    closure: z.string(),
    axes: z.array(z.strictObject({ name: z.string(), grid: increasing, coordinate: z.enum(['identity', 'log']) })),
    /** The time levels that are kept, in updates. */
    times: increasing,
    /** One row-major array over the axes for each kept time level; null where not finite. */
    value: z.array(z.array(finite.nullable())),
    control: z.array(z.array(finite.nullable())),
    status: z.enum(['converged', 'max_iterations', 'non_finite']),
    remedy: z.string(),
    residual: nonnegative,
    policy_iterations: z.strictObject({ mean: nonnegative, max: count }),
    monotone: z.strictObject({ space: z.boolean(), first_offender: z.string().nullable() }),
    steps: count,
    seconds: nonnegative.optional(),
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr solution' });

export type Solution = z.output<typeof solutionSchema>;
