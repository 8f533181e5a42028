import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { REPAIR_RUN } from '../../artifacts/log-file.js';
import { HjbLrError } from '../../errors.js';
import { writeFileAtomic } from '../../filesystem.js';
import type { KeptArrays } from './kept-perturbations.js';

/** Which file a checkpoint names, and what is in it. */
export interface KeptFile {
  /** Name of the file beside the checkpoint. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The two files that hold the kept perturbations of a log's checkpoints in turn. A checkpoint names one by its digest, and the
 * next one writes the other: whenever a process dies, the file that the checkpoint names is whole.
 */
export function keptPaths(log: string): readonly [string, string] {
  const at = (turn: number): string => log.replace(/\.jsonl$/, `.checkpoint.kept-${turn}.bin`);
  return [at(0), at(1)];
}

/** Writes the arrays one after the other, as little-endian bytes, into the file that `before` is not. */
export async function writeKept(log: string, arrays: KeptArrays, before: KeptFile | null): Promise<KeptFile> {
  const [first, second] = keptPaths(log);
  const file = before !== null && before.file === path.basename(first) ? second : first;
  // What is there is of the checkpoint before the last one: gone first, so that there are never three.
  await rm(file, { force: true });
  const parts = bytesOf(arrays);
  await writeFileAtomic(file, parts);
  return { file: path.basename(file), bytes: lengthOf(parts), sha256: digestOf(parts) };
}

/**
 * Fills the arrays from the file that a checkpoint names.
 * @throws E_TRUNCATED if it is gone, cut off, or another one
 */
export async function readKept(log: string, { file, bytes, sha256 }: KeptFile, arrays: KeptArrays): Promise<void> {
  const place = path.join(path.dirname(log), file);
  const found = await readFile(place).catch((cause: unknown) => {
    throw damaged(place, `it cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  });
  const parts = bytesOf(arrays);
  if (found.length !== bytes || bytes !== lengthOf(parts)) {
    throw damaged(
      place,
      `it has ${found.length} bytes, the checkpoint ${bytes}, and the data set asks for ${lengthOf(parts)}`,
    );
  }
  if (digestOf([found]) !== sha256) throw damaged(place, 'its hash is not the one that the checkpoint names');
  let done = 0;
  for (const part of parts) {
    part.set(found.subarray(done, done + part.length));
    done += part.length;
  }
}

/** Copies the file that another log's checkpoint names beside a log, as the first of its own. */
export async function copyKept(from: string, log: string, kept: KeptFile): Promise<KeptFile> {
  const [own] = keptPaths(log);
  const place = path.join(path.dirname(from), kept.file);
  const bytes = await readFile(place).catch((cause: unknown) => {
    throw damaged(place, `it cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  });
  if (digestOf([bytes]) !== kept.sha256) throw damaged(place, 'its hash is not the one that the checkpoint names');
  await writeFileAtomic(own, bytes);
  return { ...kept, file: path.basename(own) };
}

export async function removeKept(log: string): Promise<void> {
  for (const file of keptPaths(log)) await rm(file, { force: true });
}

function bytesOf(arrays: KeptArrays): Uint8Array[] {
  return arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function digestOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function damaged(file: string, reason: string): HjbLrError {
  return new HjbLrError('E_DAMAGED', `The kept perturbations ${file} are damaged: ${reason}.`, {
    remedy: `Put the file of the checkpoint back. ${REPAIR_RUN}`,
    fields: { file },
  });
}
