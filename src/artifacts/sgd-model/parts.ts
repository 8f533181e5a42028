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
    gaussian: z.strictObject({ mean, covariance }).describe('Normal law that examples are drawn from.'),
  }),
  z.strictObject({
    mixture: z
      .array(
        z.strictObject({
          weight: positive.describe('Relative weight of this normal law in the mixture; any scale.'),
          mean,
          covariance,
        }),
      )
      .min(1)
      .max(1000)
      .describe('Mixture of normal laws that examples are drawn from.'),
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
      .describe('Relative weights of the examples, on any scale. Null: all are equally likely.'),
  }),
  z.strictObject({
    file: z
      .strictObject({
        path: z
          .string()
          .min(1)
          .describe('Path of the CSV file of examples; a relative one starts at the folder of this file.'),
        inputs: z
          .array(z.string())
          .min(1)
          .describe('Names of the columns that are the inputs, in the order of `inputs`.'),
        label: z
          .string()
          .nullable()
          .default(null)
          .describe('Name of the column that is the label. Null: there is no label.'),
      })
      .describe('CSV file with a header line, whose rows are the examples, sampled with replacement.'),
  }),
]);

const ascentSteps = positiveCount
  .max(10_000)
  .optional()
  .describe('Number K of ascent steps of a visit; 1 by default where the perturbations are kept, else to be given.');

const ascentStart = z
  .enum(['zero', 'kept'])
  .default('zero')
  .describe(
    'Where the ascent starts: zero (the default), at 0 in every update; kept, where the last visit of the example left ' +
      'it (ATTA, Zheng et al. 2020), 0 before the first. Kept perturbations need data given as points or as a file.',
  );

const nothingToKeep = z
  .literal('zero', {
    error:
      'an attack of type "none" has no perturbation to keep: write a penalised_ascent or a projected_ascent, or leave start out',
  })
  .optional()
  .describe('Start of the ascent: there is none, and nothing to keep.');

export const attackSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z
      .literal('penalised_ascent')
      .describe(
        'Type of the attack: penalised ascent, delta <- delta + eta_i (grad_x loss - lambda delta), K steps from ' +
          'its start (Gu & Guo 2021).',
      ),
    start: ascentStart,
    steps: ascentSteps,
    eta_i: positive.describe('Step size of the ascent, which multiplies the gradient and the penalty.'),
    lambda: nonnegative.describe('Coefficient of the penalty on the size of the perturbation delta.'),
  }),
  z.strictObject({
    type: z
      .literal('projected_ascent')
      .describe(
        'Type of the attack: projected ascent, delta <- projection on |delta| <= eps of delta + alpha ' +
          'direction(grad_x loss), K steps.',
      ),
    start: ascentStart,
    norm: z
      .enum(['Linf', 'L2'])
      .default('Linf')
      .describe('Norm in which the perturbation is bounded; Linf by default.'),
    eps: nonnegative.describe('Radius of the ball of perturbations, in units of the inputs.'),
    steps: ascentSteps,
    alpha: nonnegative
      .optional()
      .describe(
        'Length of one ascent step, in units of the inputs; 2.5 eps / steps by default, eps where the perturbations are ' +
          'kept.',
      ),
    direction: z
      .enum(['gradient', 'normalised', 'sign'])
      .optional()
      .describe(
        'Direction of a step for the gradient g: g itself, g / |g|_2 or sign(g). By default it is sign for Linf and ' +
          'normalised for L2.',
      ),
    random_start: z
      .boolean()
      .default(false)
      .describe('Whether the ascent starts at a uniformly random point of the ball instead of at 0; false by default.'),
  }),
  z.strictObject({
    type: z.literal('none').describe('Type of the attack: none, which is plain SGD.'),
    start: nothingToKeep,
  }),
]);

export const controlSchema = z.strictObject({
  order: z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .describe('Order of the drift: 1 for b0, 2 (the default) for b0 + eta b1 with the rate held.'),
  domain: z
    .record(z.string(), z.tuple([finite, finite]))
    .describe(
      'Lower and upper end of the grid for each weight, by name; the start lies inside. With kept perturbations also ' +
        'for `perturbation`, the mean of the kept perturbations over the examples, which starts at 0.',
    ),
  attack_rate: z
    .tuple([nonnegative, nonnegative])
    .optional()
    .describe(
      'Lower and upper end between which the step size eta_i of a kept penalised ascent is controlled beside the ' +
        'learning rate; by default it is held at eta_i.',
    ),
  nodes: z.int().min(3).max(100_000).default(101).describe('Number of grid nodes along each weight; 101 by default.'),
  steps: positiveCount
    .default(200)
    .describe('Number of equal time steps of the Hamilton-Jacobi-Bellman equation; 200 by default.'),
  boundary: z
    .enum(['natural', 'reflecting', 'linear', 'state_constraint'])
    .default('reflecting')
    .describe(
      'Condition at every face of the domain; reflecting by default. control_problem.schema.json explains the words.',
    ),
  terminal_cost: expression
    .nullable()
    .default('loss')
    .describe(
      'Cost at the horizon, an expression of the weights, in which `loss` is the adversarial loss (with kept ' +
        'perturbations the strong one, under the converged attack) and `loss_min` its minimum. Null for none.',
    ),
  running_cost: expression
    .nullable()
    .default(null)
    .describe(
      'Cost per unit of time, an expression of the weights, t and the rate u, with `loss` (the adversarial loss) and ' +
        '`loss_min` (its minimum). Null for none.',
    ),
});
