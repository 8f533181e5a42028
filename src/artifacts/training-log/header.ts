import { z } from 'zod';
import { trainingAttackSchema } from '../experiment/attacks.js';
import {
  augmentationSchema,
  averagingSchema,
  batchSizeSchema,
  clipSchema,
  evaluationSchema,
  lossSchema,
  modelSchema,
  objectiveSchema,
  recoverySchema,
  stoppingSchema,
  trainingSchema,
} from '../experiment/experiment.js';
import { measurementsSchema } from '../experiment/measurements.js';
import { count, finite, nonnegative, positiveCount, timestamp, versionField } from '../shared/common.js';

/** What computed the steps of a run; another trainer gives its own name and what it knows. */
export const engineInfoSchema = z.strictObject({
  engine: z.string().min(1).describe('Name of the program or engine that trained.'),
  backend: z.string().describe('Back end of the engine.'),
  kernel: z.string().describe('Kernel of the back end.'),
  threads: positiveCount.describe('Threads that computed.'),
  version: z.string().describe('Version of the engine.'),
});

const { engine, ...aboutEngine } = engineInfoSchema.shape;

/** The data as logs name them. */
const datasetSchema = z.looseObject({
  name: z.string().describe('Name of the data set.'),
  sha256: z.string().optional().describe('SHA-256 over the bytes of all splits as they are used.'),
  train: count.optional().describe('Number of training examples.'),
  validation: count.optional().describe('Number of validation examples.'),
  test: count.optional().describe('Number of test examples.'),
  class_names: z
    .array(z.string())
    .optional()
    .describe('Names of the classes 0, 1, 2, ... in the file of examples; missing where it numbers them so.'),
  normalization: z
    .strictObject({
      kind: z.enum(['minmax', 'standard']).describe('Kind of the scaling of the columns, as the experiment names it.'),
      columns: z
        .array(
          z.strictObject({
            name: z.string().describe('Name of the column.'),
            offset: finite.describe('Raw value of the column that becomes the input 0.'),
            range: nonnegative.describe(
              'Raw difference in the column that becomes 1; 0 for a column without a spread.',
            ),
          }),
        )
        .describe('Columns in the order of the inputs, with their scaling by the training rows.'),
      clipped: count.describe('Number of values beyond [0, 1] that were set to its ends, in all splits.'),
    })
    .optional()
    .describe('Scaling of each column of a table by its training rows; missing where there is none.'),
});

const named = z.looseObject({
  name: z.string().optional().describe('Name, for people.'),
  sha256: z.string().optional().describe('SHA-256 of its content.'),
});

/** What another trainer knows of where its run comes from. */
const originSchema = z.looseObject({
  data: named.optional().describe('The data that were trained on.'),
  model: named.optional().describe('The model that was trained.'),
  host: z.looseObject({}).optional().describe('The machine and its software.'),
  digests: z
    .record(z.string(), z.string())
    .optional()
    .describe('SHA-256 of files that belong to the run, by their names.'),
});

/** What a fit needs to know of a run. */
const runFields = {
  run_id: z.string().describe('Name of the run, different from that of every other run.'),
  engine,
  optimizer: z
    .looseObject({ name: z.string().describe('Name of the update rule, such as sgd.') })
    .describe('The update rule with its parameters.'),
  batch_size: batchSizeSchema.describe('Examples of a minibatch: a number, or sizes along the run.'),
  updates: positiveCount.describe('Planned length of this run in updates.'),
  horizon: positiveCount.describe('Length in updates of the full run that this one belongs to or prepares.'),
  attack: trainingAttackSchema.nullable().describe('The attack of the training; null for clean inputs.'),
};

