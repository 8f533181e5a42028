import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VOLATILE_FIELDS } from '../../src/artifacts/shared/common.js';
import { artifactSha256, canonicalJson, policyId } from '../../src/artifacts/shared/hash.js';
import { prettyJson } from '../../src/formats/pretty-json.js';

const json = fc.jsonValue({ maxDepth: 4 });

/** The value with the members of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, reversed(entry)]),
  );
}

/** The value with clock and host fields in the outermost object. */
function stamped(value: unknown, stamp: string): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !VOLATILE_FIELDS.includes(key));
  return { ...Object.fromEntries(VOLATILE_FIELDS.map((field) => [field, stamp])), ...Object.fromEntries(entries) };
}

describe('artifactSha256', () => {
  test('does not depend on the order of members', () => {
    fc.assert(fc.property(json, (value) => artifactSha256(reversed(value)) === artifactSha256(value)));
  });

  test('does not depend on the clock and host fields of a file, and does on what is called so inside it', () => {
    expect(artifactSha256({ support: { host: 1 } })).not.toBe(artifactSha256({ support: { host: 2 } }));
    fc.assert(
      fc.property(json, (value) => artifactSha256(stamped(value, 'a')) === artifactSha256(stamped(value, 'b'))),
    );
  });

  test('tells different values apart, the order of arrays included', () => {
    expect(artifactSha256({ a: [1, 2] })).not.toBe(artifactSha256({ a: [2, 1] }));
    expect(artifactSha256({ a: 1 })).not.toBe(artifactSha256({ a: '1' }));
    expect(artifactSha256({ a: null })).not.toBe(artifactSha256({}));
    expect(artifactSha256({ a: undefined })).toBe(artifactSha256({}));
  });

  test('is SHA-256 of sorted JSON without blanks', () => {
    // printf '{"a":[1,{"b":2,"c":3}],"z":true}' | sha256sum
    expect(canonicalJson({ z: true, created_at: 'now', a: [1, { c: 3, b: 2 }] })).toBe(
      '{"a":[1,{"b":2,"c":3}],"z":true}',
    );
    expect(artifactSha256({ z: true, a: [1, { c: 3, b: 2 }] })).toBe(
      'c8c6574496e1a86ac109ce7f92445fccdf8910d1527795cf2372cb3fe9fa4b47',
    );
  });

  test('a policy_id does not depend on the policy_id that is there', () => {
    expect(policyId({ name: 'a', policy_id: 'old' })).toBe(policyId({ name: 'a' }));
    expect(policyId({ name: 'a' })).not.toBe(policyId({ name: 'b' }));
  });
});

describe('prettyJson', () => {
  test('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(prettyJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
