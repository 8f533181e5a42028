import { z } from 'zod';
import { QUANTITIES } from '../experiment/measurements.js';
import { count, finite } from '../shared/common.js';
import { scoreWarningSchema } from '../training-log/training-log.js';

/** A few hundred points of one run, for the figures: block means of the loss, the rate at the block's first update. */
export const seriesSchema = z.strictObject({
  update: z.array(count).describe('First update of each block of updates.'),
  lr: z.array(finite).describe('Learning rate at that update.'),
  loss: z.array(finite.nullable()).describe('Mean minibatch loss over the block. Null where it is not finite.'),
});

/** What is measured along a run, as figures show it; see `measurements` of an experiment. */
export const measuredSeriesSchema = z.partialRecord(
  z.enum(QUANTITIES),
  z.strictObject({
    update: z.array(count).describe('Updates before which the quantity was measured.'),
    value: z.array(finite.nullable()).describe('What was measured. Null where it is not finite.'),
  }),
);

const figure = finite.nullable();

export const runResultSchema = z.strictObject({
  seed: count.describe('Seed of the run: the same initial weights, minibatches and attack noise for every method.'),
  log: z.string().describe('Path of its training log, relative to this file.'),
  status: z
    .enum(['completed', 'diverged', 'killed'])
    .describe('How the run ended; diverged: its loss or its weights are no longer finite.'),
  dead: z
    .boolean()
    .describe(
      'Whether the network is dead: its final adversarial training loss is within 2 % of ln(classes), above it, or not ' +
        'finite.',
    ),
  train_robust_loss: figure.describe('Final loss at perturbed training inputs. Null where it is not finite.'),
  test_robust_loss: figure.describe('Final loss at perturbed test inputs. Null where it is not finite.'),
  test_acc: figure.describe('Final accuracy on clean test inputs, in [0, 1].'),
  test_robust_acc: figure.describe('Final accuracy on perturbed test inputs, in [0, 1].'),
  train_loss: figure.optional().describe('Final loss at clean training inputs, where it decides.'),
  validation_robust_loss: figure.optional().describe('Final loss at perturbed validation inputs, where it decides.'),
  validation_loss: figure.optional().describe('Final loss at clean validation inputs, where it decides.'),
  run_mean_loss: figure.optional().describe('Mean of the minibatch losses along the run, where it decides.'),
  run_grad_evals: count.describe('Gradient evaluations of the final run.'),
  pilot_grad_evals: count.describe('Gradient evaluations of everything spent before it to choose it.'),
  warnings: z
    .array(scoreWarningSchema)
    .optional()
    .describe('What makes the scores of this run hard to believe. Absent where nothing does.'),
  series: seriesSchema.describe('A few hundred points along the run, for the figures.'),
  measured: measuredSeriesSchema
    .optional()
    .describe('What was measured along the run, by quantity. Absent without measurements.'),
});

export type Series = z.output<typeof seriesSchema>;
export type { Quantity } from '../experiment/measurements.js';
export type MeasuredSeries = z.output<typeof measuredSeriesSchema>;
export type RunResult = z.output<typeof runResultSchema>;
