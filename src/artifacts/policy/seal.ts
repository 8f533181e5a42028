import { HjbLrError } from '../../errors.js';
import { policyId } from '../shared/hash.js';
import type { Policy } from './policy.js';

/** Hash of each policy that was read, defaults filled in: what it must still be when it is used. */
const hashesAsRead = new WeakMap<object, string>();

/**
 * A policy that was parsed from a file keeps the `policy_id` of the file's body as it stands there.
 *
 * @param body - the file as it was written
 * @param policy - the same with its defaults filled in
 * @throws E_INVALID unless `policy_id` is the hash of the body
 */
export function requireSealedFile(body: unknown, policy: Policy, file: string): void {
  const expected = policyId(body as Record<string, unknown>);
  if (policy.policy_id !== expected) throw unsealed(file, policy.policy_id, expected);
  hashesAsRead.set(policy, policyId(policy));
}

/**
 * The same for a policy in memory, whether it was read or made there.
 * @throws E_INVALID unless `policy_id` is the hash of its body, or of the body of the file that it was read from
 */
export function requireSealed(policy: Policy): void {
  const expected = policyId(policy);
  if (expected === policy.policy_id || expected === hashesAsRead.get(policy)) return;
  throw unsealed(`The policy "${policy.name}"`, policy.policy_id, expected);
}

function unsealed(what: string, found: string, expected: string): HjbLrError {
  return new HjbLrError(
    'E_INVALID',
    `${what} was changed after it was made: its policy_id is not the hash of its body.`,
    {
      remedy: 'Write the policy again with `hjb-lr solve`, or accept the edit with `hjb-lr validate FILE --seal`.',
      issues: [{ path: 'policy_id', message: `expected ${expected}; got ${JSON.stringify(found)}` }],
      fields: { policy: what, expected, found },
    },
  );
}
