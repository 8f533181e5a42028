import { z } from 'zod';
import { count, distinct, editorSchema, kind, positive, positiveCount, versionField } from '../shared/common.js';
import { measurementsSchema } from './measurements.js';
import { recommendedSchema } from './recommended.js';
import { benchmarkSchema, evaluationSchema } from './scoring.js';
import { NEEDS_VALIDATION, stoppingSchema } from './stopping.js';
import { estimationSchema, pilotSchema, policyOptionsSchema, solverSchema } from './stage-options.js';
import { averagesTwice, AVERAGES_TWICE, averagingSchema, batchSizeSchema, optimizerSchema } from './update-rule.js';
import { workloadSchema } from './workload.js';

export * from './recommended.js';
export * from './scoring.js';
export * from './stage-options.js';
export { stoppingSchema, type StoppingSpec } from './stopping.js';
export * from './update-rule.js';
export * from './workload.js';

export const objectiveSchema = z.strictObject({
  metric: z
    .enum(['clean', 'adversarial'])
    .default('adversarial')
    .describe(
      "Inputs at which the objective's loss is taken: clean, or adversarial (the default), the perturbed ones.",
    ),
  split: z
    .enum(['train', 'validation'])
    .default('train')
    .describe("Examples on which the objective's loss is taken: train (the default) or validation."),
  form: z
    .enum(['terminal', 'integral'])
    .default('terminal')
    .describe(
      'Form of the objective: terminal (the default) is the loss at the end of a run, integral its mean along the run.',
    ),
});

export { attackSchema, type AttackSpec } from './attacks.js';

/** Why measurements and another training than the standard one do not go together. */
export const NOT_MEASURABLE = 'are of standard training, whose loss is that at the perturbed inputs: leave them out';

/** Whether what is measured is what training descends along. */
export function isMeasurable(
  { training }: { readonly training?: { readonly type: string } | undefined },
  measurements: readonly unknown[],
): boolean {
  return measurements.length === 0 || training === undefined || training.type === 'standard';
}

const updates = z.int().min(2);

/** Updates, or what the door makes updates of once the data, the batch size and the attack are known. */
const horizonSchema = z
  .union([
    updates,
    z
      .strictObject({ updates: updates.describe('Length of one full training run, in updates.') })
      .transform((length) => length.updates),
    z.strictObject({
      epochs: positive.describe(
        'Length of one full training run, in epochs: the updates in which as many examples are drawn as there are in ' +
          'that many passes over the training examples, rounded up.',
      ),
    }),
    z.strictObject({
      gradient_evaluations: positiveCount.describe(
        'Length of one full training run, in gradient evaluations of minibatches, those of the attack included: the ' +
          'updates that cost at most as many.',
      ),
    }),
  ])
  .describe(
    'Length of one full training run: a number of updates, or updates, epochs or gradient_evaluations by name.',
  );

/** What a user writes; every default is filled in at the door and echoed in the artifacts. */
export const experimentFileSchema = z
  .strictObject({
    $schema: editorSchema,
    kind: kind('experiment'),
    schema_version: versionField('experiment'),
    name: z.string().min(1).describe('Title of the experiment in messages, files and the report.'),
    workload: z
      .union([z.string().min(1), workloadSchema])
      .describe(
        'Data, network, loss and attack of the training, or the path of a module that exports them, relative to the ' +
          'folder of this file.',
      ),
    objective: objectiveSchema.prefault({}).describe('Loss that the policy is made to lower.'),
    optimizer: optimizerSchema
      .prefault({})
      .describe('Update rule of the weights, which takes the learning rate; plain SGD by default.'),
    averaging: averagingSchema
      .nullable()
      .default(null)
      .describe(
        'Average of the weights that is evaluated in their place. Null (the default) evaluates the weights themselves.',
      ),
    stopping: stoppingSchema
      .nullable()
      .default(null)
      .describe(
        'Looks at the validation loss along a run, which returns the weights of its best look and may stop early. Null ' +
          '(the default) trains to the end and returns the last weights.',
      ),
    batch_size: batchSizeSchema,
    horizon: horizonSchema,
    seeds: distinct(count)
      .min(1)
      .describe(
        'Seeds of the training runs, with one run of every method for each. A seed gives initial weights, ' +
          'minibatches and attack noise.',
      ),
    pilot: pilotSchema
      .prefault({})
      .describe('Settings of the pilot: the short training runs that the policy is made from.'),
    estimation: estimationSchema
      .prefault({})
      .describe('Settings of the fit of closures (reduced models of the loss) to the pilot runs.'),
    solver: solverSchema.prefault({}).describe('Settings of the solver of the Hamilton-Jacobi-Bellman equation.'),
    policy: policyOptionsSchema
      .prefault({})
      .describe('Settings of the policy beside its rates: warm-up and gradient clip.'),
    recommended: recommendedSchema
      .prefault({})
      .describe('What of the recommended method is given here and not computed; nothing by default.'),
    evaluation: evaluationSchema.prefault({}).describe('Settings of the evaluation that scores the weights of a run.'),
    measurements: measurementsSchema
      .default([])
      .describe('Measurements that are made along every scored run, and charged to it; none by default.'),
    benchmark: benchmarkSchema
      .optional()
      .describe('Settings of the benchmark: the methods that the policy is compared with.'),
  })
  .refine((experiment) => !averagesTwice(experiment), { error: AVERAGES_TWICE, path: ['averaging'] })
  .refine(({ workload, measurements }) => typeof workload === 'string' || isMeasurable(workload, measurements), {
    error: NOT_MEASURABLE,
    path: ['measurements'],
  })
  .refine(({ stopping, objective }) => stopping === null || objective.split === 'validation', {
    error: NEEDS_VALIDATION,
    path: ['stopping'],
  })
  .meta({ title: 'hjb-lr experiment' });

/** The same, its length in updates. */
export const experimentSchema = experimentFileSchema.safeExtend({
  horizon: updates.describe('Length of one full training run, in updates.'),
});

/** An experiment as its file has it. */
export type ExperimentFile = z.output<typeof experimentFileSchema>;
export type Experiment = z.output<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentFileSchema>;
export type RunLength = z.output<typeof horizonSchema>;
export type Objective = z.output<typeof objectiveSchema>;
