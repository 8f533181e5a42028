import { issueUnless, refuseWhere } from '../input-issues.js';
import type { Scheme } from '../discretization/schemes.js';
import type { ControlProblem } from '../problem/control-problem.js';

export interface DensityOptions {
  /** Levels to return: `all`, or every k-th with the first and the last. */
  readonly keep: 'all' | number;
  /** Levels to march through, increasing from 0: for an infinite horizon, which has none of its own, and only there. */
  readonly times?: readonly number[];
  /** Whose generator is transposed; `monotone` unless given. `accurate` is of second order in the spacings where diffusion dominates. */
  readonly scheme?: Scheme;
}

/** How the mass is spread at the kept levels. */
export interface DensityResult {
  /**
   * `max_iterations`: a step could not be solved to rounding; `not_monotone`: a row of the generator has a negative rate;
   * `non_finite`: the mass is not finite; `mass_lost`: mass and absorbed mass are not 1 to 1e-10.
   */
  readonly status: 'converged' | 'max_iterations' | 'not_monotone' | 'non_finite' | 'mass_lost';
  /** One sentence: what to do about the status. */
  readonly remedy: string;
  readonly times: readonly number[];
  /** Mass (not density) at every node that is still on its way, by kept level, the last state fastest. */
  readonly mass: readonly Float64Array[];
  /** Mass absorbed until each kept level: at Dirichlet faces, by stopping, and beyond `linear` faces. */
  readonly absorbed: readonly number[];
  /** Where it was absorbed in the end, per node. */
  readonly absorbedAt: Float64Array;
  /** Mean of each state over the mass on its way, in natural units; null where none is left. */
  readonly mean: readonly (readonly number[] | null)[];
  /** Covariance, row-major; null where none is left. */
  readonly covariance: readonly (readonly number[] | null)[];
  /** Largest |mass + absorbed - 1| over all levels. */
  readonly massDefect: number;
  /** Largest |column sum| of the transposed generator with its absorption, relative to the rate of leaving the node. */
  readonly columnDefect: number;
}

export const REMEDIES: Readonly<Record<DensityResult['status'], string>> = {
  converged: 'Nothing to do.',
  max_iterations: 'Take more time steps.',
  not_monotone: 'Report this with the problem: the generator of the monotone scheme has no negative rates.',
  non_finite: 'Check the coefficients at the faces of the domain, or narrow it.',
  mass_lost: 'Take more time steps: in one of these the state moves across the domain too often for doubles.',
};

/**
 * The levels to march through.
 * @throws E_INVALID with every issue and its path
 */
export function requireDensityOptions(problem: ControlProblem, { keep, times }: DensityOptions): readonly number[] {
  const isInfinite = problem.horizon === 'infinite';
  const isKeep = keep === 'all' || (Number.isInteger(keep) && keep >= 1);
  const levels = times ?? problem.times;
  const isIncreasing = levels[0] === 0 && levels.every((t, k) => Number.isFinite(t) && (k === 0 || t > levels[k - 1]));
  const isLevels = times === undefined || (isIncreasing && levels.length > 1);
  refuseWhere(
    [
      ...issueUnless(isKeep, 'keep', `must be all or a whole number of levels, got ${keep}`),
      ...issueUnless(
        !isInfinite || times !== undefined,
        'times',
        'an infinite horizon has no levels of its own: give them',
      ),
      ...issueUnless(isInfinite || times === undefined, 'times', 'the levels are those of the problem'),
      ...issueUnless(isLevels, 'times', 'must increase strictly from 0, at least two levels'),
    ],
    'record of density options',
    'Correct these options.',
  );
  return levels;
}
