import { z } from 'zod';
import { count, distinct, editorSchema, kind, schemaVersion } from '../shared/common.js';
import { measurementsSchema } from './measurements.js';
import { benchmarkSchema, evaluationSchema } from './scoring.js';
import { estimationSchema, pilotSchema, policyOptionsSchema, solverSchema } from './stage-options.js';
import { averagesTwice, AVERAGES_TWICE, averagingSchema, batchSizeSchema, optimizerSchema } from './update-rule.js';
import { workloadSchema } from './workload.js';

export * from './scoring.js';
export * from './stage-options.js';
export * from './update-rule.js';
export * from './workload.js';

export const objectiveSchema = z.strictObject({
  metric: z
    .enum(['clean', 'adversarial'])
    .default('adversarial')
    .describe('Whether the loss counts at clean or at perturbed inputs.'),
  split: z.enum(['train', 'validation']).default('train').describe('The examples whose loss counts.'),
  form: z
    .enum(['terminal', 'integral'])
    .default('terminal')
    .describe('Whether the loss counts at the end of a run, or its mean along the run.'),
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

/** What a user writes; every default is filled in at the door and echoed in the artifacts. */
export const experimentSchema = z
  .strictObject({
    $schema: editorSchema,
    kind: kind('experiment'),
    schema_version: schemaVersion,
    name: z.string().min(1).describe('Title in messages, files and the report.'),
    workload: z
      .union([z.string().min(1), workloadSchema])
      .describe(
        'What is trained: described here, or the path of a module that exports it (relative to the folder of this file).',
      ),
    objective: objectiveSchema.prefault({}).describe('What the policy is made to lower.'),
    optimizer: optimizerSchema.prefault({}).describe('The update rule that takes the learning rate.'),
    averaging: averagingSchema
      .nullable()
      .default(null)
      .describe('The average of the weights that is evaluated in their place. Null for the weights themselves.'),
    batch_size: batchSizeSchema,
    horizon: z.int().min(2).describe('Length of one run, in updates.'),
    seeds: distinct(count)
      .min(1)
      .describe('Seeds of the runs. One seed gives initial weights, minibatches and attack noise of every method.'),
    pilot: pilotSchema.prefault({}).describe('The short runs that the policy is made from.'),
    estimation: estimationSchema.prefault({}).describe('How closures are fitted to the pilot runs.'),
    solver: solverSchema.prefault({}).describe('How the Hamilton-Jacobi-Bellman equation is solved.'),
    policy: policyOptionsSchema.prefault({}).describe('What the policy has beside its rates.'),
    evaluation: evaluationSchema.prefault({}).describe('How the weights are scored.'),
    measurements: measurementsSchema
      .default([])
      .describe('What is measured along every run that is scored, and charged to it.'),
    benchmark: benchmarkSchema.optional().describe('The methods that the policy is compared with.'),
  })
  .refine((experiment) => !averagesTwice(experiment), { error: AVERAGES_TWICE, path: ['averaging'] })
  .refine(({ workload, measurements }) => typeof workload === 'string' || isMeasurable(workload, measurements), {
    error: NOT_MEASURABLE,
    path: ['measurements'],
  })
  .meta({ title: 'hjb-lr experiment' });

export type Experiment = z.output<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentSchema>;
export type Objective = z.output<typeof objectiveSchema>;
