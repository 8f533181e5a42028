import { z } from 'zod';
import { count, nonnegative, positiveCount } from '../shared/common.js';
import { logNumberSchema } from '../shared/log-number.js';

/** The losses of a minibatch before an update, by their columns. */
export const LOSS_COLUMNS = ['train_loss', 'train_robust_loss', 'val_loss', 'val_robust_loss'] as const;

/** One update: what was seen before it, and the step that was taken. Columns of other names are kept. */
export const logStepSchema = z
  .looseObject({
    type: z.literal('step').describe('Type of the row: one update.'),
    update: count.describe('Number of updates done before this one: 0, 1, 2, ...'),
    epoch: nonnegative.optional().describe('Training examples seen before this update, in epochs.'),
    lr: logNumberSchema.describe('Learning rate in force for this update.'),
    reason: z
      .string()
      .optional()
      .describe('Reason for the values of the controls, such as schedule, warmup, table or fallback:missing.'),
    train_loss: logNumberSchema.optional().describe('Minibatch loss at the clean inputs, before the update.'),
    train_robust_loss: logNumberSchema
      .optional()
      .describe('Minibatch loss at the perturbed inputs, before the update.'),
    val_loss: logNumberSchema
      .optional()
      .describe('Loss at the clean inputs of a validation minibatch, before the update.'),
    val_robust_loss: logNumberSchema
      .optional()
      .describe('Loss at the perturbed inputs of a validation minibatch, before the update.'),
    grad_norm: logNumberSchema.optional().describe('Norm of the minibatch gradient, before the clip.'),
    clip_factor: logNumberSchema
      .optional()
      .describe('Factor by which the gradient clip multiplies the step, in (0, 1]; 1 without a clip.'),
    step_length: logNumberSchema.optional().describe('Length of the step that was taken, |theta_new - theta|.'),
    n_grad_evals: count
      .optional()
      .describe(
        'Number of gradient evaluations of minibatches so far, after this update, those of the attack included.',
      ),
    batch_size: positiveCount
      .optional()
      .describe('Number of examples of the minibatch, where it changes along the run.'),
    n_example_grads: count
      .optional()
      .describe('Number of gradients of single examples so far, where the batch size changes along the run.'),
    attack_steps: logNumberSchema
      .optional()
      .describe('Number of ascent steps of the attack, where it changes along the run.'),
    attack_step_size: logNumberSchema
      .optional()
      .describe('Length of one ascent step of the attack, where it changes along the run.'),
    attack_eps: logNumberSchema
      .optional()
      .describe('Radius of the ball of the attack in units of the inputs, where it changes along the run.'),
    averaging_weight: logNumberSchema
      .optional()
      .describe('Weight of the newest weights in the average that is evaluated, where there is one.'),
    wall_s: nonnegative.optional().describe('Wall time since the start of the run, in seconds.'),
  })
  .refine((row) => LOSS_COLUMNS.some((column) => row[column] !== undefined), {
    error: `needs a loss: one of ${LOSS_COLUMNS.join(', ')}`,
    path: ['train_loss'],
  });

/** Names that a column of another meaning may not have; those of controls stand for these. */
export const STEP_COLUMNS: readonly string[] = Object.keys(logStepSchema.shape);

export type LogStep = z.output<typeof logStepSchema>;
