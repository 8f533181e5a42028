import { z } from 'zod';
import { count, createdAt, kind, nonnegative, positive, positiveCount, schemaVersion } from '../shared/common.js';
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

export type { ClosureFit, Parameter } from './closure-fit.js';

const pilotRunSchema = z.strictObject({
  run_id: z.string().describe('The run has this name.'),
  purpose: z.string().describe('The run was made for this, such as pilot/reading or pilot/identification.'),
  sha256: z.string().describe('The log of the run has this SHA-256, its clock and host fields left out.'),
  seed: count.optional().describe('The run was made with this seed.'),
  updates: count.describe('The run had this many updates.'),
  n_grad_evals: count.describe('The run spent this many gradient evaluations of minibatches, its attack included.'),
});

export const coefficientsSchema = z
  .strictObject({
    kind: kind('coefficients'),
    schema_version: schemaVersion,
    name: z.string().describe('Messages and the report call the coefficients by this name.'),
    created_at: createdAt,
    horizon: positiveCount.describe('The full run that the policy is for has this many updates.'),
    updates_per_epoch: nonnegative.describe('An epoch has this many updates; 0 where that is not known.'),
    rates: z
      .strictObject({
        min: positive.describe('The policy gives no learning rate below this one, its warm-up aside.'),
        max: positive.describe("The policy gives no learning rate above this one, the pilot's peak."),
      })
      .refine(({ min, max }) => min <= max, { error: 'min must not be above max', path: ['min'] })
      .describe('These learning rates are usable.'),
    warmup_updates: count.describe('The policy warms up linearly over this many updates; 0 is no warm-up.'),
    clip: clipSchema.nullable().describe('The pilot clipped its gradients so, and the policy does. Null is no clip.'),
    objective: objectiveSchema.describe('The policy is made to lower this loss.'),
    optimizer: sgdSchema
      .extend({ batch_size: batchSizeSchema })
      .describe('The pilot runs were made with this update rule and batch size.'),
    attack: trainingAttackSchema
      .nullable()
      .describe('The pilot runs were trained against this attack; null where they saw clean inputs.'),
    loss: lossSchema.optional().describe('The weights lower this loss; cross-entropy where a file does not say.'),
    training: trainingSchema
      .optional()
      .describe(
        'The gradient of an update is taken of this; of the loss at the perturbed inputs alone where a file does not say.',
      ),
    model: modelSchema.nullable().describe('The pilot runs trained this model; null where it has no description.'),
    closures: z
      .array(closureFitSchema)
      .describe('The list has one fit for each closure, and none where the runs could not be used.'),
    unfitted: z.string().optional().describe('If there is no closure, this says why, in one sentence.'),
    maximum_prediction_error: positive.describe(
      'A closure may be selected only if its prediction error is at most this relative error; 0.1 is 10 %.',
    ),
    selected: z
      .string()
      .nullable()
      .describe(
        'The policy follows this closure: the one with the smallest prediction error. Null where none is within the bound.',
      ),
    provenance: provenanceSchema
      .extend({
        pilot_runs: z.array(pilotRunSchema).describe('The coefficients were estimated from these runs.'),
        pilot_grad_evals: count.describe(
          'All these runs together spent this many gradient evaluations of minibatches, their attacks included.',
        ),
      })
      .describe('This says what wrote the file, and which runs it was made from.'),
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
