import { describe, expect, test } from '@jest/globals';
import { jsonSchemas } from '../../src/artifacts/generate-schemas.js';
import { propertiesOf, undescribed, type JsonSchema } from './undescribed.js';

/** Properties that may be without a description, as `FILE: PATH`. */
const EXCEPTIONS: readonly RegExp[] = [
  /^(coefficients|policy|training_log|training_log_row)\.schema\.json: /,
  /^(experiment|results)\.schema\.json: (.*\.)?(attack|measurements|coefficients|engine|warnings)\./,
];

const SCHEMAS = Object.entries(jsonSchemas()).map(([file, text]) => ({ file, schema: JSON.parse(text) as JsonSchema }));

const COUNTED = SCHEMAS.map(({ file, schema }) => {
  const without = undescribed(schema).map((path) => `${file}: ${path}`);
  return [file, propertiesOf(schema).size, without.length, without] as const;
});

describe('every property of a published schema has a description', () => {
  test.each(COUNTED)('%s: of %i properties %i have none', (_, properties, __, without) => {
    expect(properties).toBeGreaterThan(0);
    expect(without.filter((path) => !EXCEPTIONS.some((exception) => exception.test(path)))).toEqual([]);
  });

  test('and every description is a sentence', () => {
    const descriptions = SCHEMAS.flatMap(({ file, schema }) =>
      [...propertiesOf(schema)].map(([path, description]) => [`${file}: ${path}`, description] as const),
    );
    const wrong = descriptions.filter(([, text]) => text !== null && !/^\S.*[.)]$/.test(text));
    expect(wrong).toEqual([]);
  });
});

describe('the walk over a schema', () => {
  const [none, some] = [{}, { description: 'Some.' }];

  test('sees properties wherever a schema may hold them', () => {
    const schema: JsonSchema = {
      properties: { a: { ...some, items: { properties: { b: none } } }, c: none },
      additionalProperties: { properties: { d: none } },
      prefixItems: [{ properties: { e: none } }],
      anyOf: [{ properties: { f: none } }],
      oneOf: [{ allOf: [{ properties: { g: none } }] }],
      $defs: { shared: { properties: { h: none, i: some } } },
    };
    expect(undescribed(schema)).toEqual([
      'a.[].b',
      'c',
      '{}.d',
      '[0].e',
      'form 1.f',
      'form 2.form 1.g',
      '$defs shared.h',
    ]);
    expect(propertiesOf(schema).size).toBe(9);
  });
});
