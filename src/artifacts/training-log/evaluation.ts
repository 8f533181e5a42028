import { z } from 'zod';
import { count, finite, fraction, positiveCount } from '../shared/common.js';
import { logNumberSchema } from '../shared/log-number.js';

/** Signs that scores cannot be believed, looked for on some test examples at the end of a run. */
const checksSchema = z.strictObject({
  examples: positiveCount.describe('Number of test examples on which the scores were checked.'),
  logit_difference: logNumberSchema.describe('Largest difference between the logits of two equal forward passes.'),
  softmax_outputs: z
    .boolean()
    .describe('Whether the logits of every example are nonnegative and have the sum 1 within 1e-5.'),
  zero_gradients: fraction.describe(
    'Share of the examples at which the gradient of the training loss in the input is exactly 0.',
  ),
  robust_acc: fraction.optional().describe('Accuracy on the checked examples under the scoring attack, in [0, 1].'),
  margin_acc: fraction
    .optional()
    .describe('Accuracy on the checked examples that is left after 20 further steps along the margin, in [0, 1].'),
  random_search_acc: fraction
    .optional()
    .describe('Accuracy on the checked examples that is left after a random search too, in [0, 1].'),
  n_forward_evals: count.describe('Number of forward passes of one example that the checks spent.'),
  n_grad_evals: count.describe(
    'Largest number of gradients of one example that the checks may have spent: misclassified examples are spared.',
  ),
});

export const scoreWarningSchema = z.strictObject({
  code: z
    .enum(['randomised_outputs', 'softmax_outputs', 'zero_gradients', 'masking', 'partial_masking'])
    .describe('Name of the warning, after AutoAttack (Croce & Hein 2020), or partial_masking of the training attack.'),
  message: z.string().describe('Message of the warning, one sentence with the number and what to do.'),
});

const testAttackSchema = z.strictObject({
  attack: z.string().describe('Name of the scoring attack, in words.'),
  robust_acc: fraction
    .optional()
    .describe(
      'Robust test accuracy under this attack alone, in [0, 1]; missing where misclassified examples were spared.',
    ),
  worst_case_acc: fraction.describe('Robust test accuracy under this attack and all before it together, in [0, 1].'),
});

/** Losses and accuracies on fixed examples, in the middle or at the end of a run. */
export const logEvaluationSchema = z.strictObject({
  type: z.literal('evaluation').describe('Type of the row: scores on fixed examples.'),
  update: count.describe('Number of updates done before the scores were taken.'),
  train_robust_loss: logNumberSchema.describe('Loss at the attacked training examples.'),
  test_robust_loss: logNumberSchema.describe('Loss at the attacked test examples.'),
  test_loss: logNumberSchema.describe('Loss at the clean test examples.'),
  train_loss: logNumberSchema.describe('Loss at the clean training examples.'),
  test_acc: finite.describe('Accuracy on the clean test examples, in [0, 1].'),
  test_robust_acc: finite.describe('Accuracy on the attacked test examples, in [0, 1].'),
  constant_class: count
    .optional()
    .describe('Class that every clean example which was scored is given; missing where there is more than one.'),
  validation_loss: logNumberSchema
    .optional()
    .describe('Loss at the clean validation examples, where the objective is of that split.'),
  validation_robust_loss: logNumberSchema
    .optional()
    .describe('Loss at the attacked validation examples, where the objective is of that split.'),
  attack: z.string().optional().describe('Attack under which robust losses and accuracies were taken, in words.'),
  test_attacks: z
    .array(testAttackSchema)
    .optional()
    .describe('Robust test accuracies under each of several scoring attacks.'),
  checks: checksSchema.optional().describe('Results of the checks for signs that the scores cannot be believed.'),
  warnings: z.array(scoreWarningSchema).optional().describe('Warnings about what makes the scores hard to believe.'),
});

export type LogEvaluation = z.output<typeof logEvaluationSchema>;
export type ScoreChecks = z.output<typeof checksSchema>;
export type ScoreWarning = z.output<typeof scoreWarningSchema>;
