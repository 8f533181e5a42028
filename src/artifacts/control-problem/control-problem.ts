import { z } from 'zod';
import { finite, increasing, nonnegative, positive, positiveCount } from '../shared/common.js';
import { checkProblem } from './rules.js';

/** An expression in mathjs syntax, or a number. */
export const expression = z.union([
  z.string().refine((text) => text.length <= 10_000, { error: 'must have at most 10,000 characters' }),
  finite,
]);

/** An expression that may be left out. */
const optionalExpression = expression.nullable().default(null);

/** What holds at a face of the domain; more in `solvers/problem/control-problem.ts`. */
const boundary = z.union([
  z
    .enum(['natural', 'reflecting', 'linear', 'state_constraint', 'periodic'])
    .describe(
      'natural: the equation itself, refused where drift can point outward or diffusion does not vanish; reflecting: zero ' +
        'derivative, outward drift suppressed; linear: zero second derivatives, mixed ones too, for truncated domains, ' +
        'not monotone where drift points outward; state_constraint: only controls whose drift does not point outward; ' +
        'periodic: both faces are one point, to be given for both.',
    ),
  z.strictObject({ dirichlet: expression }).describe('The value, of t and the other states; it wins where faces meet.'),
  z.strictObject({ slope: expression }).describe('dV/dstate in the state itself, of t and the other states.'),
]);

const stateSchema = z.strictObject({
  name: z.string(),
  domain: z
    .tuple([finite, finite])
    .optional()
    .describe('Lower and upper end; may be left out where the nodes are listed.'),
  nodes: z
    .union([z.int(), z.array(finite).max(10_000_000)])
    .default(101)
    .describe('How many, or the nodes themselves.'),
  spacing: z
    .enum(['uniform', 'log', 'sinh'])
    .optional()
    .describe('Where the nodes lie, unless they are listed; uniform by default.'),
  center: finite.optional().describe('sinh: where nodes crowd.'),
  strength: positive
    .max(20)
    .optional()
    .describe('sinh: how much they crowd; the spacing grows like cosh of it. 3 by default.'),
  coordinate: z
    .enum(['identity', 'log'])
    .default('identity')
    .describe("Where differences are taken: in the state, or in its logarithm (with Ito's correction)."),
  boundary: z
    .tuple([boundary, boundary])
    .default(['natural', 'natural'])
    .describe('What holds at the lower and upper face.'),
});

const controlSchema = z.union([
  z
    .strictObject({ name: z.string(), bounds: z.tuple([expression, expression]) })
    .describe('An interval; bounds of t and the states, equal ones allowed.'),
  z.strictObject({ name: z.string(), values: z.array(finite).min(1).max(10_000) }).describe('A finite set.'),
]);

const timeSchema = z.union([
  z.strictObject({ steps: positiveCount }).describe('Equal steps.'),
  z.strictObject({ levels: increasing }).describe('Every level, from 0 to the horizon.'),
]);

/** One number for each state; a query may have `t` beside them. */
export const point = z.record(z.string(), finite);

const fields = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal('control_problem'),
  schema_version: z.string().regex(/^\d+\.\d+\.\d+$/),
  name: z.string().min(1).default('control problem'),
  objective: z.enum(['minimize', 'maximize']).default('minimize'),
  parameters: z.record(z.string(), finite).default({}).describe('Fixed numbers by name.'),
  horizon: z
    .union([positive, z.literal('infinite')])
    .describe('Infinite: with a positive discount, without t, terminal_cost and time.'),
  discount: nonnegative.default(0).describe('Rate at which costs are discounted.'),
  states: z.array(stateSchema).min(1).max(3),
  controls: z.array(controlSchema).max(2),
  drift: z.array(expression).describe('Of each state, per unit of time.'),
  covariance: z
    .array(z.array(expression))
    .describe('Instantaneous covariance matrix, row by row; positive semidefinite at every node.'),
  running_cost: optionalExpression.describe('Cost (or reward) per unit of time.'),
  terminal_cost: optionalExpression.describe('Cost (or reward) at the horizon, of the states.'),
  time: timeSchema.nullable().optional().describe('Time levels of a finite horizon; 200 equal steps by default.'),
  query: z.array(point).max(100_000).default([]).describe('Where the answer is wanted; t is 0 by default.'),
  start: point.nullable().default(null).describe('Where --density and --simulate start.'),
  obstacle: optionalExpression.describe(
    'Optimal stopping at this cost or reward: the value never exceeds it when minimising, never falls below it otherwise.',
  ),
  risk: finite
    .nullable()
    .default(null)
    .describe(
      'theta of the criterion (1/theta) ln E exp(theta cost), of the cost or of the reward; not with a discount.',
    ),
  uncertainty: z
    .record(z.string(), z.tuple([finite, finite]))
    .default({})
    .describe('Boxes of parameters, in which the problem must be affine: the worst vertex is taken at every node.'),
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
  threads: z.number().int().min(1).max(64).default(1).describe('Of the kernel wasm with two and three states.'),
  tolerance: z
    .number()
    .gt(0)
    .lt(1)
    .default(1e-9)
    .describe('Policy iteration stops when a step is known to this, relative to the largest value.'),
  maximum_policy_iterations: positiveCount
    .default(200)
    .describe('In one time step; of the one equation over an infinite horizon.'),
  wider_domain: z
    .boolean()
    .default(false)
    .describe('Solves on a wider domain too, to estimate the share of the truncation in the error.'),
  limits: z
    .strictObject({ node_steps: positive.default(1e9), bytes: positive.default(2e9) })
    .prefault({})
    .describe(
      'Refused beyond these, before anything is allocated: work in nodes times steps times vertices of the uncertain ' +
        'parameters (times values of controls / 16), and memory.',
    ),
});

/** A controlled diffusion on one to three states, its cost, its grid, and what is asked of it. */
export const controlProblemSchema = fields
  .superRefine(checkProblem)
  .transform(completed)
  .meta({ title: 'hjb-lr control problem' });

/** Time steps of a finite horizon, and how much `sinh` crowds, where the file says nothing. */
const STEPS = 200;
const STRENGTH = 3;

/** Fills in the defaults that depend on other fields. */
function completed(file: z.output<typeof fields>) {
  const infinite = file.horizon === 'infinite';
  return {
    ...file,
    states: file.states.map(completedState),
    time: infinite ? null : (file.time ?? { steps: STEPS }),
    query: file.query.map((query) => (infinite ? query : { ...query, t: query.t ?? 0 })),
  };
}

function completedState({ name, domain, ...state }: z.output<typeof stateSchema>) {
  if (Array.isArray(state.nodes)) {
    return { name, domain: [state.nodes[0], state.nodes.at(-1)!] as [number, number], ...state };
  }
  const spacing = state.spacing ?? ('uniform' as const);
  const crowding = spacing === 'sinh' ? { strength: state.strength ?? STRENGTH } : {};
  return { name, domain: domain!, ...state, spacing, ...crowding };
}

export type ControlProblemFile = z.output<typeof controlProblemSchema>;
export type ControlProblemInput = z.input<typeof controlProblemSchema>;
export type StateSpec = ControlProblemFile['states'][number];
export type ControlSpec = ControlProblemFile['controls'][number];
export type BoundarySpec = StateSpec['boundary'][number];
export type Expression = z.output<typeof expression>;
