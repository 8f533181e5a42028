import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PACKAGE_ROOT } from '../../src/version.js';

const PAGE = readFileSync(path.join(PACKAGE_ROOT, 'docs', 'extending.md'), 'utf8');
const FIXTURES = path.join(PACKAGE_ROOT, 'test', 'extending', 'fixtures');

/** Every TypeScript block of the page, with the file that the line before it names. */
const QUOTES = [...PAGE.matchAll(/<!-- quoted from (\S+) -->\n\n```ts\n([\s\S]*?)```/g)].map(([, file, code]) => ({
  file,
  code,
}));

describe('docs/extending.md', () => {
  test.each(QUOTES)('quotes $file word for word', ({ file, code }) => {
    expect(readFileSync(path.join(PACKAGE_ROOT, file), 'utf8')).toContain(code);
  });

  test('quotes every file that the walk registers, and no other code', () => {
    const files = QUOTES.map(({ file }) => path.basename(file)).sort();
    expect(files).toEqual(readdirSync(FIXTURES).sort());
    expect(PAGE.match(/```ts/g)).toHaveLength(QUOTES.length);
  });
});
