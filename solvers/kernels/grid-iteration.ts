import { biCgStab, krylovWorkspace, largest, MOST_LINEAR, type KrylovWorkspace } from './bicgstab.js';
import type { GridKernel } from './grid-kernel.js';

/** What a policy iteration came to. */
export interface Iterated {
  readonly iterations: number;
  /** Relative to the largest value. */
  readonly residual: number;
  readonly solved: boolean;
}

/** When it ends. */
export interface IterationLimits {
  readonly tolerance: number;
  readonly maximumPolicyIterations: number;
}

/** A kernel, and the work arrays of the linear solves, which are made when the first one is needed. */
export interface GridIteration {
  readonly kind: 'grid';
  readonly kernel: GridKernel;
  readonly krylov: () => KrylovWorkspace;
}

export function gridIteration(kernel: GridKernel): GridIteration {
  let work: KrylovWorkspace | null = null;
  return {
    kind: 'grid',
    kernel,
    krylov: () => (work ??= krylovWorkspace(kernel.state.V.length, kernel.memory.numbers)),
  };
}

/** A correction by the split matrix alone that leaves more than this share of the residual is followed by a linear solve. */
const SLOW = 0.1;

/** To this share of its residual. */
const LINEAR_REDUCTION = 0.03;

/**
 * Policy iteration of two or three states at one level: improve and assemble, then correct V by the split matrix,
 *   (own + A_0) own^-1 (own + A_1) ... delta = what is missing (Douglas & Rachford 1956, in the correction),
 * which differs from the whole matrix by products of the step's terms, and by mixed differences, where second differences
 * along the axes stand for cross legs; where that is not enough by BiCGSTAB preconditioned with it. Ends when V is known to
 * the tolerance: an M-matrix whose rows exceed by `rest` bounds the distance from the solution by the largest residual over
 * `rest`.
 */
export function iterateGrid(
  { kernel, krylov }: GridIteration,
  rest: number,
  { tolerance, maximumPolicyIterations }: IterationLimits,
): Iterated {
  const { state: grid } = kernel;
  let isSlow = false;
  let solved = false;
  let iterations = 0;
  kernel.forward(rest);
  while (!solved && iterations < maximumPolicyIterations) {
    const before = grid.rawResidual;
    if (isSlow) solveCorrection(kernel, rest, krylov());
    else splitCorrection(kernel);
    kernel.add();
    kernel.forward(rest);
    iterations += 1;
    const size = grid.largest + Number.MIN_VALUE;
    if (!Number.isFinite(grid.rawResidual + grid.change + size)) return { iterations, residual: NaN, solved: false };
    solved = grid.rawResidual <= tolerance * rest * size || (isSlow && grid.change <= tolerance * size);
    isSlow ||= grid.rawResidual > SLOW * before;
  }
  return { iterations, residual: grid.residual / (grid.largest + Number.MIN_VALUE), solved };
}

function splitCorrection(kernel: GridKernel): void {
  const { correction, missing } = kernel.state;
  correction.set(missing);
  kernel.split(correction, 1);
}

/**
 * The rows of the policy solved for the correction, preconditioned by the split matrix. Its shift balances the smooth
 * modes, which it takes for shift times what they are, and the rough ones, whose products it adds.
 */
function solveCorrection(kernel: GridKernel, rest: number, work: KrylovWorkspace): void {
  const { correction, missing, stiffness, shape } = kernel.state;
  const shift = Math.sqrt(1 + (2 * stiffness) / (shape.length * rest));
  const matrix = {
    ...kernel,
    precondition: (right: Float64Array, out: Float64Array) => {
      out.set(right);
      kernel.split(out, shift);
    },
  };
  splitCorrection(kernel);
  const { residual } = work;
  const target = LINEAR_REDUCTION * largest(missing);
  kernel.apply(correction, work.image);
  const left = kernel.combine(residual, missing, -1, work.image);
  if (left > target) biCgStab(matrix, correction, work, target, MOST_LINEAR);
}
