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
import { decisionSchema } from '../policy/decision.js';
import { coefficientsSchema } from '../coefficients/coefficients.js';
import { experimentSchema } from '../experiment/experiment.js';
import { provenanceSchema } from '../shared/provenance.js';
import { closureSolutionSchema } from '../solution/solution.js';
import { engineInfoSchema } from '../training-log/training-log.js';
import { comparisonSchema, decidedBySchema, methodResultSchema } from './method-result.js';

export * from './method-result.js';
export * from './run-result.js';

const seedSchema = z.strictObject({
  seed: count.describe('Seed of the benchmark whose own pilot, estimate and solve these are.'),
  peak: positive.describe("Peak learning rate that the seed's pilot found."),
  followed: z
    .string()
    .describe(
      "Name of the closure that the seed's unguarded policy follows, or wsd (a plain decay) where no closure predicts well.",
    ),
  decision: decisionSchema
    .optional()
    .describe("Choice of the seed's guarded policy; missing in files from before there was one."),
  coefficients: coefficientsSchema.describe("Coefficients that were estimated from the seed's pilot runs."),
  solution: closureSolutionSchema
    .nullable()
    .describe("Solution that the seed's policy follows. Null where there is none."),
  policy_path: z.string().describe("Path of the seed's policy file, relative to this file."),
  recommended: z
    .strictObject({
      policy_path: z.string().describe('Path of the policy file of the recommended method, relative to this file.'),
      choices: z
        .array(
          z.strictObject({
            choice: z.string().describe('Part of the recommended method that was chosen.'),
            value: z.string().describe('Value of the part, in words.'),
            reason: z.string().describe('Reason of the choice, in words.'),
            evidence: z.string().describe('Study or paper that the reason rests on.'),
          }),
        )
        .describe('Choices of the recommended method for the seed.'),
    })
    .optional()
    .describe('Recommended method of the seed; missing where runs are too short for its readings.'),
  artifacts: z
    .record(z.string(), z.string())
    .describe('SHA-256 of every file of the seed, by path relative to this file.'),
});

const failedSeedSchema = z.strictObject({
  seed: count.describe('Seed of the benchmark whose pilot gave no peak rate.'),
  reason: z.string().describe("Reason why the seed's pilot gave no peak rate, in one sentence."),
});

const verdictSchema = z.strictObject({
  won: z
    .boolean()
    .describe('Whether the policy is better than the best fixed rate, by the outcome of that comparison.'),
  sentences: z.array(z.string()).min(1).describe('Verdict in words, the most important sentence first.'),
});

interface Described {
  readonly methods: readonly { readonly id: string; readonly family: string; readonly runs: readonly unknown[] }[];
  readonly best_fixed: string;
  readonly comparisons: readonly { readonly against: string }[];
}

/** What no field shows alone: that the methods which the verdict speaks of are there, each with runs. */
function resultsIssues({ methods, best_fixed, comparisons }: Described) {
  const ids = methods.map(({ id }) => id);
  const unknown = (path: readonly (string | number)[], id: string) =>
    ids.includes(id) ? [] : [{ path, message: `names the method "${id}", which is not there` }];
  return [
    ...(methods.some(({ family }) => family === 'policy') ? [] : [{ path: ['methods'], message: 'has no policy' }]),
    ...(new Set(ids).size === ids.length
      ? []
      : [{ path: ['methods'], message: 'must not name the same method twice' }]),
    ...methods.flatMap(({ runs }, i) =>
      runs.length > 0 ? [] : [{ path: ['methods', i, 'runs'], message: 'has no run' }],
    ),
    ...unknown(['best_fixed'], best_fixed),
    ...comparisons.flatMap(({ against }, i) => unknown(['comparisons', i, 'against'], against)),
  ];
}

export const resultsSchema = z
  .strictObject({
    kind: kind('results'),
    schema_version: versionField('results'),
    name: z.string().describe('Name of the experiment.'),
    created_at: createdAt,
    sha256: digestField,
    experiment: experimentSchema.describe('Experiment that was run, every default filled in.'),
    experiment_sha256: z.string().describe('SHA-256 of the canonical JSON of the experiment.'),
    engine: engineInfoSchema.describe('Program that carried out the training.'),
    dataset: z
      .looseObject({
        name: z.string().describe('Name of the data set.'),
        sha256: z.string().describe("SHA-256 over the bytes of the data set's inputs and labels."),
      })
      .describe('Data set that was trained on.'),
    one_run_grad_evals: positiveCount.describe(
      'Number of gradient evaluations of one run at a fixed rate, the unit of costs.',
    ),
    methods: z.array(methodResultSchema).describe('Methods of the benchmark with their runs.'),
    best_fixed: z.string().describe('Identifier of the best fixed rate among the methods.'),
    best_fixed_at_grid_end: z
      .boolean()
      .describe(
        'Whether the best fixed rate is the smallest or the largest that was tried, so that a better one may lie ' +
          'beyond.',
      ),
    comparisons: z
      .array(comparisonSchema)
      .describe('Comparisons of the policy with each of the other methods, paired by seed.'),
    scoring: z.string().optional().describe('Way in which final losses and accuracies were taken, in words.'),
    decided_by: decidedBySchema
      .optional()
      .describe(
        'Figure that ranks the methods; the final adversarial training loss in files from before it was recorded.',
      ),
    verdict: verdictSchema.describe('Verdict on whether the policy won.'),
    policy: z
      .strictObject({
        policy_path: z.string().describe('Path of the policy file, relative to this file.'),
        policy_id: z.string().describe('Hash of the policy, which the file names.'),
        seeds: positiveCount.describe('Number of seeds whose pilots the policy was made from.'),
        peak: positive.describe("Peak learning rate: the geometric mean of those that the seeds' pilots found."),
        decision: decisionSchema.describe('Choice of the policy.'),
      })
      .optional()
      .describe(
        'Policy to train with, made from the pilots of all seeds together; none of the methods follows it. Missing in files ' +
          'from before there was one.',
      ),
    seeds: z.array(seedSchema).describe("Results of each seed's own pilot, estimate and solve."),
    failed_seeds: z
      .array(failedSeedSchema)
      .default([])
      .describe('Seeds whose pilot gave no peak rate, so that no method has a run of them; none by default.'),
    seconds: nonnegative.optional().describe('Wall time of the whole benchmark, in seconds.'),
    host: z
      .looseObject({})
      .optional()
      .describe('Node version, platform, commit and command line of the process that wrote the file.'),
    provenance: provenanceSchema,
  })
  .superRefine((results, context) => {
    for (const { path, message } of resultsIssues(results))
      context.addIssue({ code: 'custom', path: [...path], message });
  })
  .meta({ title: 'hjb-lr results' });

export type Results = z.output<typeof resultsSchema>;
