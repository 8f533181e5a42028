import { z } from 'zod';
import { filterSchema } from '../coefficients/filter.js';
import { trainingAttackSchema } from '../experiment/attacks.js';
import {
  batchSizeSchema,
  clipSchema,
  lossSchema,
  objectiveSchema,
  optimizerSchema,
  recoverySchema,
  stoppingSchema,
  trainingSchema,
} from '../experiment/experiment.js';
import { count, finite, positiveCount, timestamp, versionField } from '../shared/common.js';
import { provenanceSchema } from '../shared/provenance.js';
import { LOSS_COLUMNS } from '../training-log/step.js';
import { POLICY_CONDITIONS } from './conditions.js';
import { policyControlSchema } from './control.js';
import { policyTestSchema } from './test-vector.js';

export { policyTableSchema, type PolicyControl, type PolicyTable } from './control.js';
export { policyTestSchema, type PolicyTest } from './test-vector.js';

/**
 * The states are the weights themselves, which the training sees before every update: nothing is filtered. Such a file
 * `requires` "weights_state" (src/schedules/policy/weights-rule.ts says how it is followed).
 */
export const weightsStateSchema = z.strictObject({
  kind: z.literal('weights').describe('The states are the weights themselves: nothing is filtered.'),
  names: z
    .array(z.string())
    .min(1)
    .max(3)
    .describe("Names of the weights, in the order of the table's axes after the time."),
});

/** What a policy is followed by: the length of the run, what it is shown, and how it finds its states. */
const inputs = {
  form: z
    .enum(['feedback_table', 'open_loop'])
    .describe('Whether the controls follow tables over time and states, or values over time alone.'),
  time: z
    .strictObject({
      unit: z.literal('update').describe('Time counts updates done.'),
      horizon: positiveCount.describe('Length in updates of the run that the policy was made for.'),
      stretch: z
        .enum(['scale', 'clamp', 'refuse'])
        .describe(
          'What a run of another length does: time scaled to the horizon, or as it is and held past the horizon, or refused.',
        ),
    })
    .describe('The time axis of the policy.'),
  input: z
    .strictObject({
      metric: z
        .enum(LOSS_COLUMNS)
        .describe('Minibatch loss that the policy is shown, by its column in the training log.'),
      cadence_updates: positiveCount.describe('It is measured at updates 0, c, 2c, ...'),
      max_age_updates: positiveCount.describe(
        'Age in updates, k - m for a loss of update m when update k is decided, beyond which an observation is missing.',
      ),
    })
    .nullable()
    .describe('What the policy is shown; null for one that looks at no loss.'),
  filter: z
    .discriminatedUnion('kind', [...filterSchema.options, weightsStateSchema])
    .nullable()
    .describe('How the states are found from the losses; null for an open loop.'),
};

/** What is done with it, and what happens where no observation can be used. */
const outputs = {
  controls: z
    .record(z.string(), policyControlSchema)
    .describe('What the policy decides before every update, by the name of the control, such as learning_rate.'),
  clip: clipSchema.nullable().describe('How the gradient is clipped after it is taken; null for no clip.'),
  support: z
    .record(z.string(), z.tuple([finite, finite]))
    .describe('Interval of every state in which the table may be used; a state that is not listed has no bounds.'),
  fallback: z
    .strictObject({
      on: z
        .array(z.enum(['missing', 'nan', 'inf', 'out_of_support', 'negative']))
        .describe('Conditions under which the open loop takes over; under any other the last values are held.'),
      max_consecutive_missing: count.describe(
        'Missing observations in a row for which the last values are held first.',
      ),
    })
    .describe('What happens where an observation is missing or cannot be used.'),
};

/** Of a policy that brings its attack, its optimizer and its length in place of the experiment's. */
const wholeMethodSchema = z.strictObject({
  name: z.string().describe('Name of the method.'),
  replaces: z
    .strictObject({
      attack: trainingAttackSchema.nullable().describe('Attack of the experiment; null for clean inputs.'),
      optimizer: optimizerSchema.describe('Update rule of the experiment.'),
      horizon: positiveCount.describe('Updates of a run of the experiment.'),
      gradient_evaluations: positiveCount.describe(
        'Gradient evaluations of minibatches of a run of the experiment, which the method does not exceed.',
      ),
    })
    .describe('What the method stands in place of; a run is refused where its experiment has something else.'),
  recovery: recoverySchema.nullable().describe('What a run does that collapses; null for nothing.'),
  stopping: stoppingSchema
    .optional()
    .describe('Looks at the held-out loss, and when they stop the run; missing where there are none.'),
  choices: z
    .array(
      z.strictObject({
        choice: z.string().describe('What was chosen.'),
        value: z.string().describe('What it was chosen to be, in words.'),
        reason: z.string().describe('Why.'),
        evidence: z.string().describe('What the reason rests on: a stored study, or a paper.'),
      }),
    )
    .describe('How every part of the method was chosen.'),
});

/** The setting in which a policy means what it says; a trainer compares it with its own. */
const setting = {
  optimizer: optimizerSchema.describe('The update rule that takes the learning rate.'),
  batch_size: batchSizeSchema.describe('Examples of a minibatch, where the policy does not decide it.'),
  objective: objectiveSchema.describe('What the policy minimises.'),
  attack: trainingAttackSchema.nullable().describe('The attack of the training; null for clean inputs.'),
  loss: lossSchema.optional().describe('What the weights lower; cross-entropy by default.'),
  training: trainingSchema
    .optional()
    .describe('What the gradient of an update is taken of; the loss at the perturbed inputs by default.'),
};

export const policySchema = z
  .strictObject({
    kind: z.literal('policy').describe('Kind of this file.'),
    schema_version: versionField('policy'),
    requires: z
      .array(z.string())
      .default([])
      .describe('Names of features that a reader must know; a reader that does not know one refuses the file.'),
    policy_id: z
      .string()
      .describe('SHA-256 of the canonical JSON of the file without this field and without fields of the clock.'),
    name: z.string().describe('Name of the policy, for people.'),
    created_at: timestamp.optional().describe('When the file was written, RFC 3339.'),
    ...inputs,
    ...outputs,
    ...setting,
    whole_method: wholeMethodSchema
      .optional()
      .describe(
        "Of a policy that is a whole method: it brings its attack, optimizer and length in place of the experiment's.",
      ),
    provenance: provenanceSchema.describe('What the policy was made by and from.'),
    tests: z.array(policyTestSchema).describe('Runs with the decisions that every reader must reproduce.'),
  })
  .meta({ title: 'hjb-lr policy', allOf: POLICY_CONDITIONS });

export type Policy = z.output<typeof policySchema>;
export type WeightsState = z.output<typeof weightsStateSchema>;
