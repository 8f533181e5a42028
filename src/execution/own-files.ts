import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { TEMPORARY_FILE, writeError } from '../filesystem.js';

/** Kinds of files that a record may name one by one. */
const OUR_KINDS = /\.(json|jsonl|html|bin|npz)$/;

/** Names of the files that this project writes into folders of its own; anything else there is the user's. */
const OUR_NAMES = new RegExp(
  [
    '(^|/)(coefficients|solution|policy|results)\\.json$',
    '(^|/)(reading|run-\\d+|tournament-\\d+|seed-\\d+)(\\.partial\\.jsonl|\\.jsonl|\\.checkpoint\\.json)$',
  ].join('|'),
);

interface Removable {
  /** Of files that are owned by their own name. */
  readonly named: RegExp;
  /** Of files inside owned folders. */
  readonly inside: RegExp;
}

/** Removes what a record owns and what is ours by its name; what a user put there stays. */
export function removeOurFiles(out: string, owned: readonly string[]): Promise<void> {
  return removeOwned(out, owned, { named: OUR_KINDS, inside: OUR_NAMES });
}

/** Removes what the patterns match of owned entries: files, and the files in folders (which end in a slash). */
async function removeOwned(out: string, owned: readonly string[], { named, inside }: Removable): Promise<void> {
  try {
    for (const entry of new Set(owned)) {
      const target = path.join(out, entry);
      if (!entry.endsWith('/')) await removeFile(target, named);
      else if (await exists(target)) await cleanFolder(target, inside);
    }
  } catch (cause) {
    throw writeError(out, cause);
  }
}

/** Removes matching files at every depth, and the folders that this empties; links to folders are not followed. */
async function cleanFolder(folder: string, pattern: RegExp): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const target = path.join(folder, entry.name);
    if (entry.isDirectory()) await cleanFolder(target, pattern);
    else await removeFile(target, pattern);
  }
  await rmdir(folder).catch(() => {});
}

async function removeFile(file: string, pattern: RegExp): Promise<void> {
  if (pattern.test(file)) await rm(file, { force: true });
}

/** What a killed process left of a file that it was writing; of a run that shares its folder, files of its name alone. */
export async function removeTemporaryFiles(out: string, owned: readonly string[], prefix: string): Promise<void> {
  const names = (await readdir(out).catch(() => [])).filter((name) => name.startsWith(prefix));
  const entries = [...owned.filter((entry) => entry.endsWith('/')), ...names];
  await removeOwned(out, entries, { named: TEMPORARY_FILE, inside: TEMPORARY_FILE });
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
