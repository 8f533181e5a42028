import { createHash } from 'node:crypto';
import { VOLATILE_FIELDS } from './common.js';

/** JSON with keys in code-point order and without clock or host fields, at every depth: what hashes are taken of. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, entry: unknown) => {
    if (VOLATILE_FIELDS.includes(key)) return undefined;
    return isPlainObject(entry) ? Object.fromEntries(Object.entries(entry).sort(byKey)) : entry;
  });
}

/** SHA-256, in hexadecimal, of the canonical JSON of a value. */
export function artifactSha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** `policy_id`: SHA-256 of the canonical policy body without that field. */
export function policyId(body: Readonly<Record<string, unknown>>): string {
  return artifactSha256(Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'policy_id')));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
