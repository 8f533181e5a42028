import { createHash } from 'node:crypto';

/**
 * JSON with the keys of every object sorted and without blanks: equal values give equal text.
 *
 * @param value - anything that JSON holds; undefined members are left out
 * @param omit - members of the outermost object that are left out
 */
export function canonicalJson(value: unknown, omit: readonly string[]): string {
  if (Array.isArray(value)) return `[${value.map((entry) => canonicalJson(entry, [])).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([key, entry]) => entry !== undefined && !omit.includes(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry, [])}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 of a text or of bytes, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
