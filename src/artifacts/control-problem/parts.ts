import { z } from 'zod';
import { finite, increasing, positive, positiveCount } from '../shared/common.js';

/** An expression in mathjs syntax, or a number. */
export const expression = z.union([
  z.string().refine((text) => text.length <= 10_000, { error: 'must have at most 10,000 characters' }),
  finite,
]);

/** An expression that may be left out. */
export const optionalExpression = expression.nullable().default(null);

/** One number for each state; a query may have `t` beside them. */
export const point = z.record(z.string(), finite);

/** What holds at a face of the domain; more in `solvers/problem/control-problem.ts`. */
const boundary = z.union([
  z
    .enum(['natural', 'reflecting', 'linear', 'state_constraint', 'periodic'])
    .describe(
      'Condition at the face. natural: the equation itself, refused where drift can point outward or diffusion does ' +
        'not vanish; reflecting: zero derivative, outward drift suppressed; linear: zero second derivatives, mixed ' +
        'ones too, for truncated domains, not monotone where drift points outward; state_constraint: only controls ' +
        'whose drift does not point outward; periodic: both faces are one point, to be given for both.',
    ),
  z.strictObject({
    dirichlet: expression.describe(
      'Value V at this face of the domain, an expression of t and the other states. It wins where faces meet.',
    ),
  }),
  z.strictObject({
    slope: expression.describe(
      'Derivative dV/dstate of the value V at this face of the domain, in the state itself: an expression of t and ' +
        'the other states.',
    ),
  }),
]);

export const stateSchema = z.strictObject({
  name: z.string().describe('Name of the state in expressions: a letter, then letters, digits and _.'),
  domain: z
    .tuple([finite, finite])
    .optional()
    .describe("Lower and upper end of the state's domain. They may be left out where the nodes are listed."),
  nodes: z
    .union([z.int(), z.array(finite).max(10_000_000)])
    .default(101)
    .describe(
      'Number of grid nodes along the state (3 or more), or the nodes themselves in increasing order; 101 by default.',
    ),
  spacing: z
    .enum(['uniform', 'log', 'sinh'])
    .optional()
    .describe('Spacing of the grid nodes along the state, unless they are listed; uniform by default.'),
  center: finite
    .optional()
    .describe('Point around which the nodes crowd with the spacing sinh, in units of the state.'),
  strength: positive
    .max(20)
    .optional()
    .describe(
      'Strength with which the nodes crowd with the spacing sinh: the spacing grows like cosh of it. 3 by default.',
    ),
  coordinate: z
    .enum(['identity', 'log'])
    .default('identity')
    .describe(
      'Coordinate in which differences are taken: identity (the default) for the state itself, log for its ' +
        "logarithm, with Ito's correction.",
    ),
  boundary: z
    .tuple([boundary, boundary])
    .default(['natural', 'natural'])
    .describe('Conditions at the lower and at the upper face of the domain; natural by default.'),
});

const controlName = z.string().describe('Name of the control in expressions: a letter, then letters, digits and _.');

export const controlSchema = z.union([
  z.strictObject({
    name: controlName,
    bounds: z
      .tuple([expression, expression])
      .describe("Lower and upper end of the control's interval, expressions of t and the states. They may be equal."),
  }),
  z.strictObject({
    name: controlName,
    values: z.array(finite).min(1).max(10_000).describe('Finite set of values that the control is chosen from.'),
  }),
]);

export const timeSchema = z.union([
  z.strictObject({ steps: positiveCount.describe('Number of equal time steps into which the horizon is cut.') }),
  z.strictObject({ levels: increasing.describe('Time levels, all of them, from 0 to the horizon.') }),
]);
