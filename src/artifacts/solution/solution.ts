import { z } from 'zod';
import { HjbLrError } from '../../errors.js';
import { count, finite, increasing, nonnegative, schemaVersion, timestamp } from '../shared/common.js';
import { provenanceSchema } from '../shared/provenance.js';
import { problemSolutionSchema } from './problem-solution.js';

/** The solution of the control problem of a fitted closure. */
export const closureSolutionSchema = z
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
  .meta({ title: 'hjb-lr solution of a closure' });

/** Either has the kind `solution`: that of a closure, or that of a control problem, which it repeats. */
export const solutionSchema = z
  .union([closureSolutionSchema, problemSolutionSchema])
  .meta({ title: 'hjb-lr solution' });

export type Solution = z.output<typeof closureSolutionSchema>;

/**
 * A solution that has to be that of a closure.
 * @throws E_KIND for that of a control problem; `file` only names it
 */
export function closureSolution(solution: z.output<typeof solutionSchema>, file: string): Solution {
  if ('closure' in solution) return solution;
  throw new HjbLrError('E_KIND', `${file} is the solution of a control problem, not of a fitted closure.`, {
    remedy: 'Give the solution that `hjb-lr solve COEFFICIENTS` wrote.',
    fields: { file },
  });
}
