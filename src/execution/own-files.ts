import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { contentSha256, policyId } from '../artifacts/shared/hash.js';
import { parseJson, TEMPORARY_FILE, writeError } from '../filesystem.js';
import { lineBatches } from '../formats/lines.js';
import { fileSha256, isPlainFile } from './digests.js';
import { exists } from './exists.js';
import type { Ledger } from './ledger.js';

/** Names of the files that this project writes into folders of its own; anything else there is the user's. */
const OUR_NAMES = new RegExp(
  [
    '(^|/)(coefficients|solution|policy|policy-hjb|results)\\.json$',
    '(^|/)(reading|reading-\\d+|run-\\d+(-\\w+)?|tournament-\\d+|seed-\\d+)(\\.fork)?' +
      '(\\.partial\\.jsonl|\\.jsonl|\\.checkpoint\\.json|\\.checkpoint\\.kept-[01]\\.bin)$',
  ].join('|'),
);

/**
 * Removes the files in owned places that the record recognises: by their digest, or what is not finished by the run that it names in
 * itself. Links are not followed, and what a user put there stays.
 */
export async function removeOurFiles(out: string, owned: readonly string[], ledger: Ledger): Promise<void> {
  try {
    const recognised: string[] = [];
    for (const file of await standing(out, owned)) if (await isRecognised(out, file, ledger)) recognised.push(file);
    for (const file of recognised) await removeFile(out, file);
  } catch (cause) {
    throw writeError(out, cause);
  }
}

/** Files under names of ours in owned places that the record does not recognise. */
export async function standingInTheWay(out: string, owned: readonly string[], ledger: Ledger): Promise<string[]> {
  const strange: string[] = [];
  for (const file of await standing(out, owned)) {
    const isMeant = owned.includes(file) || OUR_NAMES.test(file);
    if (isMeant && !(await isRecognised(out, file, ledger))) strange.push(file);
  }
  return strange;
}

/** Every file in owned places, relative to the folder, found without following a link. */
async function standing(out: string, owned: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const entry of new Set(owned)) {
    if (entry.endsWith('/')) files.push(...(await filesBelow(out, entry.slice(0, -1))));
    else if (await exists(path.join(out, entry))) files.push(entry);
  }
  return files;
}

/** Plain files below a folder; a folder that is a link has none. */
export async function filesBelow(out: string, folder: string): Promise<string[]> {
  const status = await lstat(path.join(out, folder)).catch(() => null);
  if (status === null || !(status.isDirectory() || folder === '')) return [];
  const entries = await readdir(path.join(out, folder), { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(out, name);
      return entry.isFile() ? [name] : [];
    }),
  );
  return found.flat();
}

/** Whether the record knows a file by its digest, or an unfinished or unrecorded one says itself that it is of this run. */
async function isRecognised(out: string, file: string, ledger: Ledger): Promise<boolean> {
  if ((await isPlainFile(out, file)) !== true) return false;
  const target = path.join(out, file);
  const recorded = ledger.digests[file];
  if (recorded !== undefined) return (await fileSha256(target)) === recorded;
  if (file.endsWith('.jsonl')) return isLogOf(target, ledger);
  if (file.endsWith('.checkpoint.json')) return isCheckpointOf(target, ledger);
  if (/\.checkpoint\.kept-[01]\.bin$/.test(file)) {
    const beside = file.replace(/\.kept-[01]\.bin$/, '.json');
    return (await exists(path.join(out, beside))) && isRecognised(out, beside, ledger);
  }
  return file.endsWith('.json') && carriesOwnHash(target);
}

interface Recorded {
  readonly kind?: unknown;
  readonly record?: { readonly sha256?: unknown };
}

function isOfRun({ kind, record }: Recorded, { records }: Ledger): boolean {
  return kind === 'training_log' && records.some((known) => known.sha256 === record?.sha256);
}

async function isLogOf(file: string, ledger: Ledger): Promise<boolean> {
  for await (const [first] of lineBatches(file)) return isOfRun(Object(valueOf(first.text)) as Recorded, ledger);
  return false;
}

async function isCheckpointOf(file: string, ledger: Ledger): Promise<boolean> {
  const { kind, header } = Object(valueOf(await readFile(file, 'utf8'))) as Recorded & { header?: Recorded };
  return kind === 'checkpoint' && isOfRun(Object(header) as Recorded, ledger);
}

/** A file that a run of ours wrote, and that was ended before it was recorded. */
async function carriesOwnHash(file: string): Promise<boolean> {
  const body = Object(valueOf(await readFile(file, 'utf8'))) as Record<string, unknown>;
  if (body['kind'] === 'policy') return body['policy_id'] === policyId(body);
  return typeof body['sha256'] === 'string' && body['sha256'] === contentSha256(body);
}

function valueOf(text: string): unknown {
  try {
    return parseJson(text, '');
  } catch {
    return null;
  }
}

/** Removes one file, and the folders that this empties. */
export async function removeFile(out: string, file: string): Promise<void> {
  await rm(path.join(out, file), { force: true });
  for (let folder = path.dirname(file); folder !== '.'; folder = path.dirname(folder)) {
    const isEmptied = await rmdir(path.join(out, folder)).then(
      () => true,
      () => false,
    );
    if (!isEmptied) return;
  }
}

/** What a killed process left of a file that it was writing; of a run that shares its folder, files of its name alone. */
export async function removeTemporaryFiles(out: string, owned: readonly string[], prefix: string): Promise<void> {
  try {
    const names = (await readdir(out)).filter((name) => name.startsWith(prefix));
    const inside = await standing(
      out,
      owned.filter((entry) => entry.endsWith('/')),
    );
    for (const file of [...names, ...inside]) if (TEMPORARY_FILE.test(file)) await removeFile(out, file);
  } catch (cause) {
    throw writeError(out, cause);
  }
}
