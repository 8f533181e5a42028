import { z } from 'zod';
import { fraction, positive } from '../shared/common.js';

/** What of the recommended method is given and not computed; the rules stand at `recommendedMethod`. */
export const recommendedFields = z.strictObject({
  base: z
    .enum(['schedule_free', 'sgd'])
    .optional()
    .describe(
      'Base of the recommended method: Schedule-Free SGD, or sgd with a linear decay at the end, or before each look at the ' +
        'validation loss. By default sgd for a run with such looks, and Schedule-Free otherwise.',
    ),
  attack: z
    .enum(['kept', 'experiment'])
    .optional()
    .describe(
      'Attack of the recommended method: kept is one step from the perturbations of the last visits, over as many ' +
        "more updates as that is cheaper, experiment is the experiment's own. By default kept where it can be had.",
    ),
  rate: positive
    .optional()
    .describe('Learning rate of the recommended method; nothing is read then. By default a multiple of the reading.'),
  reading: positive.optional().describe('Reading that the learning rate is a multiple of, in place of one of its own.'),
  multiple: positive
    .optional()
    .describe('Factor from the reading to the learning rate: by default 5 for Schedule-Free, 1.3 for sgd.'),
  warmup: fraction
    .optional()
    .describe('Length of the linear warm-up, as a share of the run. By default it follows from the readings.'),
  ramp_from: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('Share of eps at which the kept attack starts; by default it follows from the model.'),
  ramp_over: fraction
    .optional()
    .describe('Share of the run over which the radius of the kept attack rises to eps; 0.3 by default.'),
});

/** A rate that is given leaves nothing to read. */
export const recommendedSchema = recommendedFields.refine(hasOneRate, {
  error: 'makes reading and multiple idle: give one of them',
  path: ['rate'],
});

/** Whether the rate comes from one place. */
export function hasOneRate({ rate, reading, multiple }: z.output<typeof recommendedFields>): boolean {
  return rate === undefined || (reading === undefined && multiple === undefined);
}

export type RecommendedOptions = z.output<typeof recommendedSchema>;
