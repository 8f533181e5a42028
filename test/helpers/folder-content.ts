import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../../src/canonical-json.js';
import { VOLATILE_FIELDS } from '../../src/artifacts/shared/common.js';

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
    const { options, records, digests } = JSON.parse(text) as Record<'options' | 'records' | 'digests', object>;
    return canonicalJson({ options, records, files: Object.keys(digests).sort() }, []);
  }
  if (file.endsWith('.json')) return withoutClock(JSON.parse(text));
  if (file.endsWith('.html')) return text.replaceAll(/<tr class="host">.*?<\/tr>/g, '');
  if (!file.endsWith('.jsonl')) return text;
  return text
    .trim()
    .split('\n')
    .map((line) => withoutClock(JSON.parse(line)))
    .join('\n');
}

/** Canonical JSON without clock and host fields at any depth: those of a checkpoint lie in its state. */
function withoutClock(value: unknown): string {
  return canonicalJson(stripped(value), []);
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !VOLATILE_FIELDS.includes(key));
  return Object.fromEntries(entries.map(([key, entry]) => [key, stripped(entry)]));
}
