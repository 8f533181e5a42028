import { z } from 'zod';
import { count, positiveCount } from '../shared/common.js';
import { logNumberSchema } from '../shared/log-number.js';

/** One look at the held-out loss along a run, after an update. */
export const logLookSchema = z.strictObject({
  type: z.literal('look').describe('Type of the row: a look at the loss on held-out validation examples.'),
  update: positiveCount.describe('Number of updates done before the look.'),
  annealed_updates: count.describe('Number of updates of the annealing that was forked off for this look; 0 for none.'),
  held_out_loss: logNumberSchema.describe('Mean loss at the attacked validation examples of the look.'),
  training_loss: logNumberSchema.describe(
    'Mean of the minibatch losses of the updates since the look before, or of the second half of the annealing.',
  ),
  gap: logNumberSchema.describe('Generalisation gap: the held-out loss less the training loss.'),
  examples: positiveCount.describe('Number of validation examples of the look.'),
  best: z.boolean().describe('Whether the held-out loss is the lowest so far, so that these weights are kept.'),
  action: z.enum(['continue', 'stop']).describe('Decision after the look: the run goes on, or stops.'),
  reason: z.string().describe('Reason for the decision, in words.'),
  grad_evals: count.describe('Number of gradient evaluations of minibatches that the look cost.'),
});

export type LogLook = z.output<typeof logLookSchema>;
