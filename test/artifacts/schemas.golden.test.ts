import { describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../../src/artifacts/generate-schemas.js';

const FOLDER = fileURLToPath(new URL('../../schema', import.meta.url));

/** A snapshot, not truth: the published schemas are what the code gives. `npm run schema` writes them anew. */
describe('schema/', () => {
  const generated = jsonSchemas();

  test.each(Object.keys(generated))('%s is up to date', async (name) => {
    expect(await readFile(path.join(FOLDER, name), 'utf8')).toBe(generated[name]);
  });

  test('holds no schema that the code does not give', async () => {
    const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.schema.json'));
    expect(files.sort()).toEqual(Object.keys(generated).sort());
  });

  test('names the kind and forbids unknown fields', () => {
    const { properties, additionalProperties } = JSON.parse(generated['policy.schema.json']) as Record<string, never>;
    expect(properties).toMatchObject({ kind: { const: 'policy' } });
    expect(additionalProperties).toBe(false);
  });
});
