import { z } from 'zod';
import { finite, increasing, nonnegative, positive, positiveCount } from './common.js';
import { checkProblem } from './control-problem-rules.js';

/** An expression in mathjs syntax, or a number. */
export const expression = z.union([
  z.string().refine((text) => text.length <= 10_000, { error: 'must have at most 10,000 characters' }),
  finite,
]);

/** An expression that may be left out. */
const optionalExpression = expression.nullable().default(null);

/** What holds at a face of the domain; `solvers/problem/control-problem.ts` says what each of them means. */
const boundary = z.union([
  z.enum(['natural', 'reflecting', 'linear', 'state_constraint', 'periodic']),
  z.strictObject({ dirichlet: expression }),
  z.strictObject({ slope: expression }),
]);

const stateSchema = z.strictObject({
  name: z.string(),
  /** Lower and upper end; may be left out where the nodes are listed. */
  domain: z.tuple([finite, finite]).optional(),
  /** How many, or the nodes themselves. */
  nodes: z.union([z.int(), z.array(finite).max(10_000_000)]).default(101),
  /** Where the nodes lie, unless they are listed. */
  spacing: z.enum(['uniform', 'log', 'sinh']).optional(),
  /** `sinh`: where nodes crowd, and how much. */
  center: finite.optional(),
  strength: positive.max(20).optional(),
  /** Where differences are taken. */
  coordinate: z.enum(['identity', 'log']).default('identity'),
  boundary: z.tuple([boundary, boundary]).default(['natural', 'natural']),
});

const controlSchema = z.union([
  z.strictObject({ name: z.string(), bounds: z.tuple([expression, expression]) }),
  z.strictObject({ name: z.string(), values: z.array(finite).min(1).max(10_000) }),
]);

const timeSchema = z.union([z.strictObject({ steps: positiveCount }), z.strictObject({ levels: increasing })]);

/** One number for each state; a query may have `t` beside them. */
export const point = z.record(z.string(), finite);

const fields = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal('control_problem'),
  schema_version: z.string().regex(/^\d+\.\d+\.\d+$/),
  name: z.string().min(1).default('control problem'),
  objective: z.enum(['minimize', 'maximize']).default('minimize'),
  /** Fixed numbers by name. */
  parameters: z.record(z.string(), finite).default({}),
  horizon: z.union([positive, z.literal('infinite')]),
  discount: nonnegative.default(0),
  states: z.array(stateSchema).min(1).max(3),
  controls: z.array(controlSchema).max(2),
  drift: z.array(expression),
  /** Instantaneous covariance matrix, row by row. */
  covariance: z.array(z.array(expression)),
  running_cost: optionalExpression,
  terminal_cost: optionalExpression,
  time: timeSchema.nullable().optional(),
  query: z.array(point).max(100_000).default([]),
  /** Where density and simulation start. */
  start: point.nullable().default(null),
  /** Optimal stopping at this cost or reward. */
  obstacle: optionalExpression,
  /** theta of (1/theta) ln E exp(theta cost). */
  risk: finite.nullable().default(null),
  /** Boxes of parameters: the worst of their vertices is taken at every node. */
  uncertainty: z.record(z.string(), z.tuple([finite, finite])).default({}),
  /** Time levels that are kept. */
  keep: z.union([z.enum(['query', 'all']), positiveCount]).default('query'),
  scheme: z.enum(['accurate', 'monotone']).default('accurate'),
  /** What carries out the passes over the nodes: the numbers are the same, wasm is faster. */
  kernel: z.enum(['typescript', 'wasm']).default('typescript'),
  /** Threads of the kernel wasm with two and three states. */
  threads: z.number().int().min(1).max(64).default(1),
  /** Policy iteration stops when a step is known to this, relative to the largest value. */
  tolerance: z.number().gt(0).lt(1).default(1e-9),
  maximum_policy_iterations: positiveCount.default(50),
  /** Solves on a wider domain too, to estimate the share of the truncation in the error. */
  wider_domain: z.boolean().default(false),
  /** Refused beyond these, before anything is allocated. */
  limits: z.strictObject({ node_steps: positive.default(1e9), bytes: positive.default(2e9) }).prefault({}),
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
