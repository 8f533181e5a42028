import { z } from 'zod';
import { count, finite, nonnegative, positive } from '../shared/common.js';
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
  figure: z.enum(DECIDING_FIGURES).describe('The figure of a run that is compared.'),
  words: z.string().describe('The figure in words.'),
  note: z.string().nullable().describe("Why it is not the objective's own figure. Null where it is."),
});

export const METRICS = ['train_robust_loss', 'test_robust_loss', 'test_acc', 'test_robust_acc'] as const;

export const summarySchema = z.strictObject({
  mean: finite.nullable().describe('Mean over the seeds. Null where a run has no such figure.'),
  standard_error: nonnegative.nullable().describe('Standard error of the mean. Null where it is not known.'),
});

const methodSummarySchema = z.strictObject({
  train_robust_loss: summarySchema.describe('Final loss at perturbed training inputs.'),
  test_robust_loss: summarySchema.describe('Final loss at perturbed test inputs.'),
  test_acc: summarySchema.describe('Final accuracy on clean test inputs.'),
  test_robust_acc: summarySchema.describe('Final accuracy on perturbed test inputs.'),
  train_loss: summarySchema.optional().describe('Final loss at clean training inputs, where it decides.'),
  validation_robust_loss: summarySchema
    .optional()
    .describe('Final loss at perturbed validation inputs, where it decides.'),
  validation_loss: summarySchema.optional().describe('Final loss at clean validation inputs, where it decides.'),
  run_mean_loss: summarySchema.optional().describe('Mean of the minibatch losses along the run, where it decides.'),
  cost_in_runs: finite.describe(
    'Mean cost of a seed, pilot included, in units of the gradient evaluations of one run at a fixed rate.',
  ),
  grad_evals: finite.describe('The same cost in gradient evaluations.'),
  dead: count.describe('Number of runs whose network is dead.'),
});

export const methodResultSchema = z.strictObject({
  id: z.string().describe('Identifier of the method, used in `comparisons` and in file names.'),
  label: z.string().describe('The method in words.'),
  family: z
    .enum(['policy', 'fixed', 'fixed_clipped', 'decay', 'null_hypothesis', 'schedule_free', 'named'])
    .describe("The kind of method. null_hypothesis: a plain decay with the policy's own peak, clip and warm-up."),
  rate: positive.nullable().describe('Learning rate, or peak, of the method. Null where it differs between seeds.'),
  runs: z.array(runResultSchema).describe('One run for each seed.'),
  summary: methodSummarySchema.describe('Figures over all seeds.'),
});

export const comparisonSchema = z.strictObject({
  against: z.string().describe('Identifier of the method that the policy is compared with.'),
  difference: finite
    .nullable()
    .describe('Mean of policy minus the other, of the figure that decides, paired by seed. Null where not finite.'),
  standard_error: nonnegative.nullable().describe('Standard error of that mean. Null where it is not known.'),
  relative: finite.nullable().describe("The difference as a share of the other method's mean."),
});

export type MethodResult = z.output<typeof methodResultSchema>;
export type Comparison = z.output<typeof comparisonSchema>;
export type DecidedBy = z.output<typeof decidedBySchema>;
export type DecidingFigure = DecidedBy['figure'];

/** Mean and standard error of a method's figure; null where no run has it. */
export function figureSummary({ summary }: MethodResult, figure: DecidingFigure): z.output<typeof summarySchema> {
  return summary[figure] ?? { mean: null, standard_error: null };
}
