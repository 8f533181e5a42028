import { HjbLrError, type Issue } from '../errors.js';

/** Throws every issue at once. @throws E_INVALID */
export function refuseOptions(what: string, issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  throw new HjbLrError('E_INVALID', `The options of ${what} are not valid: ${issues[0].path} ${issues[0].message}.`, {
    remedy: 'Correct these options.',
    issues: [...issues],
  });
}

export const MOST_RUNS = 10_000_000;

/** Why a number of runs or paths will not do; none if it will. */
export function countIssues(options: Readonly<Record<string, number>>): Issue[] {
  return Object.entries(options)
    .filter(([, value]) => !(Number.isInteger(value) && value >= 2 && value <= MOST_RUNS))
    .map(([path, value]) => ({ path, message: `must be a whole number from 2 to ${MOST_RUNS}, got ${value}` }));
}

export function seedIssues(seed: number): Issue[] {
  return Number.isSafeInteger(seed) && seed >= 0
    ? []
    : [{ path: 'seed', message: `must be a nonnegative integer, got ${seed}` }];
}

/** Updates of eta in the horizon; what is left over is more than rounding: null. */
export function updatesIn(horizon: number, eta: number): number | null {
  const updates = Math.round(horizon / eta);
  return updates >= 1 && Math.abs(updates * eta - horizon) <= 1e-9 * horizon ? updates : null;
}
