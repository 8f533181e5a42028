import { z } from 'zod';
import { finite, nonnegative, positive, positiveCount } from '../shared/common.js';
import { expression } from '../control-problem/parts.js';

const numbers = z.array(finite);
const matrix = z.array(numbers);

const mean = numbers.describe('Mean of the inputs, then of the label if there is one.');
const covariance = matrix.describe('Covariance matrix of the inputs and the label, row by row; positive semidefinite.');

/** The law of one example: the inputs and then the label, if there is one. */
export const dataSchema = z.union([
  z.strictObject({
    gaussian: z.strictObject({ mean, covariance }).describe('Examples of a normal law.'),
  }),
  z.strictObject({
    mixture: z
      .array(
        z.strictObject({
          weight: positive.describe('Relative weight of this normal law; any scale.'),
          mean,
          covariance,
        }),
      )
      .min(1)
      .max(1000)
      .describe('Examples of a mixture of normal laws.'),
  }),
  z.strictObject({
    points: z
      .array(numbers)
      .min(1)
      .max(1_000_000)
      .describe('Examples, sampled with replacement: the inputs, then the label if there is one.'),
    weights: z
      .array(nonnegative)
      .nullable()
      .default(null)
      .describe('Relative weights of the examples. Null: all are equally likely.'),
  }),
  z.strictObject({
    file: z
      .strictObject({
        path: z.string().min(1).describe('Path of the file; a relative one starts at the folder of this file.'),
        inputs: z.array(z.string()).min(1).describe('Columns that are the inputs, in the order of `inputs`.'),
        label: z.string().nullable().default(null).describe('Column that is the label. Null: there is no label.'),
      })
      .describe('Examples are the rows of a CSV file with a header line, sampled with replacement.'),
  }),
]);

const ascentSteps = positiveCount.max(10_000).describe('Number K of ascent steps.');

export const attackSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z
      .literal('penalised_ascent')
      .describe('delta <- delta + eta_i (grad_x loss - lambda delta), K steps from 0 (Gu & Guo 2021).'),
    steps: ascentSteps,
    eta_i: positive.describe('Step size of the ascent.'),
    lambda: nonnegative.describe('Penalty on the size of the perturbation delta.'),
  }),
  z.strictObject({
    type: z
      .literal('projected_ascent')
      .describe('delta <- projection on |delta| <= eps of delta + alpha direction(grad_x loss), K steps.'),
    norm: z.enum(['Linf', 'L2']).default('Linf').describe('Norm in which the perturbation is bounded.'),
    eps: nonnegative.describe('Radius of the ball of perturbations, in units of the inputs.'),
    steps: ascentSteps,
    alpha: nonnegative.optional().describe('Length of one step, in units of the inputs; 2.5 eps / steps by default.'),
    direction: z
      .enum(['gradient', 'normalised', 'sign'])
      .optional()
      .describe(
        'What a step follows for the gradient g: g itself, g / |g|_2 or sign(g). By default sign for Linf and normalised ' +
          'for L2.',
      ),
    random_start: z
      .boolean()
      .default(false)
      .describe('Whether the ascent starts at a uniformly random point of the ball instead of at 0.'),
  }),
  z.strictObject({ type: z.literal('none').describe('No attack: plain SGD.') }),
]);

export const controlSchema = z.strictObject({
  order: z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .describe('Order of the drift: 1 for b0, 2 for b0 + eta b1 with the rate held.'),
  domain: z
    .record(z.string(), z.tuple([finite, finite]))
    .describe('Lower and upper end of the grid for each weight, by name; the start lies inside.'),
  nodes: z.int().min(3).max(100_000).default(101).describe('Nodes of the grid along each weight.'),
  steps: positiveCount.default(200).describe('Equal time steps of the Hamilton-Jacobi-Bellman equation.'),
  boundary: z
    .enum(['natural', 'reflecting', 'linear', 'state_constraint'])
    .default('reflecting')
    .describe('What holds at every face of the domain; control_problem.schema.json explains the words.'),
  terminal_cost: expression
    .nullable()
    .default('loss')
    .describe(
      'Cost at the horizon: an expression of the weights, in which `loss` is the adversarial loss and `loss_min` its ' +
        'minimum. Null for none.',
    ),
  running_cost: expression
    .nullable()
    .default(null)
    .describe(
      'Cost per unit of time: an expression of the weights, t and the rate u, with `loss` and `loss_min`. Null for none.',
    ),
});
