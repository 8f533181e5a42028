import { z } from 'zod';
import { editorSchema, finite, kind, nonnegative, positive, positiveCount, requiredVersion } from '../shared/common.js';
import { expression, point } from '../control-problem/parts.js';
import { attackSchema, controlSchema, dataSchema } from './parts.js';

/** A model field by field; what holds between the fields is in `rules.ts`. */
export const modelFields = z.strictObject({
  $schema: editorSchema,
  kind: kind('sgd_model'),
  schema_version: requiredVersion,
  name: z
    .string()
    .min(1)
    .default('sgd model')
    .describe('Title of the model in messages, in the analysis and in the report.'),
  weights: z.array(z.string()).min(1).max(16).describe('Names of the weights, by which expressions call them.'),
  inputs: z
    .array(z.string())
    .min(1)
    .max(32)
    .describe('Names of the inputs of one example, by which expressions call them.'),
  label: z
    .string()
    .nullable()
    .default(null)
    .describe('Name of the label, by which expressions call it. Null (the default): examples have no label.'),
  parameters: z
    .record(z.string(), finite)
    .default({})
    .describe('Constants of the model, by the names that they have in expressions.'),
  loss: expression.describe(
    'Loss of one example, an expression of the weights, the inputs, the label and the parameters.',
  ),
  data: dataSchema.describe('Probability law that examples are drawn from.'),
  attack: attackSchema
    .default({ type: 'none' })
    .describe('Attack that perturbs the inputs of a minibatch before the gradient is taken; none by default.'),
  eta: positive.describe('Base learning rate, which is also the time that one update takes.'),
  batch_size: positiveCount.default(1).describe('Number of examples of one minibatch; 1 by default.'),
  rate: z
    .strictObject({
      value: expression
        .default('1')
        .describe('Multiple u of eta that is in force, an expression of t and the weights; 1 by default.'),
      bounds: z
        .tuple([nonnegative, nonnegative])
        .default([0, 1])
        .describe(
          'Lower and upper end between which the multiple u of eta lies, for the value and for a control; 0 and 1 by ' +
            'default.',
        ),
    })
    .prefault({})
    .describe('Learning rate as a multiple of eta.'),
  horizon: positive.describe('Length of the run in units of t, which are horizon / eta updates.'),
  start: point.describe('Weights at t = 0: a number for each, by name.'),
  at: z
    .array(point)
    .max(10_000)
    .optional()
    .describe('Weights at which the coefficients of the SDE are evaluated; the start alone by default.'),
  observables: z
    .array(expression)
    .max(100)
    .default([])
    .describe(
      'Expressions of the weights whose expectations are compared between the SDE and real runs; none by default.',
    ),
  control: controlSchema
    .nullable()
    .default(null)
    .describe('Control problem of the learning rate over the weights, for --control. Null for none.'),
});

export type ModelFields = z.output<typeof modelFields>;
