import type { ControlProblem } from '../problem/control-problem.js';
import type { SolveOptions } from './answer.js';
import type { Estimates } from './estimates.js';
import { faceWarnings } from './face-warnings.js';
import type { Solved } from './solved.js';
import type { Truncation } from './truncation.js';
import type { TwoValues } from './uniqueness.js';
import { verdictOf } from './verdict.js';
import { leaningWarnings } from './leaning.js';

/** The solves that an answer is made of. */
export interface Parts {
  readonly main: Solved;
  readonly monotone: Solved;
  /** Null where the main solve has not converged. */
  readonly estimates: Estimates | null;
  readonly monotoneEstimates: Estimates | null;
  /** Null where no face can move, or it was not wanted. */
  readonly truncation: Truncation | null;
  /** Queries at which two conditions far out give two values. */
  readonly apart: readonly TwoValues[];
  readonly started: number;
}

/** Observed orders that mean something, increasing. */
export function ordersOf({ estimates }: Parts): number[] {
  const orders = (estimates?.points ?? []).map((estimate) => estimate?.order);
  return orders.filter((order) => typeof order === 'number').sort((a, b) => a - b);
}

export function isInside({ states, times, horizon }: ControlProblem, t: number, x: readonly number[]): boolean {
  const inTime = horizon === 'infinite' || (t >= times[0] && t <= times[times.length - 1]);
  return inTime && states.every(({ grid }, d) => x[d] >= grid[0] && x[d] <= grid[grid.length - 1]);
}

/** Everything that limits how far the answer can be trusted, in words. */
export function warningsOf(
  problem: ControlProblem,
  options: SolveOptions,
  parts: Parts,
  disagreeing: readonly number[],
): string[] {
  const { status: solved, monotone } = parts.main.solution;
  const { status, remedy } = verdictOf(parts);
  const warnings = [
    ...(status === 'converged' ? [] : [`${status}: ${remedy}`]),
    ...(monotone.firstOffender === null ? [] : [`not monotone in space: ${monotone.firstOffender}`]),
    ...new Set([...(parts.estimates?.trouble ?? []), ...(parts.monotoneEstimates?.trouble ?? [])]),
    ...orderWarnings(parts),
    ...(solved === 'converged' ? searchWarnings(parts) : []),
    ...companionWarnings(options, parts),
    ...(solved === 'converged' ? faceWarnings(problem, parts.main.solution, options.tolerance) : []),
    ...(solved === 'converged' ? leaningWarnings(problem, parts.main.solution) : []),
  ];
  for (const i of disagreeing) {
    warnings.push(`query ${i}: the accurate and the monotone value differ by more than the sum of their estimates`);
  }
  options.query.forEach(({ t, x }, i) => {
    if (!isInside(problem, t, x)) warnings.push(`query ${i} lies outside the grid`);
  });
  return warnings;
}

/** Where a better control may exist than the one found. */
function searchWarnings({ main }: Parts): string[] {
  const doubt = main.solution.search?.doubt ?? null;
  return doubt === null ? [] : [`the controls are not certified to be optimal: ${doubt}`];
}

function orderWarnings(parts: Parts): string[] {
  if (ordersOf(parts).length > 0) return [];
  const reasons = new Set((parts.estimates?.points ?? []).flatMap((estimate) => estimate?.order ?? []));
  return reasons.size === 0 ? [] : [`no observed order: ${[...reasons].join('; ')}`];
}

function companionWarnings({ widerDomain }: SolveOptions, { monotone, truncation }: Parts): string[] {
  const warnings: string[] = [];
  if (monotone.solution.status !== 'converged') warnings.push(`monotone scheme: ${monotone.solution.status}`);
  if (widerDomain === true && truncation === null) {
    warnings.push('no truncation: the equation itself holds at every face, so that none can move');
  }
  return [...warnings, ...(truncation?.trouble ?? [])];
}
