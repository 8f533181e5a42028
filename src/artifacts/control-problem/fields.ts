import { z } from 'zod';
import { editorSchema, finite, kind, nonnegative, positive, positiveCount, requiredVersion } from '../shared/common.js';
import { controlSchema, expression, optionalExpression, point, stateSchema, timeSchema } from './parts.js';

/** A control problem field by field; what holds between the fields is in `rules.ts`. */
export const problemFields = z.strictObject({
  $schema: editorSchema,
  kind: kind('control_problem'),
  schema_version: requiredVersion,
  name: z
    .string()
    .min(1)
    .default('control problem')
    .describe('Title of the control problem in messages, in the solution and in the report.'),
  objective: z
    .enum(['minimize', 'maximize'])
    .default('minimize')
    .describe(
      'Direction of the optimisation: minimize (the default) the expected cost, or maximize the expected reward.',
    ),
  parameters: z
    .record(z.string(), finite)
    .default({})
    .describe('Constants of the problem, by the names that they have in expressions.'),
  horizon: z
    .union([positive, z.literal('infinite')])
    .describe(
      'Length of the time interval, or "infinite": then with a positive discount (or a dirichlet face or an obstacle ' +
        'that ends every path), and without t, terminal_cost and ' +
        'time.',
    ),
  discount: nonnegative
    .default(0)
    .describe('Rate at which costs are discounted, per unit of time; 0 (no discount) by default.'),
  states: z
    .array(stateSchema)
    .min(1)
    .max(3)
    .describe('States of the controlled process, one to three, each with its domain and grid.'),
  controls: z
    .array(controlSchema)
    .max(2)
    .describe('Controls of the process, at most two, each an interval or a finite set.'),
  drift: z
    .array(expression)
    .describe('Drift of each state per unit of time, an expression of t, the states, the controls and the parameters.'),
  covariance: z
    .array(z.array(expression))
    .describe(
      'Instantaneous covariance matrix of the states per unit of time, row by row; positive semidefinite at every ' +
        'node.',
    ),
  running_cost: optionalExpression.describe('Running cost (or reward) per unit of time, an expression. Null for none.'),
  terminal_cost: optionalExpression.describe(
    'Terminal cost (or reward) at the horizon, an expression of the states. Null for none.',
  ),
  time: timeSchema.nullable().optional().describe('Time levels of a finite horizon; 200 equal steps by default.'),
  query: z
    .array(point)
    .max(100_000)
    .default([])
    .describe('Points at which value and controls are wanted: a number for each state, and t (0 by default).'),
  start: point
    .nullable()
    .default(null)
    .describe('Start of --density and --simulate: a number for each state, inside its domain. Null for none.'),
  obstacle: optionalExpression.describe(
    'Cost or reward of stopping, for optimal stopping: the value never exceeds it when minimising, never falls below ' +
      'it otherwise. Null for no stopping.',
  ),
  risk: finite
    .nullable()
    .default(null)
    .describe(
      'Risk parameter theta of the criterion (1/theta) ln E exp(theta cost), of the cost or of the reward; not with ' +
        'a discount. Null for the expectation.',
    ),
  uncertainty: z
    .record(z.string(), z.tuple([finite, finite]))
    .default({})
    .describe(
      'Intervals of uncertain parameters, in which the problem must be affine: the worst vertex is taken at every ' +
        'node. At most six.',
    ),
  keep: z
    .union([z.enum(['query', 'all']), positiveCount])
    .default('query')
    .describe('Time levels that solution.json keeps: those that the queries need (the default), all, or every k-th.'),
  scheme: z
    .enum(['accurate', 'monotone'])
    .default('accurate')
    .describe(
      'Discretisation: accurate (the default) is of second order where the solution is smooth and checked against ' +
        'the other, monotone is implicit and upwind.',
    ),
  kernel: z
    .enum(['typescript', 'wasm'])
    .default('typescript')
    .describe(
      'Program that carries out the passes over the nodes: typescript (the default) or wasm, which is faster and ' +
        'gives the same numbers.',
    ),
  threads: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Number of threads of the kernel wasm, used with two and three states; 1 by default.'),
  tolerance: z
    .number()
    .gt(0)
    .lt(1)
    .default(1e-9)
    .describe('Tolerance of policy iteration in a time step, relative to the largest value; 1e-9 by default.'),
  maximum_policy_iterations: positiveCount
    .default(200)
    .describe(
      'Largest number of policy iterations in one time step, or for the one equation over an infinite horizon; 200 ' +
        'by default.',
    ),
  wider_domain: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe(
      'Whether the problem is solved on wider domains too, to estimate the share of the truncation in the error: auto ' +
        '(the default) moves reflecting and linear faces, true those with a given value or slope too, false none.',
    ),
  limits: z
    .strictObject({
      node_steps: positive
        .default(1e9)
        .describe(
          'Largest work of a solve: nodes times steps times vertices of the uncertain parameters (times values of ' +
            'controls / 16, times 8 or 25 where one or two are searched); 1e9 by default.',
        ),
      bytes: positive.default(2e9).describe('Largest memory of a solve, in bytes; 2e9 by default.'),
    })
    .prefault({})
    .describe('Limits of work and memory. A problem beyond them is refused before anything is allocated.'),
});

export type ProblemFields = z.output<typeof problemFields>;
