import type { z } from 'zod';
import { attachedStateSchema } from '../../artifacts/policy/attached-state.js';
import { issuesOf } from '../../artifacts/shared/issues.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import { HjbLrError, type Issue } from '../../errors.js';

/** What an attached policy remembers: JSON, to be stored with the weights. */
export type AttachedState = z.output<typeof attachedStateSchema>;

/**
 * A state that was stored, as it is.
 * @throws E_INVALID for anything that is no state, and for the state of another policy
 */
export function requireState(policy: Policy, saved: unknown): AttachedState {
  const parsed = attachedStateSchema.safeParse(saved, { reportInput: true });
  if (!parsed.success) throw notAState(issuesOf(parsed.error));
  const issues = stateIssues(policy, parsed.data);
  if (issues.length > 0) throw notAState(issues);
  return parsed.data;
}

/** What the schema cannot see. */
function stateIssues(policy: Policy, { policy_id, schedule }: AttachedState): Issue[] {
  const { filter, updates, observed, guarded } = schedule;
  const issueIf = (wrong: boolean, path: string, message: string): Issue[] => (wrong ? [{ path, message }] : []);
  const names = Object.keys(policy.controls).sort().join();
  const size = policy.filter === null || policy.filter.kind === 'weights' ? null : policy.filter.initial.mean.length;
  return [
    ...issueIf(policy_id !== policy.policy_id, 'policy_id', 'is that of another policy'),
    ...issueIf((filter?.mean.length ?? null) !== size, 'schedule.filter.mean', 'does not fit the filter of the policy'),
    ...issueIf(
      filter !== null && filter.covariance.length !== filter.mean.length ** 2,
      'schedule.filter.covariance',
      'must hold a number for each pair of states',
    ),
    ...issueIf(
      filter !== null && filter.update + filter.rates.length !== updates,
      'schedule.filter.rates',
      'must reach up to the last update',
    ),
    ...issueIf(observed >= updates && observed >= 0, 'schedule.observed', 'is an update that was not decided yet'),
    ...issueIf((guarded === null) !== (updates === 0), 'schedule.guarded', 'is null before the first decision alone'),
    ...issueIf(
      guarded !== null && Object.keys(guarded).sort().join() !== names,
      'schedule.guarded',
      `must hold ${names}`,
    ),
  ];
}

function notAState(issues: readonly Issue[]): HjbLrError {
  return new HjbLrError('E_INVALID', 'This is not the state of an attached policy.', {
    remedy: 'Give what state() returned, as it was stored with the weights; without one, start the run anew.',
    issues,
  });
}
