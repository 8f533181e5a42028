import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { filePages } from '../../scripts/docs/files.js';
import { readmeParts } from '../../benchmarks/readme/parts.js';
import { PACKAGE_ROOT } from '../../src/version.js';

const contentOf = (...place: string[]): string => readFileSync(path.join(PACKAGE_ROOT, ...place), 'utf8');

test.each(Object.entries(filePages()))('docs/reference/%s is of the schemas (npm run docs:reference)', (name, text) => {
  expect(contentOf('docs', 'reference', name)).toBe(text);
});

test("README's table and picture are of the stored study (npm run readme)", async () => {
  const { readme, figure } = await readmeParts();
  expect(contentOf('README.md')).toBe(readme);
  expect(contentOf('docs', 'figures', 'recommended.svg')).toBe(figure);
});
