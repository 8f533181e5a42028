import { z } from 'zod';
import { count, finite, fraction, nonnegative, positive } from '../shared/common.js';
import { runResultSchema } from './run-result.js';

/**
 * What may decide between methods: a final loss on fixed examples, or the mean over the run of the minibatch losses of
 * its updates.
 */
export const DECIDING_FIGURES = [
  'train_robust_loss',
  'train_loss',
  'validation_robust_loss',
  'validation_loss',
  'run_mean_loss',
] as const;

export const decidedBySchema = z.strictObject({
  figure: z.enum(DECIDING_FIGURES).describe('Figure of a run by which methods are compared.'),
  words: z.string().describe('Figure by which methods are compared, in words.'),
  note: z.string().nullable().describe("Reason why the deciding figure is not the objective's own. Null where it is."),
});

export const METRICS = ['train_robust_loss', 'test_robust_loss', 'test_acc', 'test_robust_acc'] as const;

export const summarySchema = z.strictObject({
  mean: finite.nullable().describe('Mean of the figure over the seeds. Null where a run has no such figure.'),
  standard_error: nonnegative
    .nullable()
    .describe("Standard error of the figure's mean over the seeds. Null where it is not known."),
});

const methodSummarySchema = z.strictObject({
  train_robust_loss: summarySchema.describe('Final loss at perturbed training inputs.'),
  test_robust_loss: summarySchema.describe('Final loss at perturbed test inputs.'),
  test_acc: summarySchema.describe('Final accuracy on clean test inputs, in [0, 1].'),
  test_robust_acc: summarySchema.describe('Final accuracy on perturbed test inputs, in [0, 1].'),
  train_loss: summarySchema
    .optional()
    .describe('Final loss at clean training inputs; present where this figure decides between methods.'),
  validation_robust_loss: summarySchema
    .optional()
    .describe('Final loss at perturbed validation inputs; present where this figure decides between methods.'),
  validation_loss: summarySchema
    .optional()
    .describe('Final loss at clean validation inputs; present where this figure decides between methods.'),
  run_mean_loss: summarySchema
    .optional()
    .describe('Mean of the minibatch losses along the run; present where this figure decides between methods.'),
  cost_in_runs: finite.describe(
    'Mean cost of the method for a seed, pilot included, in units of the gradient evaluations of one run at a fixed ' +
      'rate.',
  ),
  grad_evals: finite.describe(
    'Mean cost of the method for a seed, pilot included, in gradient evaluations of minibatches.',
  ),
  dead: count.describe(
    'Number of runs whose network is dead at the end: no better than a constant prediction, or one.',
  ),
});

export const methodResultSchema = z.strictObject({
  id: z.string().describe('Identifier of the method, used in `comparisons` and in file names.'),
  label: z.string().describe('Label of the method, in words.'),
  family: z
    .enum([
      'policy',
      'policy_hjb',
      'fixed',
      'fixed_clipped',
      'decay',
      'null_hypothesis',
      'schedule_free',
      'named',
      'recommended',
    ])
    .describe(
      "Family of the method. policy is the guarded one, policy_hjb the solver's own; null_hypothesis is a plain decay " +
        "with the policy's own peak, clip and warm-up; recommended is the whole method that nobody has to tune.",
    ),
  rate: positive.nullable().describe('Learning rate, or peak, of the method. Null where it differs between seeds.'),
  runs: z.array(runResultSchema).describe('Runs of the method, one for each seed.'),
  summary: methodSummarySchema.describe('Figures of the method over all seeds.'),
});

export const comparisonSchema = z.strictObject({
  against: z.string().describe('Identifier of the method that the policy is compared with.'),
  difference: finite
    .nullable()
    .describe(
      'Mean difference of the deciding figure, policy less the other method, paired by seed. Null where not finite.',
    ),
  standard_error: nonnegative.nullable().describe('Standard error of the mean difference. Null where it is not known.'),
  relative: finite
    .nullable()
    .describe("Mean difference of the deciding figure as a share of the other method's mean. Null where not finite."),
  interval: z
    .strictObject({
      method: z
        .enum(['student_t', 'bootstrap_t'])
        .describe("Method of the interval: Student's t, or from ten seeds on the studentised bootstrap."),
      low: finite.describe('Lower end of the interval.'),
      high: finite.describe('Upper end of the interval.'),
    })
    .nullable()
    .optional()
    .describe(
      '95 % interval of the mean difference, for this comparison alone. Null below five seeds and where a run has no finite ' +
        'figure; missing in files from before it was computed.',
    ),
  p_value: fraction
    .nullable()
    .optional()
    .describe(
      "p of the paired t test of the difference, adjusted over all comparisons by Holm's method. Null where it is not " +
        'known; missing in files from before it was computed.',
    ),
  outcome: z
    .enum(['better', 'worse', 'not_shown', 'too_few_seeds', 'not_finite', 'itself'])
    .optional()
    .describe(
      'Outcome of the comparison for the policy: better or worse where p_value is below 0.05 and the difference at least ' +
        'the smallest that counts, otherwise not_shown; too_few_seeds below 5; itself where the policy is that method for every ' +
        'seed. Missing in files from before there was one.',
    ),
});

export type MethodResult = z.output<typeof methodResultSchema>;
export type Comparison = z.output<typeof comparisonSchema>;
export type DecidedBy = z.output<typeof decidedBySchema>;
export type DecidingFigure = DecidedBy['figure'];

/** Mean and standard error of a method's figure; null where no run has it. */
export function figureSummary({ summary }: MethodResult, figure: DecidingFigure): z.output<typeof summarySchema> {
  return summary[figure] ?? { mean: null, standard_error: null };
}
