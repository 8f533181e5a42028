import { z } from 'zod';
import { count, finite, fraction, positiveCount } from '../shared/common.js';
import { logNumberSchema } from '../shared/log-number.js';

/** Signs that scores cannot be believed, looked for on some test examples at the end of a run. */
const checksSchema = z.strictObject({
  examples: positiveCount.describe('Number of test examples that were looked at.'),
  logit_difference: logNumberSchema.describe('Largest difference between the logits of two equal forward passes.'),
  softmax_outputs: z
    .boolean()
    .describe('Whether the logits of every example are nonnegative and have the sum 1 within 1e-5.'),
  zero_gradients: fraction.describe(
    'Share of the examples at which the gradient of the training loss in the input is exactly 0.',
  ),
  robust_acc: fraction.optional().describe('Accuracy on these examples under the scoring attack.'),
  margin_acc: fraction.optional().describe('Accuracy that is left after 20 further steps along the margin.'),
  random_search_acc: fraction.optional().describe('Accuracy that is left after a random search from there.'),
  n_forward_evals: count.describe('Forward passes of one example that the checks spent.'),
  n_grad_evals: count.describe(
    'Gradients of one example that the checks spent at most: misclassified examples are spared.',
  ),
});

export const scoreWarningSchema = z.strictObject({
  code: z
    .enum(['randomised_outputs', 'softmax_outputs', 'zero_gradients', 'masking'])
    .describe('Name of the warning, after AutoAttack (Croce & Hein 2020).'),
  message: z.string().describe('One sentence with the number, and what to do.'),
});

const testAttackSchema = z.strictObject({
  attack: z.string().describe('The attack in words.'),
  robust_acc: fraction
    .optional()
    .describe('Its own robust test accuracy; missing where misclassified examples were spared.'),
  worst_case_acc: fraction.describe('Robust test accuracy of it and all attacks before it together.'),
});

/** Losses and accuracies on fixed examples, in the middle or at the end of a run. */
export const logEvaluationSchema = z.strictObject({
  type: z.literal('evaluation').describe('A row of scores on fixed examples.'),
  update: count.describe('Updates done before the scores were taken.'),
  train_robust_loss: logNumberSchema.describe('Loss at the attacked training examples.'),
  test_robust_loss: logNumberSchema.describe('Loss at the attacked test examples.'),
  test_loss: logNumberSchema.describe('Loss at the clean test examples.'),
  train_loss: logNumberSchema.describe('Loss at the clean training examples.'),
  test_acc: finite.describe('Share of the clean test examples that are classified correctly.'),
  test_robust_acc: finite.describe('Share of the attacked test examples that are classified correctly.'),
  validation_loss: logNumberSchema
    .optional()
    .describe('Loss at the clean validation examples, where the objective is of that split.'),
  validation_robust_loss: logNumberSchema
    .optional()
    .describe('Loss at the attacked validation examples, where the objective is of that split.'),
  attack: z.string().optional().describe('The attack of the robust figures, in words.'),
  test_attacks: z.array(testAttackSchema).optional().describe('What each of several attacks left.'),
  checks: checksSchema.optional().describe('Signs that the scores cannot be believed, as they were looked for.'),
  warnings: z.array(scoreWarningSchema).optional().describe('What makes the scores hard to believe.'),
});

export type LogEvaluation = z.output<typeof logEvaluationSchema>;
export type ScoreChecks = z.output<typeof checksSchema>;
export type ScoreWarning = z.output<typeof scoreWarningSchema>;
