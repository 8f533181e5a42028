import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { HjbLrError } from '../../errors.js';
import { damagesOf, fileSha256, isPlainFile, type Damage } from '../../execution/digests.js';
import { isOurs, LEDGER_FILE, ledgerNames, readLedger, writeLedger, type Ledger } from '../../execution/ledger.js';
import { filesBelow, removeFile } from '../../execution/own-files.js';
import { exists } from '../../execution/exists.js';
import { lossOf, type Finding } from './findings.js';
import { unrecordedTrouble } from './finished.js';
import { rebuiltLedger } from './rebuild.js';
import { forkFindings, underWayFindings } from './under-way.js';

/** What was done to a folder so that the same command can go on in it. */
export interface Repair {
  /** Files that were removed, with the reason and what is lost with each. */
  readonly removed: readonly Finding[];
  /** Files that were found under another's name, and are under their own again. */
  readonly restored: readonly string[];
  /** Recorded files that are gone: the same command makes them again. */
  readonly missing: readonly string[];
  /** Records that were made again of the logs that are there. */
  readonly rebuilt: readonly string[];
}

/**
 * Removes exactly the files of a run folder that are not as a run of ours wrote them, and nothing else: finished files by their recorded
 * digests, or by those that they carry; runs under way by their checkpoints. A lost or damaged record is made again.
 *
 * @throws E_NOT_FOUND for a folder without a record and without a log of ours; E_VERSION for the record of a release that wrote no
 * digests; E_WRITE
 */
export async function repairFolder(out: string): Promise<Repair> {
  const rebuilt = await rebuildRecords(out);
  const names = await ledgerNames(out);
  const repairs = [];
  for (const name of names) repairs.push(await repairRun(out, name));
  return {
    removed: repairs.flatMap(({ removed }) => removed),
    restored: repairs.flatMap(({ restored }) => restored),
    missing: repairs.flatMap(({ missing }) => missing),
    rebuilt,
  };
}

/** Makes the record of the folder again where it is lost; removes those of single runs, which `hjb-lr train` makes itself. */
async function rebuildRecords(out: string): Promise<string[]> {
  const names = await ledgerNames(out);
  const unreadable: string[] = [];
  for (const name of names) {
    const ledger = await readLedger(out, name).catch((error: unknown) => {
      if (error instanceof HjbLrError) return null;
      throw error;
    });
    if (ledger === null) unreadable.push(name);
    else if (!isOurs(ledger)) throw withoutDigests(out, name);
  }
  const isWhole = names.length > 0 && unreadable.length === 0;
  if (isWhole) return [];
  const isOfFolder = names.length === 0 || unreadable.includes(LEDGER_FILE);
  const ledger = isOfFolder ? await rebuiltLedger(out) : null;
  if (isOfFolder && ledger === null && unreadable.length === 0) throw noRun(out);
  for (const name of unreadable) await rm(path.join(out, name), { force: true });
  if (ledger !== null) await writeLedger(out, LEDGER_FILE, ledger);
  return ledger === null ? unreadable : [...new Set([LEDGER_FILE, ...unreadable])];
}

async function repairRun(out: string, name: string): Promise<Omit<Repair, 'rebuilt'>> {
  const ledger = await readLedger(out, name);
  const damages = await damagesOf(out, ledger);
  const restored = await restoreMisplaced(out, ledger, damages);
  const changed = damages.filter(({ file, kind }) => kind !== 'missing' && !restored.includes(file));
  const removed: Finding[] = changed.map(({ file, kind }) => ({
    file,
    reason: kind === 'link' ? 'it leads elsewhere, or is no plain file' : 'its digest is not the recorded one',
    lost: lossOf(file),
  }));
  removed.push(...(await unrecordedFindings(out, ledger)));
  for (const { file } of removed) await removeFile(out, file);
  const gone = [...removed.map(({ file }) => file)];
  const digests = Object.fromEntries(Object.entries(ledger.digests).filter(([file]) => !gone.includes(file)));
  await writeLedger(out, name, { ...ledger, digests });
  const missing = damages.filter(({ file, kind }) => kind === 'missing' && !restored.includes(file));
  return { removed, restored, missing: missing.map(({ file }) => file) };
}

/** Files whose bytes are those recorded for another name: they go back there, all of them at once. */
async function restoreMisplaced(out: string, { digests }: Ledger, damages: readonly Damage[]): Promise<string[]> {
  const free = new Set(damages.map(({ file }) => file));
  const moves: { from: string; to: string }[] = [];
  for (const { file, kind } of damages) {
    if (kind !== 'changed') continue;
    const found = await fileSha256(path.join(out, file));
    const to = [...free].find((name) => name !== file && digests[name] === found);
    if (to === undefined) continue;
    free.delete(to);
    moves.push({ from: file, to });
  }
  // A place is taken only from a file that is damaged itself: what stands there, unless it moves too, is removed.
  const aside = ({ from }: { from: string }): string => path.join(out, `${from}.hjb-lr-${process.pid}-0.tmp`);
  for (const move of moves) await rename(path.join(out, move.from), aside(move));
  for (const move of moves) await rename(aside(move), path.join(out, move.to));
  return moves.map(({ to }) => to);
}

/** What cannot be believed of files that the record does not know: those of runs under way, and what was written last. */
async function unrecordedFindings(out: string, ledger: Ledger): Promise<Finding[]> {
  const files = (await Promise.all(ledger.owns.map((entry) => ownedFiles(out, entry)))).flat().sort();
  const unknown = files.filter((file) => ledger.digests[file] === undefined);
  const findings: Finding[] = [];
  const runs = new Set<string>();
  for (const file of unknown) {
    if (file.endsWith('.fork.checkpoint.json')) findings.push(...(await forkFindings(out, file)));
    else if (/\.(partial\.jsonl|checkpoint\.json)$/.test(file))
      runs.add(file.replace(/\.(partial\.jsonl|checkpoint\.json)$/, '.jsonl'));
    else {
      const reason = await unrecordedTrouble(out, file, ledger);
      if (reason !== null) findings.push({ file, reason, lost: lossOf(file) });
    }
  }
  for (const log of runs) findings.push(...(await underWayFindings(out, log, ledger)));
  return findings;
}

async function ownedFiles(out: string, entry: string): Promise<string[]> {
  if (entry.endsWith('/')) return filesBelow(out, entry.slice(0, -1));
  return (await exists(path.join(out, entry))) && (await isPlainFile(out, entry)) === true ? [entry] : [];
}

function withoutDigests(out: string, name: string): HjbLrError {
  return new HjbLrError('E_VERSION', `${path.join(out, name)} is the record of a release that wrote no digests.`, {
    remedy: 'Nothing in it can be told from damage: go on with that release, or choose another folder (--out).',
    fields: { out },
  });
}

function noRun(out: string): HjbLrError {
  return new HjbLrError('E_NOT_FOUND', `${out} holds neither the record of a run of ours nor a log of one.`, {
    remedy: 'Give the folder of a run (--out of the command that wrote it).',
    fields: { out },
  });
}
