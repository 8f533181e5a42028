import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../../../src/artifacts/generate-schemas.js';
import { parseArtifact, parseUnsealed } from '../../../src/artifacts/files.js';
import type { Policy } from '../../../src/artifacts/policy/policy.js';
import { policyId } from '../../../src/artifacts/shared/hash.js';
import { checkPolicyTests, policySchedule, weightsRule } from '../../../src/schedules/index.js';
import { policyCorpus } from '../../../scripts/policy-corpus.js';
import { pythonGolden } from '../../../scripts/python-golden.js';
import { INVALID_POLICIES, type InvalidPolicy } from '../../../scripts/policy-corpus/invalid.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const corpus = policyCorpus();
const policies = Object.entries(corpus).filter(([name]) => name.endsWith('.policy.json'));

interface Validate {
  (value: unknown): boolean;
  readonly errors: unknown;
}

/** ajv for JSON Schema 2020-12, whose types are not needed. */
const AJV: string = 'ajv/dist/2020.js';
const { Ajv2020 } = (await import(AJV)) as {
  Ajv2020: new (options: object) => { compile(schema: object): Validate };
};
const isValid = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(jsonSchemas()['policy.schema.json']) as object,
);

type Json = Record<string, unknown>;

/** The example with the changes of an invalid one. */
function changed({ of, set = {}, remove = [], unsealed }: InvalidPolicy): Json {
  const body = { ...(JSON.parse(corpus[of!]) as Json), tests: [] };
  const place = (dotted: string): [Json, string] => {
    const steps = dotted.split('.');
    return [steps.slice(0, -1).reduce((object, step) => object[step] as Json, body as Json), steps.at(-1)!];
  };
  for (const [dotted, value] of Object.entries(set)) {
    const [object, last] = place(dotted);
    object[last] = structuredClone(value);
  }
  for (const dotted of remove) {
    const [object, last] = place(dotted);
    delete object[last];
  }
  return unsealed === true || 'policy_id' in set ? body : { ...body, policy_id: policyId(body) };
}

/** Reads a body as the product does before a run. */
function read(body: unknown): void {
  const policy = parseArtifact('policy', body, 'policy.json');
  const { horizon } = policy.time;
  if (policy.filter?.kind === 'weights') weightsRule(policy, { updates: horizon });
  else policySchedule(policy, { updates: horizon });
}

/** A snapshot of what the code gives, which other readers are held to: `npx tsx scripts/policy-corpus.ts` writes it anew. */
describe('schema/policy', () => {
  test.each(Object.keys(corpus))('%s is up to date', (name) => {
    expect(readFileSync(path.join(ROOT, 'schema/policy', name), 'utf8')).toBe(corpus[name]);
  });

  test.each(policies)('%s is valid, has 60 vectors or more, and passes them', (_name, text) => {
    const body = JSON.parse(text) as Policy;
    expect([isValid(body), isValid.errors]).toEqual([true, null]);
    expect(body.tests.length).toBeGreaterThanOrEqual(60);
    expect(checkPolicyTests(body)).toEqual([]);
    expect(() => read(body)).not.toThrow();
  });

  const told = INVALID_POLICIES.map(
    (example) => [`${example.rule} ${JSON.stringify(example.set ?? example.text)}`, example] as const,
  );

  test.each(told)('%s is refused by the judge that the rule names', (_name, example) => {
    if (example.judged_by === 'json') {
      expect(() => void JSON.parse(example.text!)).toThrow();
      return;
    }
    const body = changed(example);
    expect(isValid(body)).toBe(example.judged_by === 'reader');
    expect(() => read(body)).toThrow(expect.objectContaining({ remedy: expect.stringMatching(/\w/) }));
  });

  test('has an example of every rule', () => {
    const rules = readFileSync(path.join(ROOT, 'docs/policy-format.md'), 'utf8').matchAll(/^\| ([JSCR]\d+) /gm);
    const shown = new Set(INVALID_POLICIES.map(({ rule }) => rule));
    expect([...rules].map(([, rule]) => rule).filter((rule) => !shown.has(rule))).toEqual([]);
  });

  test('what a newer minor version adds is ignored', () => {
    const body = { ...(JSON.parse(corpus['feedback.policy.json']) as Json), schema_version: '2.7.0', colour: 'red' };
    expect(() => parseUnsealed('policy', body, 'policy.json')).not.toThrow();
  });
});

/** `npx tsx scripts/python-golden.ts` writes it anew. */
test('clients/python/tests/golden.json is what the product gives', () => {
  expect(readFileSync(path.join(ROOT, 'clients/python/tests/golden.json'), 'utf8')).toBe(pythonGolden());
});

/** Policies of 0.1.0, one without a clip and one with fields that nothing read: refused by name, with the command that helps. */
test.each(['policy-without-clip', 'policy-fields-nobody-reads'])('%s of 0.1.0 is refused by its version', () => {
  const old = { kind: 'policy', schema_version: '1.0.0', output: { quantity: 'learning_rate', clip: null }, tests: [] };
  expect(() => parseArtifact('policy', old, 'policy.json')).toThrow(
    expect.objectContaining({ code: 'E_VERSION', remedy: expect.stringContaining('hjb-lr solve coefficients.json') }),
  );
});
