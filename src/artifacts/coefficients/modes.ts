import { z } from 'zod';
import { finite, nonnegative, positive } from '../shared/common.js';
import { verdictSchema } from './closure-fit.js';

const drawSchema = z.strictObject({
  curvatures: z.array(positive).describe('Curvature l of each mode: an update at the rate u keeps (1 - u l)^2 of it.'),
  floor: nonnegative.describe('Floor of the loss.'),
  slow: z.array(nonnegative).describe('Loss that each mode holds at update 0.'),
  noise: z.array(nonnegative).describe('Loss that a unit of noise in each mode holds.'),
  feedback: nonnegative.describe('Noise that an update at the rate u feeds into every mode, over u^2 times the loss.'),
  constant: nonnegative.describe('Noise that an update at the rate u feeds into every mode besides, over u^2.'),
});

/** Many modes of a power law, under which schedules are compared; no policy follows their states. */
export const modesFitSchema = z.strictObject({
  exponents: z
    .array(z.tuple([finite, finite]))
    .describe('Exponents of the power laws of slow loss and of noise in the curvature, of each draw.'),
  draws: z.array(drawSchema).describe('Draws from what is believed of the modes after the pilot.'),
  verdict: verdictSchema.describe('Verdict on how well the modes predict runs that they were not fitted to.'),
});

export type ModesFit = z.output<typeof modesFitSchema>;
