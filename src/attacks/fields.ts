import { z } from 'zod';
import { nonnegative } from '../artifacts/shared/common.js';
import { attackLoss } from '../losses/schemas.js';

/** Fields that several attacks have, each with the name that its file gives it. */
export const norm = z
  .enum(['Linf', 'L2'])
  .default('Linf')
  .describe(
    'Norm of a perturbation: Linf (the default) is the largest change of an input value, L2 its Euclidean length.',
  );

export const eps = nonnegative.describe(
  'Radius of the ball of perturbations, in units of the inputs, which lie in [0, 1]; 0 leaves them as they are.',
);

export const randomStart = z
  .boolean()
  .default(true)
  .describe('Whether the ascent starts at a uniform random point of the ball (the default) instead of at the input.');

/** The `loss` of a description; made when the first schema of a file is. */
export const raised = () =>
  attackLoss().optional().describe('Loss that the attack raises; the training loss by default.');
