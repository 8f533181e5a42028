import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseArtifact } from '../../src/artifacts/files.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { blocksOf, pages, pageText } from '../helpers/pages.js';

describe.each(pages())('%s', (page) => {
  test('links to files that are there', () => {
    const links = [...pageText(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link);
    const missing = links.filter((link) => !existsSync(path.join(PACKAGE_ROOT, path.dirname(page), link)));
    expect(missing).toEqual([]);
  });

  test('shows files that are valid', () => {
    const files = blocksOf(page)
      .filter(({ language, text }) => language === 'json' && text.includes('"kind"'))
      .map(({ text }) => JSON.parse(text) as { kind: Parameters<typeof parseArtifact>[0] });
    for (const file of files) expect(parseArtifact(file.kind, file, page)).toMatchObject({ kind: file.kind });
  });
});

describe('README.md', () => {
  test('has at most 900 words', () => {
    expect(pageText('README.md').split(/\s+/).length).toBeLessThanOrEqual(900);
  });
});
