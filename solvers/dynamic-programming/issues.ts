import type { Issue } from '../../src/errors.js';
import { issueUnless } from '../input-issues.js';
import type { Outcome } from './solve.js';

/** Whether the numbers of stages and states are counts. */
export function sizeIssues(stages: number, states: number): Issue[] {
  const isCount = (count: number): boolean => Number.isInteger(count) && count > 0;
  return [
    ...issueUnless(isCount(stages), 'stages', 'must be an integer > 0'),
    ...issueUnless(isCount(states), 'states', 'must be an integer > 0'),
  ];
}

/** Whether outcomes are a distribution over the states, each at a cost. */
export function outcomeIssues(outcomes: readonly Outcome[], states: number, path: string): Issue[] {
  const total = outcomes.reduce((sum, { probability }) => sum + probability, 0);
  const areProbable = outcomes.every(({ probability }) => probability >= 0) && Math.abs(total - 1) <= 1e-12;
  return [
    ...issueUnless(areProbable, path, `has probabilities with sum ${total}`),
    ...outcomes.flatMap(({ cost }) => costIssues(cost, path)),
    ...issueUnless(
      outcomes.every(({ next }) => Number.isInteger(next) && next >= 0 && next < states),
      path,
      'leaves the states',
    ),
  ];
}

/** A cost is a number, or Infinity. */
export function costIssues(cost: number, path: string): Issue[] {
  return issueUnless(cost > -Infinity, path, `costs ${cost}, neither a number nor Infinity`);
}
