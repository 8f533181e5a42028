import { canonicalJson as sortedJson, sha256 } from '../../canonical-json.js';
import { VOLATILE_FIELDS } from './common.js';

/** JSON with sorted keys, without the clock and host fields of the outermost object: what hashes are taken of. */
export function canonicalJson(value: unknown): string {
  return sortedJson(value, VOLATILE_FIELDS);
}

/** SHA-256, in hexadecimal, of the canonical JSON of a value. */
export function artifactSha256(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** `policy_id`: SHA-256 of the canonical policy body without that field. */
export function policyId(body: Readonly<Record<string, unknown>>): string {
  return artifactSha256(without(body, 'policy_id'));
}

/** `sha256` of a file that carries its own digest: SHA-256 of the canonical body without that field. */
export function contentSha256(body: Readonly<Record<string, unknown>>): string {
  return artifactSha256(without(body, 'sha256'));
}

function without(body: Readonly<Record<string, unknown>>, field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== field));
}
