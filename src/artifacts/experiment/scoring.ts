import { z } from 'zod';
import { evaluationAttackSchema } from './attacks.js';
import { count, distinct, fraction, positive, positiveCount } from '../shared/common.js';

const checksSchema = z.strictObject({
  examples: positiveCount
    .default(100)
    .describe('Number of test examples on which the scores are checked; 100 by default.'),
  queries: positiveCount
    .default(100)
    .describe(
      'Number of queries of the random search for adversarial inputs, for each checked example; 100 by default.',
    ),
});

export const evaluationSchema = z.strictObject({
  attack: evaluationAttackSchema
    .optional()
    .describe(
      'Attack under which robust losses and accuracies are taken. By default it is PGD in the ball of the training ' +
        'attack, or the training attack itself where it has no ball.',
    ),
  spare_misclassified: z
    .boolean()
    .default(false)
    .describe(
      'Whether examples that are already misclassified are left out of later starts and attacks; false by default. ' +
        'Accuracies stay the same, and robust losses are bounded from below.',
    ),
  checks: checksSchema
    .nullable()
    .prefault({})
    .describe(
      'Checks for signs that the scores cannot be believed, on test examples at the end of a run. Null makes none.',
    ),
  train_examples: positiveCount
    .default(2000)
    .describe('Largest number of training examples that are scored, the same ones for every method; 2000 by default.'),
  test_examples: positiveCount
    .default(2000)
    .describe('Largest number of test examples that are scored, the same ones for every method; 2000 by default.'),
  batch_size: positiveCount.default(500).describe('Number of examples that are scored at once; 500 by default.'),
  seed: count.default(0).describe('Seed of the attacks that score the weights; 0 by default.'),
});

/** Complete methods by name (`src/schedules/named.ts`), which take their rate from a reading. */
export const NAMED_SCHEDULES = ['sf7', 'sf7k', 'h'] as const;

const scheduleFreeMethodSchema = z.strictObject({
  rate: positive.describe('Learning rate of the Schedule-Free SGD method.'),
  warmup_fraction: fraction.describe(
    'Length of the linear warm-up of the Schedule-Free SGD method, as a share of the horizon.',
  ),
});

export const benchmarkSchema = z.strictObject({
  fixed_rates: distinct(positive)
    .min(1)
    .describe('Constant learning rates of the benchmark, each held along a whole run.'),
  maximum_extensions: count
    .default(4)
    .describe(
      'Largest number of rates that are added beyond an end of fixed_rates while the best rate is that end; 4 by default, 0 ' +
        'for none. They are charged like the others.',
    ),
  decays: distinct(z.enum(['linear', 'wsd']))
    .default(['linear', 'wsd'])
    .describe(
      'Decaying schedules of the benchmark: linear to 0, or wsd (held, then linear to 0); both by default. Each runs ' +
        "at the best fixed rate and, with the policy's clip and warm-up, at the pilot's own peak.",
    ),
  schedule_free: scheduleFreeMethodSchema
    .nullable()
    .default({ rate: 2, warmup_fraction: 0.05 })
    .describe('Settings of Schedule-Free SGD as a method of the benchmark. Null leaves it out.'),
  named: distinct(z.enum(NAMED_SCHEDULES))
    .default([])
    .describe(
      'Names of schedules that take their rate from a reading of each seed, for which they are charged; none by ' +
        'default.',
    ),
  smallest_difference: z
    .number()
    .nonnegative()
    .default(0.005)
    .describe(
      "Smallest difference between two methods that counts, as a share of the other method's mean; 0.005 by default.",
    ),
});

export type EvaluationOptions = z.output<typeof evaluationSchema>;
