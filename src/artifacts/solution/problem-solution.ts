import { z } from 'zod';
import { count, finite, nonnegative, schemaVersion, timestamp } from '../shared/common.js';
import { controlProblemSchema } from '../control-problem/control-problem.js';
import { provenanceSchema } from '../shared/provenance.js';

const optional = finite.nullable();
/** A number for each control, by name. */
const byControl = z.record(z.string(), optional).nullable();
/** A number for each state, by name. */
const byState = z.record(z.string(), optional);

/** What a solve found out, lists in the order of the queries; null where a number is not finite or not known. */
export const problemResultSchema = z.strictObject({
  status: z.enum(['converged', 'max_iterations', 'non_finite']),
  /** What to do about the status. */
  remedy: z.string(),
  values: z.array(optional),
  controls: z.array(byControl),
  inside: z.array(z.boolean()),
  error_estimates: z.strictObject({ values: z.array(optional), controls: z.array(byControl) }),
  /** Of the values under refinement; null where it means nothing, and a warning says why. */
  observed_order: optional,
  monotone: z.strictObject({ space: z.boolean(), time: z.boolean(), first_offender: z.string().nullable() }),
  /** Values of the monotone scheme. */
  monotone_values: z.array(optional),
  /** Change of the values on a wider domain; null unless asked for. */
  truncation: z.array(optional).nullable(),
  warnings: z.array(z.string()),
  policy_iterations: z.strictObject({ mean: nonnegative, max: count }),
  /** Largest residual of the full discrete equation; null where it is not finite. */
  residual: nonnegative.nullable(),
  kernel: z.string(),
  seconds: nonnegative,
  /** The state at the last level under the policy, from `start` (`--density`). */
  density: z
    .strictObject({
      status: z.string(),
      time: finite,
      mass: optional,
      absorbed: optional,
      mean: byState,
      standard_deviation: byState,
    })
    .optional(),
  /** Monte Carlo of the closed loop, from `start` (`--simulate`). */
  simulation: z
    .strictObject({
      paths: count,
      seed: count,
      /** Of an uncertain problem: the vertex of the box at which the cost is worst; the others were simulated too. */
      worst_case: z.record(z.string(), finite).optional(),
      cost: optional,
      standard_error: optional,
      /** Cost under steps twice as long less this cost, under the same noise. */
      step_bias: optional,
      /** V(0, start), and how many standard errors the cost lies above it; null where all paths cost the same. */
      value: optional,
      deviation: optional,
      warnings: z.array(z.string()),
    })
    .optional(),
});

/** Numbers in a NumPy file beside this one: little-endian doubles in C order, those that are not finite as they are. */
export const arrayFileSchema = z.strictObject({
  file: z.string(),
  dtype: z.literal('<f8'),
  order: z.literal('C'),
  shape: z.array(count),
  sha256: z.string(),
});

/** Numbers, or the file that holds them. */
const list = z.union([z.array(finite), arrayFileSchema]);

/** One row-major array for each kept level, or all of them in a file of shape [levels, ...nodes]. */
const levels = z.union([z.array(z.array(optional)), arrayFileSchema]);

export const problemSolutionSchema = z
  .strictObject({
    kind: z.literal('solution'),
    schema_version: schemaVersion,
    name: z.string(),
    created_at: timestamp.optional(),
    /** The problem, every default filled in. */
    problem: controlProblemSchema,
    axes: z.array(z.strictObject({ name: z.string(), grid: list, coordinate: z.enum(['identity', 'log']) })),
    /** Names of the controls, which lie innermost in `control`. */
    controls: z.array(z.string()),
    /** The time levels that are kept; 0 over an infinite horizon. */
    times: list,
    value: levels,
    control: levels,
    /** Density of the state at these levels (`--density`). */
    density: z.strictObject({ times: list, values: levels }).optional(),
    result: problemResultSchema,
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr solution of a control problem' });

export type ProblemSolution = z.output<typeof problemSolutionSchema>;
export type ProblemResult = z.output<typeof problemResultSchema>;
export type ArrayFile = z.output<typeof arrayFileSchema>;
