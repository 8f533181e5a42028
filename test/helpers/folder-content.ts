import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../../src/artifacts/shared/hash.js';

/** Every file of a run folder, by relative path, with clock and host fields taken out of JSON and JSONL. */
export async function folderContent(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.sort().map(async (file) => [path.relative(folder, file), stable(file, await readFile(file, 'utf8'))]),
  );
  return Object.fromEntries(contents) as Record<string, string>;
}

function stable(file: string, text: string): string {
  if (path.basename(file) === 'run.json') {
    const { options } = JSON.parse(text) as { options: unknown };
    return canonicalJson(options);
  }
  if (file.endsWith('.json')) return canonicalJson(JSON.parse(text));
  if (file.endsWith('.html')) return text.replaceAll(/<tr class="host">.*?<\/tr>/g, '');
  if (!file.endsWith('.jsonl')) return text;
  return text
    .trim()
    .split('\n')
    .map((line) => canonicalJson(JSON.parse(line)))
    .join('\n');
}
