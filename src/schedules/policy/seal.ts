import type { Policy } from '../../artifacts/policy/policy.js';
import { parseUnsealed, readJson, writeFileAtomic } from '../../artifacts/files.js';
import { policyId } from '../../artifacts/shared/hash.js';
import { prettyJson } from '../../formats/pretty-json.js';
import { requirePolicy } from './check.js';
import { policyTestVectors } from './test-vectors.js';

/** A policy with its test vectors, and with the hash of the whole body. */
export function sealedPolicy(body: Omit<Policy, 'policy_id' | 'tests'>): Policy {
  const tests = policyTestVectors({ ...body, policy_id: '' });
  return { ...body, tests, policy_id: policyId({ ...body, tests }) };
}

/**
 * Accepts a policy file that was edited by hand: renews its test vectors and its `policy_id`, and notes the edit as
 * `provenance.edited`. A file whose hash is right already is left as it is.
 *
 * @returns the policy's id
 * @throws what reading it throws, but for a hash that is not that of the body; E_INVALID for a file that contradicts
 * itself; E_WRITE
 */
export async function sealPolicyFile(file: string): Promise<string> {
  const body = (await readJson(file)) as Record<string, unknown>;
  const policy = parseUnsealed('policy', body, file);
  if (policyId(body) === policy.policy_id) return policy.policy_id;
  requirePolicy(policy, policy.time.horizon);
  const renewed = {
    ...body,
    provenance: { ...policy.provenance, edited: true },
    tests: policyTestVectors(policy),
  };
  const policy_id = policyId(renewed);
  await writeFileAtomic(file, prettyJson({ ...renewed, policy_id }));
  return policy_id;
}
