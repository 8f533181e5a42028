import { z } from 'zod';
import { finite, nonnegative } from '../shared/common.js';

const numbers = z.array(finite);
const errors = z.array(nonnegative);

const flowSchema = z.strictObject({
  weights: z.array(numbers).describe('The weights at each time.'),
  input_gradient: errors.describe('Root of E |grad_x loss|^2 at each time.'),
  clean_loss: numbers.describe('Expected loss without attack at each time.'),
  adversarial_loss: z.array(numbers).describe('Expected loss under the testing attack, for each eps at each time.'),
});

/** The flows of SGD and of adversarial SGD from the same start. */
export const robustnessSchema = z.strictObject({
  attack: z.string().describe('The attack that tests both flows, in words.'),
  eps: z.array(nonnegative).describe('Its radii, in units of the inputs.'),
  times: numbers.describe('The times at which the flows are tested, in units of t.'),
  sgd: flowSchema.describe('The flow of SGD without attack.'),
  adversarial: flowSchema.describe("The flow of adversarial SGD with the model's attack."),
  sentences: z.array(z.string()).describe('What the comparison says, in words.'),
});

export type Robustness = z.output<typeof robustnessSchema>;
