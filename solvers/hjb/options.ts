import { HjbLrError, type Issue } from '../../src/errors.js';

/**
 * `monotone`: upwind differences and implicit Euler, an M-matrix at every node: first order, unconditionally stable, and
 * convergent to the viscosity solution (Barles & Souganidis 1991).
 * `accurate`: central differences where diffusion dominates, by weights that are continuous in the control; beyond, upwind
 * differences without their leading error, limited; BDF2 in time after one step of implicit Euler. Second order where the
 * solution is smooth, not monotone.
 */
export type Scheme = 'monotone' | 'accurate';

export interface HjbOptions {
  /** Policy iteration stops when the value of the step is known to this, relative to the largest value. */
  readonly tolerance: number;
  readonly maximumPolicyIterations: number;
  /** Time levels to keep: `all`, every k-th with the first and the last, or a list of the problem's own levels. */
  readonly keep: 'all' | number | readonly number[];
  /** `monotone` unless given. */
  readonly scheme?: Scheme;
}

export interface ResolvedHjbOptions {
  readonly tolerance: number;
  readonly maximumPolicyIterations: number;
  readonly keep: ReadonlySet<number>;
  readonly scheme: Scheme;
}

/**
 * The complete record of options for a problem with these time levels.
 * @throws E_INVALID with every issue and its path
 */
export function resolveOptions(options: HjbOptions, times: readonly number[]): ResolvedHjbOptions {
  const { tolerance, maximumPolicyIterations, keep, scheme = 'monotone' } = options;
  const issues: Issue[] = [];
  const refuseUnless = (holds: boolean, path: string, message: string): void => {
    if (!holds) issues.push({ path, message });
  };
  refuseUnless(tolerance > 0 && tolerance < 1, 'tolerance', `must lie between 0 and 1, got ${tolerance}`);
  refuseUnless(
    Number.isInteger(maximumPolicyIterations) && maximumPolicyIterations >= 1,
    'maximumPolicyIterations',
    `must be an integer of at least 1, got ${maximumPolicyIterations}`,
  );
  refuseUnless(
    scheme === 'monotone' || scheme === 'accurate',
    'scheme',
    `must be monotone or accurate, got ${String(scheme)}`,
  );
  issues.push(...keepIssues(keep, times));
  if (issues.length > 0) {
    throw new HjbLrError('E_INVALID', 'The solver options are not valid.', {
      remedy: 'Correct these options.',
      issues,
    });
  }
  return { tolerance, maximumPolicyIterations, keep: keptLevels(keep, times), scheme };
}

function keepIssues(keep: HjbOptions['keep'], times: readonly number[]): Issue[] {
  if (keep === 'all') return [];
  if (typeof keep === 'number') {
    return Number.isInteger(keep) && keep >= 1
      ? []
      : [{ path: 'keep', message: `must be a whole number of levels, got ${keep}` }];
  }
  const levels = new Set(times);
  const unknown = keep.filter((time) => !levels.has(time));
  return unknown.map((time) => ({ path: 'keep', message: `${time} is not one of the problem's time levels` }));
}

function keptLevels(keep: HjbOptions['keep'], times: readonly number[]): Set<number> {
  if (keep === 'all') return new Set(times);
  if (typeof keep !== 'number') return new Set(keep);
  return new Set(times.filter((_, level) => level % keep === 0 || level === times.length - 1));
}
