import { z } from 'zod';
import { fraction, nonnegative, positiveCount } from '../shared/common.js';

/** When a run looks at a held-out loss, and what it does about it (`src/stopping`). */
export const stoppingSchema = z.strictObject({
  price_of_update: nonnegative
    .default(0)
    .describe(
      'Fall of the held-out loss that one more update has to be worth; with 0 (the default) the run goes on to the end ' +
        'of its budget, and the weights of its best look are returned.',
    ),
  first: positiveCount
    .default(100)
    .describe('Number of updates before the first look at the held-out loss; 100 by default.'),
  growth: z
    .number()
    .gt(1)
    .optional()
    .describe(
      'Ratio of the numbers of updates of one look and the look before it; by default 1.25, or 2 where every look has ' +
        'an annealing of its own.',
    ),
  cost: fraction
    .optional()
    .describe(
      "Largest share of the run's gradient evaluations that all looks take together. By default it is 300 over the " +
        'horizon, but at least 0.05 and at most 0.15.',
    ),
  examples: positiveCount
    .default(500)
    .describe('Largest number of validation examples of one look, the same ones at every look; 500 by default.'),
  anneal: fraction
    .default(0.1)
    .describe(
      'Length of the annealing before a look, as a share of the updates done, where the optimizer does not average ' +
        'its weights; 0.1 by default. It is a fork: the run itself goes on from where it was.',
    ),
});

export type StoppingSpec = z.output<typeof stoppingSchema>;

/** What a stopping rule without a validation objective is told. */
export const NEEDS_VALIDATION =
  'looks at the validation loss: set objective.split to "validation", or leave the stopping out';
