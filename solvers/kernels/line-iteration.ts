import type { Iterated, IterationLimits } from './grid-iteration.js';
import type { Findings } from './line.js';
import type { LineKernel } from './line-kernel.js';

/**
 * Policy iteration of one state at one level: every linear solve is exact, by elimination. Ends as that of two or three
 * states does, or when V stands still.
 *
 * @param refresh - called after every iteration with their number where more than the policy changes with V
 */
export function iterateLine(
  kernel: LineKernel,
  rest: number,
  { tolerance, maximumPolicyIterations }: IterationLimits,
  refresh: ((iterations: number) => void) | null,
): Iterated {
  const { state } = kernel;
  let reached: Omit<Iterated, 'iterations'>;
  let iterations = 0;
  kernel.forward(rest);
  do {
    kernel.backward();
    iterations += 1;
    refresh?.(iterations);
    kernel.forward(rest);
    // Any value that is not finite makes V[0] so.
    reached = judgeLine(state, rest, tolerance, state.V[0]);
  } while (!reached.solved && !Number.isNaN(reached.residual) && iterations < maximumPolicyIterations);
  return { iterations, ...reached };
}

/**
 * What a problem of one state has come to: solved where V is known to the tolerance, or stands still.
 * @param witness - not finite where a value is not
 */
export function judgeLine(
  { residual, rawResidual, change, largest }: Findings,
  rest: number,
  tolerance: number,
  witness: number,
): Omit<Iterated, 'iterations'> {
  if (!Number.isFinite(residual + change + witness)) return { residual: NaN, solved: false };
  const size = largest + Number.MIN_VALUE;
  return { residual: residual / size, solved: Math.min(rawResidual / rest, change) <= tolerance * size };
}
