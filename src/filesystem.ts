import { mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { HjbLrError } from './errors.js';
import { jsonFaults } from './json-scan.js';
import { positionIn, scanJson } from './json-text.js';
import { STANDARD_INPUT } from './standard-input.js';

export { STANDARD_INPUT } from './standard-input.js';

/** Temporary files of `writeFileAtomic`; one that a killed process left behind may be removed. */
export const TEMPORARY_FILE = /\.hjb-lr-\d+-\d+\.tmp$/;

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some disk space and run the same command again: it resumes.',
  EDQUOT: 'Free some disk space and run the same command again: it resumes.',
  EFBIG: 'Raise the file size limit (ulimit -f) and run the same command again: it resumes.',
  EACCES: 'Choose a folder that you may write to (--out).',
  EPERM: 'Choose a folder that you may write to (--out).',
  ENOENT: 'Choose a folder that you may write to (--out).',
  EROFS: 'Choose a folder on a writable disk (--out).',
  ENOTDIR: 'A part of this path is a file: choose another folder (--out).',
  EEXIST: 'A part of this path is a file: choose another folder (--out).',
  EISDIR: 'A folder has this name: choose another folder (--out).',
};

let writes = 0;
let listening = false;

/**
 * Writes a whole file or nothing, of parts one after the other if there are several: to a temporary name beside it, flushed to
 * disk, then renamed. Missing folders are made. (write-file-atomic takes a short write for a whole one, so that a full disk gives a cut-off file.)
 *
 * @throws E_WRITE naming the file; an earlier file of that name is left as it was, and no temporary file stays
 */
