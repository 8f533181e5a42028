import { z } from 'zod';
import { nonnegative } from '../artifacts/shared/common.js';
import { attackLoss } from '../losses/schemas.js';

/** Fields that several attacks have, each with the name that its file gives it. */
export const norm = z
  .enum(['Linf', 'L2'])
  .default('Linf')
  .describe(
    'The norm measures a perturbation: Linf (the default) by the largest change of an input value, L2 by its Euclidean length.',
  );

export const eps = nonnegative.describe(
  'No perturbation is longer than this radius, in units of the inputs, which lie in [0, 1]; 0 leaves them as they are.',
);

export const randomStart = z
  .boolean()
  .default(true)
  .describe('If true (the default), the ascent starts at a uniform random point of the ball, otherwise at the input.');

/** The `loss` of a description; made when the first schema of a file is. */
export const raised = () =>
  attackLoss().optional().describe('The attack raises this loss. By default it raises the training loss.');
