import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { LEDGER_FILE, readLedger, writeLedger, type Ledger } from './ledger.js';

/** How a file is not as the record has it. */
export interface Damage {
  /** Relative to the folder. */
  readonly file: string;
  readonly kind: 'missing' | 'changed' | 'link';
}

/** SHA-256 of the bytes of a file, read piece by piece. */
export async function fileSha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/**
 * Whether a path below a folder leads to a plain file of that folder, through no link.
 * @returns null where nothing is there
 */
export async function isPlainFile(out: string, file: string): Promise<boolean | null> {
  const target = path.join(out, file);
  const status = await lstat(target).catch(() => null);
  if (status === null) return null;
  return status.isFile() && (await realpath(target)) === path.join(await realpath(out), file);
}

/** Every recorded file that is not as the record has it, in the order of their names. */
export async function damagesOf(out: string, { digests }: Pick<Ledger, 'digests'>): Promise<Damage[]> {
  const damages: Damage[] = [];
  for (const file of Object.keys(digests).sort()) {
    const isPlain = await isPlainFile(out, file);
    if (isPlain === null) damages.push({ file, kind: 'missing' });
    else if (!isPlain) damages.push({ file, kind: 'link' });
    else if ((await fileSha256(path.join(out, file))) !== digests[file]) damages.push({ file, kind: 'changed' });
  }
  return damages;
}

/** Records that wait for each other, by the path of their file: one at a time is read, changed and written. */
const turns = new Map<string, Promise<void>>();

/**
 * Records the digests of files that are finished.
 * @param files - paths of files inside the folder, as this process names them
 * @throws what `readLedger` throws; E_WRITE
 */
export async function recordFiles(out: string, files: readonly string[], name = LEDGER_FILE): Promise<void> {
  const key = path.resolve(out, name);
  const turn = (turns.get(key) ?? Promise.resolve()).then(() => recordNow(out, files, name));
  turns.set(
    key,
    turn.catch(() => {}),
  );
  await turn;
}

async function recordNow(out: string, files: readonly string[], name: string): Promise<void> {
  const ledger = await readLedger(out, name);
  const digests = { ...ledger.digests };
  for (const file of files) {
    const relative = path.relative(out, file).replaceAll(path.sep, '/');
    digests[relative] = await fileSha256(path.join(out, relative));
  }
  if (Object.keys(digests).every((file) => digests[file] === ledger.digests[file])) return;
  await writeLedger(out, name, { ...ledger, digests });
}
