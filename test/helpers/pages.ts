import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.js';

/** A fenced block of a page with the directive in the comment before it, as in `<!-- file problem.json -->`. */
export interface Block {
  readonly language: string;
  readonly directive: string | null;
  readonly text: string;
}

/** The pages that a stranger reads: the README and the guides, by path from the root. */
export function pages(): string[] {
  const guides = readdirSync(path.join(PACKAGE_ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...guides.map((name) => path.join('docs', name))];
}

export function pageText(page: string): string {
  return readFileSync(path.join(PACKAGE_ROOT, page), 'utf8');
}

export function blocksOf(page: string): Block[] {
  const found = pageText(page).matchAll(/(?:<!-- ([^>]+) -->\n\n)?```(\w+)\n([^]*?)```/g);
  return [...found].map(([, directive, language, text]) => ({ language, directive: directive ?? null, text }));
}
