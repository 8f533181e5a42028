import { z } from 'zod';
import { count, nonnegative, positiveCount } from '../shared/common.js';
import { logNumberSchema } from '../shared/log-number.js';

const LOSSES = ['train_loss', 'train_robust_loss', 'val_loss', 'val_robust_loss'] as const;

/** One update: what was seen before it, and the step that was taken. Columns of other names are kept. */
export const logStepSchema = z
  .looseObject({
    type: z.literal('step').describe('A row of one update.'),
    update: count.describe('Updates done before this one: 0, 1, 2, ...'),
    epoch: nonnegative.optional().describe('Training examples seen before this update, in epochs.'),
    lr: logNumberSchema.describe('Learning rate in force for this update.'),
    reason: z
      .string()
      .optional()
      .describe('Why the controls are what they are: schedule, warmup, table, fallback:missing, ...'),
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
    clip_factor: logNumberSchema.optional().describe('Factor of the clip, min(1, G / |g|); 1 without a clip.'),
    step_length: logNumberSchema.optional().describe('Length of the step that was taken, |theta_new - theta|.'),
    n_grad_evals: count
      .optional()
      .describe('Gradient evaluations of minibatches so far, those of the attack included, after this update.'),
    batch_size: positiveCount
      .optional()
      .describe('Examples of the minibatch, where their number changes along the run.'),
    n_example_grads: count
      .optional()
      .describe('Gradients of single examples so far, where the batch size changes along the run.'),
    attack_steps: logNumberSchema.optional().describe('Ascent steps of the attack, where they change along the run.'),
    attack_step_size: logNumberSchema.optional().describe('Length of an ascent step, where it changes along the run.'),
    attack_eps: logNumberSchema
      .optional()
      .describe('Radius of the ball of the attack, where it changes along the run.'),
    averaging_weight: logNumberSchema
      .optional()
      .describe('Weight of the newest weights in the average that is evaluated, where there is one.'),
    wall_s: nonnegative.optional().describe('Seconds since the start of the run.'),
  })
  .refine((row) => LOSSES.some((column) => row[column] !== undefined), {
    error: `needs a loss: one of ${LOSSES.join(', ')}`,
    path: ['train_loss'],
  });

export type LogStep = z.output<typeof logStepSchema>;
