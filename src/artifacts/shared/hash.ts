import { canonicalJson as sortedJson, sha256 } from '../../canonical-json.js';
import { VOLATILE_FIELDS } from './common.js';

/** JSON with sorted keys and without clock or host fields, at every depth: what hashes are taken of. */
export function canonicalJson(value: unknown): string {
  return sortedJson(value, VOLATILE_FIELDS);
}

/** SHA-256, in hexadecimal, of the canonical JSON of a value. */
export function artifactSha256(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** `policy_id`: SHA-256 of the canonical policy body without that field. */
export function policyId(body: Readonly<Record<string, unknown>>): string {
  return artifactSha256(Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'policy_id')));
}
