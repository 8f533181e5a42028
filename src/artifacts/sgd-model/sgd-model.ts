import { z } from 'zod';
import { finite, nonnegative, positive, positiveCount } from '../shared/common.js';
import { expression, point } from '../control-problem/control-problem.js';
import { checkModel } from './rules.js';

const name = z.string();
const numbers = z.array(finite);
const matrix = z.array(numbers);

/** The law of one example: the inputs and then the label, if there is one. */
const dataSchema = z.union([
  z.strictObject({ gaussian: z.strictObject({ mean: numbers, covariance: matrix }) }),
  z.strictObject({
    mixture: z
      .array(z.strictObject({ weight: positive, mean: numbers, covariance: matrix }))
      .min(1)
      .max(1000),
  }),
  z.strictObject({
    /** Rows, sampled with replacement. */
    points: z.array(numbers).min(1).max(1_000_000),
    /** Relative weights of the rows; equal ones by default. */
    weights: z.array(nonnegative).nullable().default(null),
  }),
  z.strictObject({
    /** Rows of a CSV file, sampled with replacement: the columns that are the inputs and the label. */
    file: z.strictObject({
      /** A relative path starts at the folder of this file. */
      path: z.string().min(1),
      inputs: z.array(name).min(1),
      label: name.nullable().default(null),
    }),
  }),
]);

const attackSchema = z.discriminatedUnion('type', [
  z.strictObject({
    /** delta <- delta + eta_i (grad_x loss - lambda delta), K steps from 0 (Gu & Guo 2021). */
    type: z.literal('penalised_ascent'),
    steps: positiveCount.max(10_000),
    eta_i: positive,
    lambda: nonnegative,
  }),
  z.strictObject({
    /** delta <- projection on |delta| <= eps of delta + alpha direction(grad_x loss), K steps. */
    type: z.literal('projected_ascent'),
    norm: z.enum(['Linf', 'L2']).default('Linf'),
    eps: nonnegative,
    steps: positiveCount.max(10_000),
    /** Length of one step; 2.5 eps / steps by default. */
    alpha: nonnegative.optional(),
    /** sign(g), g / |g|_2 or g itself; sign for Linf and normalised for L2 by default. */
    direction: z.enum(['gradient', 'normalised', 'sign']).optional(),
    /** From a uniform random point of the ball, else from 0. */
    random_start: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('none') }),
]);

const controlSchema = z.strictObject({
  /** Of the drift: b0, or b0 + eta b1 with the rate held. */
  order: z.union([z.literal(1), z.literal(2)]).default(2),
  /** Lower and upper end for each weight. */
  domain: z.record(z.string(), z.tuple([finite, finite])),
  nodes: z.int().min(3).max(100_000).default(101),
  steps: positiveCount.default(200),
  boundary: z.enum(['natural', 'reflecting', 'linear', 'state_constraint']).default('reflecting'),
  /** Expressions of the weights, t and the rate u, in which `loss` is the adversarial loss and `loss_min` its minimum. */
  terminal_cost: expression.nullable().default('loss'),
  running_cost: expression.nullable().default(null),
});

const fields = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal('sgd_model'),
  schema_version: z.string().regex(/^\d+\.\d+\.\d+$/),
  name: z.string().min(1).default('sgd model'),
  weights: z.array(name).min(1).max(16),
  inputs: z.array(name).min(1).max(32),
  label: name.nullable().default(null),
  /** Fixed numbers by name. */
  parameters: z.record(z.string(), finite).default({}),
  /** Of one example, an expression of weights, inputs and label. */
  loss: expression,
  data: dataSchema,
  attack: attackSchema.default({ type: 'none' }),
  /** The base rate: one update takes this time. */
  eta: positive,
  batch_size: positiveCount.default(1),
  /** u, the multiple of eta: an expression of t and the weights, and where a control of it may lie. */
  rate: z
    .strictObject({
      value: expression.default('1'),
      bounds: z.tuple([nonnegative, nonnegative]).default([0, 1]),
    })
    .prefault({}),
  /** In units of t: horizon / eta updates. */
  horizon: positive,
  start: point,
  /** Where the coefficients are evaluated; at the start by default. */
  at: z.array(point).max(10_000).optional(),
  /** Expressions of the weights, whose expectations are compared. */
  observables: z.array(expression).max(100).default([]),
  control: controlSchema.nullable().default(null),
});

/** A model of few weights, known exactly: loss, data, attack and rate of adversarial SGD. */
export const sgdModelSchema = fields.superRefine(checkModel).transform(completed).meta({ title: 'hjb-lr SGD model' });

/** Length of all steps of an ascent together, in radii (Madry et al. 2018). */
const REACH = 2.5;

/** Fills in the defaults that depend on other fields. */
function completed(file: z.output<typeof fields>) {
  return { ...file, at: file.at ?? [file.start], attack: completedAttack(file.attack) };
}

function completedAttack(attack: z.output<typeof attackSchema>) {
  if (attack.type !== 'projected_ascent') return attack;
  const { norm, eps, steps } = attack;
  const direction = attack.direction ?? (norm === 'Linf' ? ('sign' as const) : ('normalised' as const));
  return { ...attack, alpha: attack.alpha ?? (REACH * eps) / steps, direction };
}

export type SgdModelFile = z.output<typeof sgdModelSchema>;
export type SgdModelInput = z.input<typeof sgdModelSchema>;
export type SgdAttackSpec = SgdModelFile['attack'];
export type SgdDataSpec = SgdModelFile['data'];
