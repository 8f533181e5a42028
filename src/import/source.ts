import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readBytes } from '../formats/bytes.js';
import type { LogFile } from './log-reader.js';

/** Files that are read of one folder at most: a folder of runs, given by mistake, is not read whole. */
const MOST_FILES = 1000;

/**
 * A file, or a folder with the files in it and below it, in memory.
 * @throws E_NOT_FOUND, E_DATA for damaged gzip
 */
export async function openLog(file: string): Promise<LogFile> {
  const status = await stat(file).catch(() => null);
  if (status?.isDirectory() !== true) return { file, bytes: await readBytes(file, 'Check the path.') };
  const entries = await readdir(file, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(file, path.join(entry.parentPath, entry.name)))
    .sort();
  const parts = names.slice(0, MOST_FILES).map(async (name) => ({
    file: name,
    bytes: await readBytes(path.join(file, name), 'Check the path.'),
  }));
  return { file, bytes: new Uint8Array(), folder: await Promise.all(parts) };
}

/** The name of a file or folder without its endings. */
export function nameOf(file: string): string {
  return path.basename(path.resolve(file)).replace(/(\.[A-Za-z]\w*)+$/, '');
}
