import { z } from 'zod';
import { count, nonnegative } from '../shared/common.js';

/** What every solve of a Hamilton-Jacobi-Bellman equation reports of itself. */
export const solveStatus = z
  .enum(['converged', 'max_iterations', 'non_finite'])
  .describe(
    'converged; max_iterations: policy iteration stopped at its limit; non_finite: numbers overflowed or are undefined.',
  );

export const remedy = z.string().describe('What to do about the status, in one sentence.');

/** Signs of the rows of the implicit system. */
const space = z
  .boolean()
  .describe('Whether every row that was assembled has the signs and the dominance of an M-matrix.');
const first_offender = z
  .string()
  .nullable()
  .describe('The first node where it is not monotone. Null where there is none.');
const monotone = 'Whether the discrete scheme is monotone.';

export const monotoneInSpace = z.strictObject({ space, first_offender }).describe(monotone);
export const monotoneInSpaceAndTime = z
  .strictObject({ space, time: z.boolean().describe('Whether the step in time is monotone.'), first_offender })
  .describe(monotone);

export const policyIterations = z
  .strictObject({
    mean: nonnegative.describe('Mean over the time steps.'),
    max: count.describe('Most in one time step.'),
  })
  .describe('Policy iterations of the solve.');

/** Over the diagonal of its row, as `solvers/march/solution.ts` has it. */
const RESIDUAL = 'Largest residual of the full discrete equation, relative to the largest value.';

export const residual = nonnegative.describe(RESIDUAL);
export const residualOrNull = nonnegative.nullable().describe(`${RESIDUAL} Null where it is not finite.`);
