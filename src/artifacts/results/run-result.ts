import { z } from 'zod';
import { QUANTITIES } from '../experiment/measurements.js';
import { count, finite } from '../shared/common.js';
import { scoreWarningSchema } from '../training-log/training-log.js';

/** A few hundred points of one run, for the figures: block means of the loss, the rate at the block's first update. */
export const seriesSchema = z
  .strictObject({
    update: z.array(count).describe('First update of each block of updates.'),
    lr: z.array(finite).describe('Learning rate at the first update of each block.'),
    loss: z
      .array(finite.nullable())
      .describe('Mean minibatch loss over each block of updates. Null where it is not finite.'),
  })
  .refine(({ update, lr, loss }) => update.length === lr.length && update.length === loss.length, {
    error: 'must have as many rates and losses as updates',
  });

/** What is measured along a run, as figures show it; see `measurements` of an experiment. */
export const measuredSeriesSchema = z.partialRecord(
  z.enum(QUANTITIES),
  z.strictObject({
    update: z.array(count).describe('Numbers of updates done when the quantity was measured.'),
    value: z.array(finite.nullable()).describe('Values of the measured quantity. Null where one is not finite.'),
  }),
);

const figure = finite.nullable();

export const runResultSchema = z.strictObject({
  seed: count.describe('Seed of the run: the same initial weights, minibatches and attack noise for every method.'),
  log: z.string().describe("Path of the run's training log, relative to this file."),
  status: z
    .enum(['completed', 'diverged', 'killed'])
    .describe(
      'Status of the run at its end: completed; diverged, with a loss or weights that are no longer finite; or killed.',
    ),
  dead: z
    .boolean()
    .describe(
      'Whether the network is dead: its final adversarial training loss is within 2 % of that of the best constant ' +
        'prediction (the class-prior entropy), above it, or not finite; or its predictions are constant.',
    ),
  constant_class: count
    .optional()
    .describe(
      'Class that the final network gives every clean example; missing where its predictions are not constant.',
    ),
  train_robust_loss: figure.describe('Final loss at perturbed training inputs. Null where it is not finite.'),
  test_robust_loss: figure.describe('Final loss at perturbed test inputs. Null where it is not finite.'),
  test_acc: figure.describe('Final accuracy on clean test inputs, in [0, 1].'),
  test_robust_acc: figure.describe('Final accuracy on perturbed test inputs, in [0, 1].'),
  train_loss: figure
    .optional()
    .describe('Final loss at clean training inputs; present where this figure decides between methods.'),
  validation_robust_loss: figure
    .optional()
    .describe('Final loss at perturbed validation inputs; present where this figure decides between methods.'),
  validation_loss: figure
    .optional()
    .describe('Final loss at clean validation inputs; present where this figure decides between methods.'),
  run_mean_loss: figure
    .optional()
    .describe('Mean of the minibatch losses along the run; present where this figure decides between methods.'),
  run_grad_evals: count.describe('Number of gradient evaluations of minibatches in the final run.'),
  pilot_grad_evals: count.describe(
    'Number of gradient evaluations of minibatches spent before the final run to choose it.',
  ),
  warnings: z
    .array(scoreWarningSchema)
    .optional()
    .describe('Warnings about what makes the scores of this run hard to believe; missing where nothing does.'),
  series: seriesSchema.describe('Series of a few hundred points along the run, for the figures.'),
  measured: measuredSeriesSchema
    .optional()
    .describe('Series of measurements along the run, by quantity; missing without measurements.'),
});

export type Series = z.output<typeof seriesSchema>;
export type { Quantity } from '../experiment/measurements.js';
export type MeasuredSeries = z.output<typeof measuredSeriesSchema>;
export type RunResult = z.output<typeof runResultSchema>;
