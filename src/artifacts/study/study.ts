import { z } from 'zod';
import { evaluationAttackSchema } from '../experiment/attacks.js';
import {
  count,
  distinct,
  editorSchema,
  kind,
  nonnegative,
  positive,
  positiveCount,
  versionField,
} from '../shared/common.js';
import { studyMethodSchema } from './methods.js';

export { studyMethodSchema, type StudyMethod } from './methods.js';

/** What decides between methods, by the columns of scores. */
export const STUDY_FIGURES = ['train_robust_loss', 'validation_robust_loss'] as const;

const curveSchema = z.strictObject({
  points: z.int().min(2).default(10).describe('Number of scores along a run, at equal distances; 10 by default.'),
  examples: positiveCount
    .default(256)
    .describe('Number of training and of test examples of each score along a run; 256 by default.'),
});

const strongSchema = z.strictObject({
  attack: evaluationAttackSchema
    .prefault({ type: 'strong' })
    .describe('Attack of the strong robust accuracy; by default strong, the worst case of several.'),
  examples: positiveCount
    .default(500)
    .describe('Largest number of test examples of the strong robust accuracy; 500 by default.'),
});

const scoringSchema = z.strictObject({
  train_examples: positiveCount
    .default(2000)
    .describe('Largest number of training examples that final losses are taken of; 2000 by default.'),
  test_examples: positiveCount
    .default(1000)
    .describe('Largest number of test examples that final accuracies are taken of; 1000 by default.'),
  strong: strongSchema
    .nullable()
    .prefault({})
    .describe('Settings of the robust accuracy under a strong attack beside the usual one. Null takes none.'),
});

const tuningSchema = z.discriminatedUnion('rule', [
  z.strictObject({
    rule: z.literal('grid').describe('Rule of tuning: every setting of the grid on every tuning seed, all charged.'),
  }),
  z.strictObject({
    rule: z
      .literal('trials')
      .describe(
        "Rule of tuning: the same number of trials for every method, drawn log-uniformly between the grid's ends, in " +
          'independent repetitions whose median is reported (the external tuning ruleset of AlgoPerf).',
      ),
    trials: positiveCount.default(5).describe('Number of trials of each repetition of tuning; 5 by default.'),
    repetitions: positiveCount.default(3).describe('Number of independent repetitions of tuning; 3 by default.'),
  }),
  z.strictObject({
    rule: z
      .literal('self_tuning')
      .describe(
        'Rule of tuning: none; pilots and readings are taken out of the gradient evaluations of the run itself (the ' +
          'self-tuning ruleset of AlgoPerf).',
      ),
  }),
]);

/** What a user writes: every method on every workload, budget and seed. */
export const benchmarkStudySchema = z
  .strictObject({
    $schema: editorSchema,
    kind: kind('benchmark_study'),
    schema_version: versionField('benchmark_study'),
    name: z.string().min(1).describe('Title of the study in messages, files and tables.'),
    workloads: distinct(z.string().min(1))
      .min(1)
      .describe('Paths of the experiment files whose workloads are trained, relative to the folder of this file.'),
    budgets: distinct(positive)
      .min(1)
      .default([1])
      .describe("Lengths of the runs, as multiples of each workload's own horizon; 1 by default."),
    seeds: distinct(count)
      .min(1)
      .describe('Seeds of the runs that are reported; the methods of a seed share initial weights and minibatches.'),
    tuning_seeds: distinct(count)
      .default([])
      .describe('Seeds of the runs that choose settings, none of them among the reported ones; none by default.'),
    tuning: tuningSchema.prefault({ rule: 'grid' }).describe('Rule by which settings are chosen; the grid by default.'),
    methods: z.array(studyMethodSchema).min(1).describe('Methods that are compared.'),
    subject: z
      .string()
      .optional()
      .describe('Name of the method that is judged against the others; the first by default.'),
    reference: z
      .string()
      .optional()
      .describe(
        'Name of the method whose mean has the normalised score 1 and is the target; the first schedule by default.',
      ),
    figure: z
      .enum(STUDY_FIGURES)
      .default('train_robust_loss')
      .describe('Final figure that chooses settings and decides between methods; train_robust_loss by default.'),
    smallest_difference: nonnegative
      .default(0.005)
      .describe("Smallest difference that counts, as a share of the other method's mean; 0.005 by default."),
    curve: curveSchema.prefault({}).describe('Scores along every run, for the time to the target.'),
    scoring: scoringSchema.prefault({}).describe('Settings of the scores of final weights.'),
    bootstrap: z
      .strictObject({
        replications: z.int().min(100).default(2000).describe('Number of bootstrap samples; 2000 by default.'),
        seed: count.default(0).describe('Seed of the bootstrap; 0 by default.'),
      })
      .prefault({})
      .describe('Stratified bootstrap behind the intervals of aggregate scores.'),
  })
  .check(({ value: study, issues }) => {
    const refuse = (path: (string | number)[], message: string): void =>
      void issues.push({ code: 'custom', path, message, input: undefined });
    const names = study.methods.map(({ name }) => name);
    names.forEach((name, i) => {
      if (names.indexOf(name) < i) refuse(['methods', i, 'name'], `"${name}" names another method already`);
    });
    for (const role of ['subject', 'reference'] as const) {
      const name = study[role];
      if (name !== undefined && !names.includes(name)) refuse([role], `no method has the name "${name}"`);
    }
    study.tuning_seeds.forEach((seed, i) => {
      if (study.seeds.includes(seed)) refuse(['tuning_seeds', i], `${seed} is a seed of the reported runs`);
    });
  })
  .meta({ title: 'hjb-lr benchmark study' });

export type BenchmarkStudy = z.output<typeof benchmarkStudySchema>;
export type StudyFigure = (typeof STUDY_FIGURES)[number];
