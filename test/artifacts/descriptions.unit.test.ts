import { describe, expect, test } from '@jest/globals';
import { jsonSchemas } from '../../src/artifacts/generate-schemas.js';
import { propertiesOf, undescribed, type JsonSchema } from './undescribed.js';

const SCHEMAS = Object.entries(jsonSchemas()).map(([file, text]) => ({ file, schema: JSON.parse(text) as JsonSchema }));

const COUNTED = SCHEMAS.map(({ file, schema }) => [file, propertiesOf(schema).size, undescribed(schema)] as const);

describe('every property of a published schema has a description', () => {
  test.each(COUNTED)('%s: 0 of %i properties are without', (_, properties, without) => {
    expect(properties).toBeGreaterThan(0);
    expect(without).toEqual([]);
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
