import { z } from 'zod';
import { finite, nonnegative } from '../shared/common.js';

const numbers = z.array(finite);
const errors = z.array(nonnegative);

const flowSchema = z.strictObject({
  weights: z.array(numbers).describe('Weights along the flow at each time.'),
  input_gradient: errors.describe('Root mean square of the input gradient, sqrt(E |grad_x loss|^2), at each time.'),
  clean_loss: numbers.describe('Expected loss without attack at each time.'),
  adversarial_loss: z.array(numbers).describe('Expected loss under the testing attack, for each eps at each time.'),
});

/** The flows of SGD and of adversarial SGD from the same start. */
export const robustnessSchema = z.strictObject({
  attack: z.string().describe('Attack that tests both flows, in words.'),
  eps: z.array(nonnegative).describe('Radii of the testing attack, in units of the inputs.'),
  times: numbers.describe('Times at which the flows are tested, in units of t.'),
  sgd: flowSchema.describe('Flow of SGD without attack.'),
  adversarial: flowSchema.describe("Flow of adversarial SGD with the model's attack."),
  sentences: z.array(z.string()).describe('Findings of the comparison, one sentence each.'),
});

export type Robustness = z.output<typeof robustnessSchema>;
