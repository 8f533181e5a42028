import type { ClipSpec } from '../../artifacts/experiment/experiment.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import { HjbLrError } from '../../errors.js';
import { NOTHING_OBSERVED } from '../schedule.js';
import { policySchedule } from '../policy/policy-schedule.js';

/** What a policy says over time alone, for trainers that show it no loss. */
export interface OpenLoopForm {
  readonly name: string;
  readonly policyId: string;
  /** Values of every control at updates 0, 1, ..., T - 1. */
  readonly controls: Readonly<Record<string, readonly number[]>>;
  readonly clip: ClipSpec | null;
  /** Whether the policy itself looks at losses, so that this form is less than it is. */
  readonly isLess: boolean;
}

/**
 * The open loop of a policy through its guards and its warm-up.
 * @param updates - T, by default the policy's horizon
 * @throws what `policySchedule` throws; E_INVALID for a policy that follows the weights
 */
export function openLoopForm(policy: Policy, updates = policy.time.horizon): OpenLoopForm {
  if (policy.filter?.kind === 'weights') throw followsWeights(policy);
  const alone: Policy = { ...policy, form: 'open_loop', input: null, filter: null, support: {}, controls: {} };
  for (const [name, control] of Object.entries(policy.controls)) alone.controls[name] = { ...control, table: null };
  const schedule = policySchedule(alone, { updates });
  let state = schedule.init();
  const decided = Array.from({ length: updates }, () => {
    const { state: next, controls } = schedule.decide(state, NOTHING_OBSERVED);
    state = next;
    return controls;
  });
  const values = schedule.controls.map((name) => [name, decided.map((controls) => controls[name]!)] as const);
  return {
    name: policy.name,
    policyId: policy.policy_id,
    controls: Object.fromEntries(values),
    clip: policy.clip,
    isLess: Object.values(policy.controls).some(({ table }) => table !== null),
  };
}

function followsWeights({ name }: Policy): HjbLrError {
  return new HjbLrError('E_INVALID', `The policy "${name}" follows the weights: over time alone it says nothing.`, {
    remedy: 'Follow it by weightsRule(policy), which takes the weights before every update.',
    issues: [{ path: 'filter.kind', message: 'expected a filter of losses, or none; got weights' }],
  });
}
