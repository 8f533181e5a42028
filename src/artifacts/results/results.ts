import { z } from 'zod';
import { count, createdAt, kind, nonnegative, positive, positiveCount, schemaVersion } from '../shared/common.js';
import { coefficientsSchema } from '../coefficients/coefficients.js';
import { experimentSchema } from '../experiment/experiment.js';
import { provenanceSchema } from '../shared/provenance.js';
import { closureSolutionSchema } from '../solution/solution.js';
import { engineInfoSchema } from '../training-log/training-log.js';
import { comparisonSchema, decidedBySchema, methodResultSchema } from './method-result.js';

export * from './method-result.js';
export * from './run-result.js';

const seedSchema = z.strictObject({
  seed: count.describe('The seed.'),
  peak: positive.describe('Peak learning rate that its pilot found.'),
  followed: z.string().describe('What its policy follows: a closure by name, or wsd where no closure predicts well.'),
  coefficients: coefficientsSchema.describe('What was estimated from its pilot runs.'),
  solution: closureSolutionSchema
    .nullable()
    .describe('The solution that its policy follows. Null where there is none.'),
  policy_path: z.string().describe('Path of its policy file, relative to this file.'),
  artifacts: z
    .record(z.string(), z.string())
    .describe('SHA-256 of every file of this seed, by path relative to this file.'),
});

const failedSeedSchema = z.strictObject({
  seed: count.describe('The seed.'),
  reason: z.string().describe('Why its pilot gave no peak rate, in one sentence.'),
});

const verdictSchema = z.strictObject({
  won: z
    .boolean()
    .describe('Whether the mean of the policy, of the figure that decides, is below that of the best fixed rate.'),
  sentences: z.array(z.string()).min(1).describe('The verdict in words, the most important sentence first.'),
});

export const resultsSchema = z
  .strictObject({
    kind: kind('results'),
    schema_version: schemaVersion,
    name: z.string().describe('Name of the experiment.'),
    created_at: createdAt,
    experiment: experimentSchema.describe('The experiment, every default filled in.'),
    experiment_sha256: z.string().describe('SHA-256 of the canonical JSON of the experiment.'),
    engine: engineInfoSchema.describe('What carried out the training.'),
    dataset: z
      .looseObject({
        name: z.string().describe('Name of the data set.'),
        sha256: z.string().describe('SHA-256 over the bytes of its inputs and labels.'),
      })
      .describe('The examples that were trained on.'),
    one_run_grad_evals: positiveCount.describe('Gradient evaluations of one run at a fixed rate: the unit of costs.'),
    methods: z.array(methodResultSchema).describe('Every method with its runs.'),
    best_fixed: z.string().describe('Identifier of the best fixed rate.'),
    best_fixed_at_grid_end: z
      .boolean()
      .describe(
        'Whether that rate is the smallest or the largest that was tried, so that a better one may lie beyond.',
      ),
    comparisons: z.array(comparisonSchema).describe('The policy against each of the other methods, paired by seed.'),
    scoring: z.string().optional().describe('How final losses and accuracies were taken, in words.'),
    decided_by: decidedBySchema
      .optional()
      .describe('What ranks the methods; the final adversarial training loss in files of before it was recorded.'),
    verdict: verdictSchema.describe('Whether the policy won.'),
    seeds: z.array(seedSchema).describe("What each seed's own pilot, estimate and solve gave."),
    failed_seeds: z
      .array(failedSeedSchema)
      .default([])
      .describe('Seeds whose pilot gave no peak rate: no method has a run of them.'),
    seconds: nonnegative.optional().describe('Wall time of the whole benchmark, in seconds.'),
    host: z
      .looseObject({})
      .optional()
      .describe('Node, platform, commit and command line of the process that wrote the file.'),
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr results' });

export type Results = z.output<typeof resultsSchema>;
