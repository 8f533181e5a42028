import { HjbLrError, type Issue } from '../../src/errors.js';

/**
 * How differences are taken. `upwind`: one-sided drift. `hybrid`: central where diffusion dominates, by weights that are
 * continuous in the control, alpha+- = (max(s, |mu| h) +- mu h) / (2 h^2), on inner nodes with equal spacings in the
 * axis coordinate; upwind elsewhere. Both are monotone.
 */
export type Scheme = 'upwind' | 'hybrid';

export interface HjbOptions {
  /** Policy iteration stops when the value of the step is known to this, relative to the largest value. */
  readonly tolerance: number;
  readonly maximumPolicyIterations: number;
  /** Time levels to keep: `all`, every k-th with the first and the last, or a list of the problem's own levels. */
  readonly keep: 'all' | number | readonly number[];
  /** `upwind` unless given. */
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
  const { tolerance, maximumPolicyIterations, keep, scheme = 'upwind' } = options;
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
  refuseUnless(scheme === 'upwind' || scheme === 'hybrid', 'scheme', `must be upwind or hybrid, got ${String(scheme)}`);
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
