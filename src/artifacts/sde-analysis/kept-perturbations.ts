import { z } from 'zod';
import { finite, nonnegative, positiveCount } from '../shared/common.js';

const numbers = z.array(finite);

const flowSchema = z.strictObject({
  scheme: z
    .enum(['kept', 'restarted', 'danskin', 'frozen'])
    .describe(
      'Scheme of the perturbations: kept, as the model has them; restarted, from 0 in every update; danskin, at their ' +
        'maximum at all times (kappa to infinity); frozen, at 0 (kappa to 0).',
    ),
  weights: z.array(numbers).describe('Weights of the mean field at each time.'),
  perturbation: z
    .array(nonnegative)
    .describe('Root of the mean square length of the perturbations that training sees, at each time.'),
  training_loss: numbers.describe(
    'Mean loss over the examples as training sees it, after the move of a visit, at each time.',
  ),
  strong_loss: numbers.describe(
    'Strong adversarial loss at each time: mean loss over the examples under the attack carried on from 0 to its rest.',
  ),
});

/** The mean field of weights and kept perturbations, its variant and its limits. */
export const keptPerturbationsSchema = z.strictObject({
  examples: positiveCount.describe('Number of training examples, each of which keeps a perturbation.'),
  visit_probability: nonnegative.describe('Probability that an update visits an example.'),
  kappa: nonnegative
    .nullable()
    .describe(
      'Ratio of both rates at the start: step size of the attack, times its steps, times the visits of an example per update, over the learning rate. Null where the learning rate is 0 there.',
    ),
  times: numbers.describe('Times at which the flows are described, in units of t.'),
  flows: z.array(flowSchema).describe('Mean fields from the same start, by what becomes of the perturbations.'),
  sentences: z.array(z.string()).describe('Findings on the kept perturbations, one sentence each.'),
});

export type KeptPerturbations = z.output<typeof keptPerturbationsSchema>;
