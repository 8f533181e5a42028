import { z } from 'zod';
import {
  count,
  createdAt,
  digestField,
  kind,
  nonnegative,
  positive,
  positiveCount,
  versionField,
} from '../shared/common.js';
import { trainingAttackSchema } from '../experiment/attacks.js';
import {
  batchSizeSchema,
  clipSchema,
  lossSchema,
  modelSchema,
  objectiveSchema,
  sgdSchema,
  trainingSchema,
} from '../experiment/experiment.js';
import { provenanceSchema } from '../shared/provenance.js';
import { closureFitSchema } from './closure-fit.js';
import { modesFitSchema } from './modes.js';

export type { ClosureFit, Parameter } from './closure-fit.js';

const pilotRunSchema = z.strictObject({
  run_id: z.string().describe('Name of the pilot run.'),
  purpose: z.string().describe('Purpose of the pilot run, such as pilot/reading or pilot/identification.'),
  sha256: z.string().describe("SHA-256 of the pilot run's log, without its fields of clock and host."),
  seed: count.optional().describe('Seed of the pilot run; missing where it is not known.'),
  updates: count.describe('Number of updates of the pilot run.'),
  n_grad_evals: count.describe(
    'Number of gradient evaluations of minibatches that the pilot run spent, those of its attack included.',
  ),
});

export const coefficientsSchema = z
  .strictObject({
    kind: kind('coefficients'),
    schema_version: versionField('coefficients'),
    name: z.string().describe('Title of the coefficients in messages and in the report.'),
    created_at: createdAt,
    sha256: digestField,
    horizon: positiveCount.describe('Number of updates of the full run that the policy is for.'),
    updates_per_epoch: nonnegative.describe('Number of updates of an epoch; 0 where it is not known.'),
    rates: z
      .strictObject({
        min: positive.describe('Smallest learning rate that the policy gives, its warm-up aside.'),
        max: positive.describe("Largest learning rate that the policy gives: the pilot's peak."),
      })
      .refine(({ min, max }) => min <= max, { error: 'min must not be above max', path: ['min'] })
      .describe('Range of learning rates that the policy may give.'),
    warmup_updates: count.describe('Number of updates over which the policy warms up linearly; 0 for no warm-up.'),
    clip: clipSchema.nullable().describe('Gradient clip of the pilot runs and of the policy. Null for no clip.'),
    objective: objectiveSchema.describe('Loss that the policy is made to lower.'),
    optimizer: sgdSchema
      .extend({ batch_size: batchSizeSchema })
      .describe('Update rule and batch size of the pilot runs.'),
    attack: trainingAttackSchema
      .nullable()
      .describe('Attack that the pilot runs were trained against. Null where they saw clean inputs.'),
    loss: lossSchema.optional().describe('Loss that the weights of the pilot runs lowered; cross-entropy by default.'),
    training: trainingSchema
      .optional()
      .describe(
        'Function of the weights whose gradient an update of the pilot runs took; by default the loss at the ' +
          'perturbed inputs alone.',
      ),
    model: modelSchema.nullable().describe('Network that the pilot runs trained. Null where it has no description.'),
    closures: z
      .array(closureFitSchema)
      .describe(
        'Fits of the closures (reduced models of the loss), one for each; none where the runs could not be used.',
      ),
    unfitted: z
      .string()
      .optional()
      .describe('Reason why no closure was fitted, in one sentence; missing where one was.'),
    modes: modesFitSchema
      .optional()
      .describe('Fit of many modes of a power law, under which schedules are compared; missing where no run decays.'),
    not_identified: z
      .string()
      .nullable()
      .optional()
      .describe(
        'Reason why the pilot does not show what a policy decides, and what would show it, in one sentence. Null where it ' +
          'does; missing in files from before it was asked.',
      ),
    maximum_prediction_error: positive.describe(
      'Largest relative prediction error with which a closure may be selected; 0.1 is 10 %.',
    ),
    selected: z
      .string()
      .nullable()
      .describe(
        'Name of the closure that the policy follows, the one with the smallest prediction error. Null where none is ' +
          'within the bound.',
      ),
    provenance: provenanceSchema
      .extend({
        pilot_runs: z.array(pilotRunSchema).describe('Pilot runs that the coefficients were estimated from.'),
        pilot_grad_evals: count.describe(
          'Number of gradient evaluations of minibatches that all pilot runs together spent, those of their attacks ' +
            'included.',
        ),
      })
      .describe('Program that wrote the file, and the pilot runs that the coefficients were estimated from.'),
  })
  .refine(({ closures, unfitted }) => closures.length > 0 || unfitted !== undefined, {
    error: 'holds no closure, and nothing says why ("unfitted")',
    path: ['closures'],
  })
  .refine(({ closures, selected }) => selected === null || closures.some(({ name }) => name === selected), {
    error: 'must be null or the name of one of the closures',
    path: ['selected'],
  })
  .meta({ title: 'hjb-lr coefficients' });

export type Coefficients = z.output<typeof coefficientsSchema>;