/** What has a default or may be left out. */
const optionalFields = {
  seed: z
    .int({ error: 'must be a whole number below 2^53: leave a larger seed out, it is only compared' })
    .nonnegative()
    .optional()
    .describe('Seed of the run, where it is known.'),
  tool_version: z.string().optional().describe('Version of hjb-lr that wrote the log.'),
  purpose: z
    .string()
    .default('train')
    .describe(
      'What the run is for: train, train/reading, pilot/reading, pilot/identification, pilot/decay, pilot/tournament or import.',
    ),
  forked_from: z
    .strictObject({
      run_id: z.string().describe('Name of the run whose weights and random streams this run went on from.'),
      update: count.describe('Number of updates that both runs share, with the same rows.'),
      n_grad_evals: count.describe('Gradient evaluations of the shared updates, charged to the other run alone.'),
    })
    .optional()
    .describe('The run that this one forked from; missing for a run of its own.'),
  backend: aboutEngine.backend.optional(),
  kernel: aboutEngine.kernel.optional(),
  threads: aboutEngine.threads.optional(),
  version: aboutEngine.version.optional(),
  lr_schedule: z
    .looseObject({ name: z.string().describe('Name of the schedule.') })
    .default({ name: 'unknown' })
    .describe('The schedule of the learning rate with its parameters.'),
  clip: clipSchema.nullable().default(null).describe('How gradients were clipped; null for no clip.'),
  recovery: recoverySchema
    .optional()
    .describe('How a run that collapses goes back to earlier weights, of one that does.'),
  averaging: averagingSchema.optional().describe('The average of the weights that is evaluated, where there is one.'),
  updates_per_epoch: nonnegative
    .default(0)
    .describe('Training examples over the mean batch size of the horizon; 0 where it is not known.'),
  objective: objectiveSchema.prefault({}).describe('The loss that the run is about.'),
  loss: lossSchema.default('cross_entropy').describe('What the weights lower and the attack raises.'),
  training: trainingSchema.prefault({ type: 'standard' }).describe('What the gradient of an update is taken of.'),
  augmentation: augmentationSchema.optional().describe('Changes of the images of training minibatches.'),
  attack_mode: z
    .enum(['inference', 'train'])
    .optional()
    .describe('How the attack passes a model with batch normalisation.'),
  dataset: datasetSchema.optional().describe('The data that were trained on.'),
  model: modelSchema.nullable().default(null).describe('The model; null where it has no description.'),
  parameters: positiveCount.optional().describe('Number of weights of the model.'),
  evaluation: evaluationSchema.optional().describe('How the weights are scored, in the log of a run that is.'),
  measurements: measurementsSchema.optional().describe('What is measured on the way, in the log of a run that is.'),
  stopping: stoppingSchema
    .extend({
      looks: z.array(positiveCount).describe('Numbers of updates after which the run looks at its held-out loss.'),
      held_out_examples: positiveCount.describe('Number of validation examples of each look.'),
    })
    .optional()
    .describe('Looks at the held-out loss and the rule that stops the run, of a run that has them.'),
  record: z
    .strictObject({
      sha256: z
        .string()
        .describe('SHA-256 of the record of the run: experiment, data, modules, engine, its build, Node and V8.'),
      node: z.string().describe('Version of Node under which the run began.'),
      v8: z.string().describe('Version of V8 under which the run began.'),
      build: z.string().describe('SHA-256 of the machine code of the engine, or its name and version.'),
    })
    .optional()
    .describe('Record of everything that the run was made from, of a run of ours.'),
  host: z.string().optional().describe('Name of the machine.'),
  provenance: originSchema.optional().describe('Where data, model and machine of another trainer come from.'),
  started_at: timestamp.optional().describe('When the run started, RFC 3339.'),
};

/** The first line of a training log. */
export const logHeaderSchema = z.strictObject({
  kind: z.literal('training_log').describe('Kind of this file.'),
  schema_version: versionField('training_log'),
  ...runFields,
  ...optionalFields,
});

export type EngineInfo = z.output<typeof engineInfoSchema>;
export type LogHeader = z.output<typeof logHeaderSchema>;
