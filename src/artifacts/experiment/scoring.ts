import { z } from 'zod';
import { evaluationAttackSchema } from './attacks.js';
import { count, distinct, fraction, positive, positiveCount } from '../shared/common.js';

const checksSchema = z.strictObject({
  examples: positiveCount.default(100).describe('Test examples that are looked at.'),
  queries: positiveCount.default(100).describe('Queries of the random search, for each example.'),
});

export const evaluationSchema = z.strictObject({
  attack: evaluationAttackSchema
    .optional()
    .describe(
      'The attack of the robust figures. By default PGD in the ball of the training attack, or the training attack itself ' +
        'where it has no ball.',
    ),
  spare_misclassified: z
    .boolean()
    .default(false)
    .describe(
      'Whether later starts and attacks leave misclassified examples alone: the same accuracies, and robust losses from ' +
        'below.',
    ),
  checks: checksSchema
    .nullable()
    .prefault({})
    .describe(
      'Signs that the scores cannot be believed, looked for on test examples at the end of a run. Null looks for none.',
    ),
  train_examples: positiveCount
    .default(2000)
    .describe('Most training examples that are scored; the same ones for every method.'),
  test_examples: positiveCount
    .default(2000)
    .describe('Most test examples that are scored; the same ones for every method.'),
  batch_size: positiveCount.default(500).describe('Examples that are scored at once.'),
  seed: count.default(0).describe('Seed of the attacks that score.'),
});

/** Complete methods by name (`src/schedules/named.ts`), which take their rate from a reading. */
export const NAMED_SCHEDULES = ['sf7', 'sf7k', 'h'] as const;

const scheduleFreeMethodSchema = z.strictObject({
  rate: positive.describe('Its learning rate.'),
  warmup_fraction: fraction.describe('Length of its linear warm-up, as a share of the horizon.'),
});

export const benchmarkSchema = z.strictObject({
  fixed_rates: distinct(positive).min(1).describe('Learning rates that are held along a whole run.'),
  decays: distinct(z.enum(['linear', 'wsd']))
    .default(['linear', 'wsd'])
    .describe(
      "Decays, run at the best fixed rate and, with the policy's clip and warm-up, at the pilot's own peak: linear to 0, " +
        'or wsd (held, then linear to 0).',
    ),
  schedule_free: scheduleFreeMethodSchema
    .nullable()
    .default({ rate: 2, warmup_fraction: 0.05 })
    .describe('Schedule-Free SGD as a method. Null leaves it out.'),
  named: distinct(z.enum(NAMED_SCHEDULES))
    .default([])
    .describe('Schedules by name that take their rate from a reading of each seed, which they are charged for.'),
});

export type EvaluationOptions = z.output<typeof evaluationSchema>;