export async function writeFileAtomic(file: string, data: string | Uint8Array | readonly Uint8Array[]): Promise<void> {
  writes += 1;
  const temporary = `${file}.hjb-lr-${process.pid}-${writes}.tmp`;
  try {
    await makeFolder(path.dirname(file));
    await writeWhole(temporary, data);
    await renameDurably(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(file, cause);
  }
}

/** A file that is written piece by piece beside the one whose place it takes at the end. */
export interface Replacement {
  write(text: string): Promise<void>;
  /** Flushes it to the disk and gives it the name. */
  finish(): Promise<void>;
  /** Gives it up: the earlier file stays as it was. */
  discard(): Promise<void>;
}

/** Characters that are gathered before a write. */
const WRITTEN_AT_ONCE = 1 << 18;

/** @throws E_WRITE, and so does everything that it does */
export async function openReplacement(file: string): Promise<Replacement> {
  writes += 1;
  const temporary = `${file}.hjb-lr-${process.pid}-${writes}.tmp`;
  const failed = (cause: unknown): never => {
    throw writeError(file, cause);
  };
  const handle = await openToWrite(temporary, 'w').catch(failed);
  let pending = '';
  const flush = async (): Promise<void> => {
    const text = pending;
    pending = '';
    await handle.writeFile(text).catch(failed);
  };
  return {
    write: async (text) => {
      pending += text;
      if (pending.length > WRITTEN_AT_ONCE) await flush();
    },
    finish: async () => {
      await flush();
      await handle.sync().catch(failed);
      await handle.close();
      await renameDurably(temporary, file).catch(failed);
    },
    discard: async () => {
      await handle.close().catch(() => {});
      await rm(temporary, { force: true }).catch(() => {});
    },
  };
}

/** Gives a file its final name, which is on the disk when this returns: a folder is written by itself. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(path.dirname(to));
}

/** Some file systems, and Windows, have no folder that can be synced: the name is then as durable as they make it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  await handle
    .sync()
    .catch(() => {})
    .finally(() => handle.close());
}

/**
 * Makes a folder and those above it, whatever other processes make there meanwhile. (Node's own recursive mkdir never
 * returns where no folder can be made: /proc.)
 */
export async function makeFolder(folder: string): Promise<void> {
  const refusal = await tryMakeFolder(folder);
  if (refusal === null) return;
  if (refusal.code !== 'ENOENT') throw refusal;
  const parent = path.dirname(folder);
  if (!(await isFolder(parent))) await makeFolder(parent);
  const lastRefusal = await tryMakeFolder(folder);
  if (lastRefusal !== null) throw lastRefusal;
}

/** Why the folder cannot be made; null if it is there now. */
async function tryMakeFolder(folder: string): Promise<NodeJS.ErrnoException | null> {
  try {
    await mkdir(folder);
    return null;
  } catch (error) {
    const refusal = error as NodeJS.ErrnoException;
    return refusal.code === 'EEXIST' && (await isFolder(folder)) ? null : refusal;
  }
}

async function isFolder(name: string): Promise<boolean> {
  return stat(name).then(
    (status) => status.isDirectory(),
    () => false,
  );
}

async function writeWhole(file: string, data: string | Uint8Array | readonly Uint8Array[]): Promise<void> {
  const handle = await openToWrite(file, 'w');
  try {
    for (const part of Array.isArray(data) ? data : [data as string | Uint8Array]) await handle.writeFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Opens a file so that a write beyond the file size limit fails with EFBIG instead of ending the process. */
export function openToWrite(file: string, flags: 'w' | 'a'): Promise<FileHandle> {
  if (!listening) process.on('SIGXFSZ', () => {});
  listening = true;
  return open(file, flags);
}

/** The error for a failed write, with the remedy for its cause. */
export function writeError(file: string, cause: unknown): HjbLrError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new HjbLrError('E_WRITE', `Cannot write ${file} (${code}).`, {
    remedy: REMEDIES[code] ?? 'Check the folder and run the same command again: it resumes.',
    fields: { file, cause: code },
    cause,
  });
}

/** Where a process finds what its command line was given on standard input: workers have none of their own. */
const KEPT_INPUT = 'HJB_LR_STANDARD_INPUT';

/** The file to read: the kept standard input for `-`, every other name itself. */
export function pathOf(file: string): string {
  return file === STANDARD_INPUT ? (process.env[KEPT_INPUT] ?? file) : file;
}

/** A file as messages call it. */
export function displayName(file: string): string {
  return file === STANDARD_INPUT ? 'The standard input' : file;
}

/**
 * Keeps the standard input in a temporary file, from which this process and its workers read it as `-`.
 * @returns what removes the file again
 */
export async function keepStandardInput(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-input-'));
  const kept = path.join(folder, 'input');
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  await writeFile(kept, Buffer.concat(parts));
  process.env[KEPT_INPUT] = kept;
  return () => rm(folder, { recursive: true, force: true });
}

/**
 * The text of a file, UTF-8.
 * @throws E_NOT_FOUND if it cannot be read; E_LIMIT if it is longer than a string may be
 */
export async function readText(file: string): Promise<string> {
  try {
    const bytes = await readFile(pathOf(file));
    if (bytes.length > LONGEST_TEXT) throw tooLong(file, bytes.length);
    return bytes.toString('utf8');
  } catch (cause) {
    if (cause instanceof HjbLrError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ERR_FS_FILE_TOO_LARGE') throw tooLong(file, Infinity);
    throw new HjbLrError('E_NOT_FOUND', `Cannot read ${file} (${code}).`, {
      remedy: code === 'EISDIR' ? 'Give a file, not a folder.' : 'Check the path.',
      fields: { file, cause: code },
      cause,
    });
  }
}

/** Bytes of a text that is read as one string: below the longest string of V8. */
export const LONGEST_TEXT = 500_000_000;

function tooLong(file: string, bytes: number): HjbLrError {
  return new HjbLrError(
    'E_LIMIT',
    `${file} is a text of more than ${LONGEST_TEXT / 1e6} MB, which is read as a whole.`,
    {
      remedy: 'Give a shorter file: logs alone may be of any length.',
      fields: { file, bytes, limit: LONGEST_TEXT },
    },
  );
}

/**
 * The JSON of a file.
 * @throws E_NOT_FOUND if it cannot be read, E_LIMIT if it is longer than a string may be, E_NOT_JSON with line and column where it
 * stops being JSON, E_INVALID for names that stand twice and for nesting that is too deep
 */
export async function readJson(file: string): Promise<unknown> {
  return parseJson(await readText(file), file);
}

/** The same of a text that is in memory, a byte-order mark passed over; `file` only names it. */
export function parseJson(written: string, file: string): unknown {
  const text = written.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notJson(text, file, cause);
  }
  const issues = jsonFaults(text);
  if (issues.length === 0) return value;
  throw new HjbLrError('E_INVALID', `${file} is JSON that two readers could take for two things.`, {
    remedy: 'Write every field once, and nest no deeper.',
    issues,
    fields: { file },
  });
}

function notJson(text: string, file: string, cause: unknown): HjbLrError {
  const named = displayName(file);
  const code = 'E_NOT_JSON';
  if (text.trim() === '') {
    return new HjbLrError(code, `${named} is empty.`, { remedy: 'Give a file of JSON.', fields: { file }, cause });
  }
  const { offset, reason } = scanJson(text).fault ?? { offset: 0, reason: (cause as Error).message };
  const { line, column } = positionIn(text, offset);
  return new HjbLrError(code, `${named} is not JSON: in line ${line}, column ${column}, ${reason}.`, {
    remedy: 'Correct the file there.',
    fields: { file, line, column },
    cause,
  });
}
