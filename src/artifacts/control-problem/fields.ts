import { z } from 'zod';
import { editorSchema, finite, kind, nonnegative, positive, positiveCount } from '../shared/common.js';
import { controlSchema, expression, optionalExpression, point, stateSchema, timeSchema } from './parts.js';

/** A control problem field by field; what holds between the fields is in `rules.ts`. */
export const problemFields = z.strictObject({
  $schema: editorSchema,
  kind: kind('control_problem'),
  schema_version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/)
    .describe('Version of the schema that the file follows, for example 1.0.0.'),
  name: z.string().min(1).default('control problem').describe('Title in messages, in the solution and in the report.'),
  objective: z
    .enum(['minimize', 'maximize'])
    .default('minimize')
    .describe('Whether the expected cost is minimised or the expected reward is maximised.'),
  parameters: z.record(z.string(), finite).default({}).describe('Fixed numbers by the names they have in expressions.'),
  horizon: z
    .union([positive, z.literal('infinite')])
    .describe(
      'Length of the time interval, or "infinite": then with a positive discount, and without t, terminal_cost and time.',
    ),
  discount: nonnegative.default(0).describe('Rate at which costs are discounted, per unit of time.'),
  states: z.array(stateSchema).min(1).max(3).describe('One to three states, each with its domain and grid.'),
  controls: z.array(controlSchema).max(2).describe('At most two controls, each an interval or a finite set.'),
  drift: z
    .array(expression)
    .describe('Drift of each state per unit of time: an expression of t, the states, the controls and the parameters.'),
  covariance: z
    .array(z.array(expression))
    .describe('Instantaneous covariance matrix, row by row; positive semidefinite at every node.'),
  running_cost: optionalExpression.describe('Cost (or reward) per unit of time. Null for none.'),
  terminal_cost: optionalExpression.describe(
    'Cost (or reward) at the horizon, an expression of the states. Null for none.',
  ),
  time: timeSchema.nullable().optional().describe('Time levels of a finite horizon; 200 equal steps by default.'),
  query: z
    .array(point)
    .max(100_000)
    .default([])
    .describe('Points at which the answer is wanted: a number for each state, and t (0 by default).'),
  start: point
    .nullable()
    .default(null)
    .describe('Where --density and --simulate start: a number for each state, inside its domain.'),
  obstacle: optionalExpression.describe(
    'Optimal stopping at this cost or reward: the value never exceeds it when minimising, never falls below it otherwise.',
  ),
  risk: finite
    .nullable()
    .default(null)
    .describe(
      'theta of the criterion (1/theta) ln E exp(theta cost), of the cost or of the reward; not with a discount. ' +
        'Null for the expectation.',
    ),
  uncertainty: z
    .record(z.string(), z.tuple([finite, finite]))
    .default({})
    .describe(
      'Intervals of parameters, in which the problem must be affine: the worst vertex is taken at every node. At most six.',
    ),
  keep: z
    .union([z.enum(['query', 'all']), positiveCount])
    .default('query')
    .describe('Time levels in solution.json: those that the queries need, all, or every k-th.'),
  scheme: z
    .enum(['accurate', 'monotone'])
    .default('accurate')
    .describe(
      'accurate: of second order where the solution is smooth, checked against the other; monotone: implicit, upwind.',
    ),
  kernel: z
    .enum(['typescript', 'wasm'])
    .default('typescript')
    .describe('What carries out the passes over the nodes: the numbers are the same, wasm is faster.'),
  threads: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Threads of the kernel wasm, used with two and three states.'),
  tolerance: z
    .number()
    .gt(0)
    .lt(1)
    .default(1e-9)
    .describe('Policy iteration stops when a step is known to this, relative to the largest value.'),
  maximum_policy_iterations: positiveCount
    .default(200)
    .describe('Most policy iterations in one time step, or for the one equation over an infinite horizon.'),
  wider_domain: z
    .boolean()
    .default(false)
    .describe('Solves on a wider domain too, to estimate the share of the truncation in the error.'),
  limits: z
    .strictObject({
      node_steps: positive
        .default(1e9)
        .describe(
          'Most work: nodes times steps times vertices of the uncertain parameters (times values of controls / 16).',
        ),
      bytes: positive.default(2e9).describe('Most memory, in bytes.'),
    })
    .prefault({})
    .describe('A problem beyond these is refused before anything is allocated.'),
});

export type ProblemFields = z.output<typeof problemFields>;
