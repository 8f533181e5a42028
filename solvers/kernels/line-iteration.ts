import type { Iterated, IterationLimits } from './grid-iteration.js';
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
  let solved = false;
  let iterations = 0;
  kernel.forward(rest);
  while (!solved && iterations < maximumPolicyIterations) {
    kernel.backward();
    iterations += 1;
    refresh?.(iterations);
    kernel.forward(rest);
    if (!Number.isFinite(state.residual + state.change + state.V[0]))
      return { iterations, residual: NaN, solved: false };
    const missing = Math.min(state.rawResidual / rest, state.change);
    solved = missing <= tolerance * (state.largest + Number.MIN_VALUE);
  }
  return { iterations, residual: state.residual / (state.largest + Number.MIN_VALUE), solved };
}
