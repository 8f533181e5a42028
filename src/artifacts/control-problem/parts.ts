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
      'natural: the equation itself, refused where drift can point outward or diffusion does not vanish; reflecting: zero ' +
        'derivative, outward drift suppressed; linear: zero second derivatives, mixed ones too, for truncated domains, ' +
        'not monotone where drift points outward; state_constraint: only controls whose drift does not point outward; ' +
        'periodic: both faces are one point, to be given for both.',
    ),
  z.strictObject({
    dirichlet: expression.describe(
      'The value at this face, an expression of t and the other states. It wins where faces meet.',
    ),
  }),
  z.strictObject({
    slope: expression.describe(
      'The derivative dV/dstate at this face, in the state itself: an expression of t and the other states.',
    ),
  }),
]);

export const stateSchema = z.strictObject({
  name: z.string().describe('Name of the state in expressions: a letter, then letters, digits and _.'),
  domain: z
    .tuple([finite, finite])
    .optional()
    .describe('Lower and upper end. They may be left out where the nodes are listed.'),
  nodes: z
    .union([z.int(), z.array(finite).max(10_000_000)])
    .default(101)
    .describe('How many nodes the grid has (3 or more), or the nodes themselves in increasing order.'),
  spacing: z
    .enum(['uniform', 'log', 'sinh'])
    .optional()
    .describe('How the nodes are spaced, unless they are listed. uniform by default.'),
  center: finite.optional().describe('With the spacing sinh: where the nodes crowd, in units of the state.'),
  strength: positive
    .max(20)
    .optional()
    .describe('With the spacing sinh: how much the nodes crowd. The spacing grows like cosh of it. 3 by default.'),
  coordinate: z
    .enum(['identity', 'log'])
    .default('identity')
    .describe("Where differences are taken: in the state, or in its logarithm (with Ito's correction)."),
  boundary: z
    .tuple([boundary, boundary])
    .default(['natural', 'natural'])
    .describe('What holds at the lower and at the upper face of the domain.'),
});

const controlName = z.string().describe('Name of the control in expressions: a letter, then letters, digits and _.');

export const controlSchema = z.union([
  z.strictObject({
    name: controlName,
    bounds: z
      .tuple([expression, expression])
      .describe('Ends of an interval: expressions of t and the states. They may be equal.'),
  }),
  z.strictObject({
    name: controlName,
    values: z.array(finite).min(1).max(10_000).describe('The finite set that the control is chosen from.'),
  }),
]);

export const timeSchema = z.union([
  z.strictObject({ steps: positiveCount.describe('How many equal steps the horizon is cut into.') }),
  z.strictObject({ levels: increasing.describe('Every time level, from 0 to the horizon.') }),
]);
