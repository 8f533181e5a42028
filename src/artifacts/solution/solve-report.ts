import { z } from 'zod';
import { count, nonnegative } from '../shared/common.js';

/** What every solve of a Hamilton-Jacobi-Bellman equation reports of itself. */
export const solveStatus = z
  .enum(['converged', 'max_iterations', 'non_finite'])
  .describe(
    'Status of the solve: converged; max_iterations where policy iteration stopped at its limit; non_finite where ' +
      'numbers overflowed or are undefined.',
  );

/** What became of an answer, beyond its solve. */
export const answerStatus = z
  .enum(['converged', 'max_iterations', 'non_finite', 'unbounded', 'truncated', 'not_unique', 'not_resolved'])
  .describe(
    'Status of the answer: converged; max_iterations where policy iteration stopped at its limit; non_finite where ' +
      'numbers overflowed or are undefined; unbounded where the Hamiltonian has no least value, costs go on without end, ' +
      'or the value goes on moving as the domain widens; truncated where the policy leans on a face that decides the ' +
      'value; not_unique where two conditions far out give two values; not_resolved where the error may be as large ' +
      'as all values.',
  );

export const remedy = z.string().describe('Remedy for the status of the solve, in one sentence.');

/** Signs of the rows of the implicit system. */
const space = z
  .boolean()
  .describe(
    'Whether every row of the implicit system that was assembled has the signs and the dominance of an M-matrix.',
  );
const first_offender = z
  .string()
  .nullable()
  .describe('First node where the discrete scheme is not monotone. Null where there is none.');
const monotone = 'Monotonicity of the discrete scheme.';

export const monotoneInSpace = z.strictObject({ space, first_offender }).describe(monotone);
export const monotoneInSpaceAndTime = z
  .strictObject({
    space,
    time: z.boolean().describe('Whether the step of the discrete scheme in time is monotone.'),
    first_offender,
  })
  .describe(monotone);

export const policyIterations = z
  .strictObject({
    mean: nonnegative.describe('Mean number of policy iterations over the time steps.'),
    max: count.describe('Largest number of policy iterations in one time step.'),
  })
  .describe('Numbers of policy iterations of the solve.');

/** Over the diagonal of its row, as `solvers/march/solution.ts` has it. */
const RESIDUAL = 'Largest residual of the full discrete equation, relative to the largest value.';

export const residual = nonnegative.describe(RESIDUAL);
export const residualOrNull = nonnegative.nullable().describe(`${RESIDUAL} Null where it is not finite.`);
