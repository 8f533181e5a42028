import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { HjbLrError } from '../errors.js';
import { makeFolder, TEMPORARY_FILE, writeError } from '../filesystem.js';
import { inTurn } from '../in-turn.js';
import type { Json } from '../json.js';
import { requireSameRun, type RunDescription } from '../run-mismatch.js';
import { damagesOf } from './digests.js';
import { exists } from './exists.js';
import { removeOurFiles, removeTemporaryFiles, standingInTheWay } from './own-files.js';
import {
  isOurs,
  LEDGER_FILE,
  ledgerNames,
  ledgerOf,
  readLedger,
  release,
  writeLedger,
  type Ledger,
  type LedgerRecord,
} from './ledger.js';

export interface RunFolderOptions {
  readonly command: string;
  /** Every option that the results depend on, defaults filled in; not the number of workers. */
  readonly options: Json;
  /** Address of all that the run is made from, with its Node; of a command that trains. */
  readonly record?: LedgerRecord;
  /** Goes on with a run that began under another Node: bits may differ. */
  readonly allowOtherNode?: boolean;
  /** Starts over: what earlier runs of ours wrote there is removed first. */
  readonly fresh: boolean;
  /** What the command writes there: files, and folders (ending in a slash), relative to the folder. */
  readonly owns: readonly string[];
  /** The files that make the run complete, where they are known before it. */
  readonly expects?: readonly string[];
  /** Files that are written anew whenever the run is: how they are found does not matter. */
  readonly rewrites?: readonly string[];
  /** Name of the record, `NAME.run.json`, of a run that shares its folder with others; `run.json` by default. */
  readonly ledger?: string;
  readonly commandLine?: string | undefined;
}

export interface OpenedFolder {
  /** Whether the folder held the same run before, which then resumes. */
  readonly resumed: boolean;
  /** Addresses of the same run under another Node, whose files it goes on with. */
  readonly continues: readonly string[];
}

/**
 * Opens a run folder, made if it is not there, and records what runs in it (`run.json`, or the name in `ledger`). Every file that
 * the record knows is compared with its digest first.
 *
 * @throws E_RUN_MISMATCH if it holds a run of another command, other options, another Node (unless that is allowed) or a version of the
 * tool that writes other files, naming every difference, or files that are not ours; E_DAMAGED naming every file that is not as it was
 * written; E_WRITE if it cannot be written
 */
export async function openRunFolder(out: string, options: RunFolderOptions): Promise<OpenedFolder> {
  await makeFolder(out).catch((cause: unknown) => {
    throw writeError(out, cause);
  });
  const name = options.ledger ?? LEDGER_FILE;
  const found = (await exists(path.join(out, name))) ? await readLedger(out, name) : null;
  await requireOurFolder(out, options, found);
  const asked = newLedger(options);
  if (options.fresh) {
    await startOver(out, options, found);
    await writeLedger(out, name, asked);
    return { resumed: false, continues: [] };
  }
  if (found !== null) {
    requireRecordedRun(out, found, asked, options);
    await requireUndamaged(out, found, options.rewrites ?? []);
  }
  await removeTemporaryFiles(out, options.owns, name.slice(0, -LEDGER_FILE.length));
  await writeLedger(out, name, found === null ? asked : goingOn(found, asked, await goneOf(out, options)));
  return { resumed: found !== null, continues: (found?.records ?? []).map((record) => record.sha256) };
}

function newLedger({ command, options, record, owns, expects = [], commandLine }: RunFolderOptions): Ledger {
  const records = record === undefined ? [] : [pick(record)];
  const content = { command, options: options as Ledger['options'], records, owns: [...owns], expects: [...expects] };
  return ledgerOf({ ...content, digests: {}, command_line: commandLine ?? null });
}

function pick({ sha256: address, node, v8 }: LedgerRecord): LedgerRecord {
  return { sha256: address, node, v8 };
}

/** The record of a run that goes on: what it has done so far, and the Node that it goes on under. */
function goingOn(found: Ledger, asked: Ledger, gone: readonly string[]): Ledger {
  const known = found.records.map((record) => record.sha256);
  const digests = Object.fromEntries(Object.entries(found.digests).filter(([file]) => !gone.includes(file)));
  const added = asked.records.filter((record) => !known.includes(record.sha256));
  return { ...asked, records: [...found.records, ...added], digests };
}

/** Files that are written anew whenever the run is, and that someone has removed. */
async function goneOf(out: string, { rewrites = [] }: RunFolderOptions): Promise<string[]> {
  const there = await inTurn(rewrites, (file) => exists(path.join(out, file)));
  return rewrites.filter((_, i) => !there[i]);
}

/**
 * A folder in which something is, but no record of ours, is not ours; where several runs share it, only what this one would write over
 * is looked at.
 */
async function requireOurFolder(out: string, options: RunFolderOptions, found: Ledger | null): Promise<void> {
  const { ledger: name = LEDGER_FILE, owns } = options;
  if (found !== null && isOurs(found)) return;
  if (found !== null && !options.fresh) return;
  if (found !== null)
    throw notOurs(out, [name], 'holds the record of a release that wrote no digests, by which files are recognised');
  const others = await Promise.all((await ledgerNames(out)).map((other) => readLedger(out, other).catch(() => null)));
  const isShared = name !== LEDGER_FILE || others.some((other) => other !== null && isOurs(other));
  const entries = (await readdir(out)).filter((entry) => !TEMPORARY_FILE.test(entry));
  const inTheWay = isShared ? entries.filter((entry) => owns.some((own) => own.replace(/\/$/, '') === entry)) : entries;
  if (inTheWay.length > 0) throw notOurs(out, inTheWay.sort(), 'holds files, and no record of a run of ours');
}

/** Names that an error lists. */
const LISTED = 10;

function notOurs(out: string, names: readonly string[], why: string): HjbLrError {
  const listed = names.slice(0, LISTED).map((name) => ({ path: name, message: 'is not known to be ours' }));
  const more = names.length - listed.length;
  return new HjbLrError('E_RUN_MISMATCH', `${out} ${why}: nothing in it was touched.`, {
    remedy:
      'Choose another folder (--out). If its run.json was lost or damaged, `hjb-lr repair FOLDER` makes it again of the logs that are there.',
    issues: more > 0 ? [...listed, { path: '', message: `and ${more} more` }] : listed,
    fields: { out },
  });
}

/** Removes what the record recognises, unless something else stands where the run will write. */
async function startOver(out: string, { owns, ledger }: RunFolderOptions, found: Ledger | null): Promise<void> {
  if (found === null) return;
  const places = [...owns, ...Object.keys(found.digests)];
  const strange = await standingInTheWay(out, owns, found);
  if (strange.length > 0) {
    throw new HjbLrError(
      'E_RUN_MISMATCH',
      `${out} holds files that are not as a run of ours wrote them: none was removed.`,
      {
        remedy: 'Move them elsewhere, or choose another folder (--out).',
        issues: strange.slice(0, LISTED).map((file) => ({ path: file, message: 'its digest is not the recorded one' })),
        fields: { out, files: strange },
      },
    );
  }
  await removeOurFiles(out, places, found);
  await removeTemporaryFiles(out, owns, (ledger ?? LEDGER_FILE).slice(0, -LEDGER_FILE.length));
}

/** @throws E_DAMAGED naming every recorded file that is not as it was written; one that is missing is made again */
async function requireUndamaged(out: string, found: Ledger, rewrites: readonly string[]): Promise<void> {
  const damages = (await damagesOf(out, found)).filter(
    ({ file, kind }) => kind !== 'missing' && !rewrites.includes(file),
  );
  if (damages.length === 0) return;
  throw new HjbLrError('E_DAMAGED', `${damages.length} files of ${out} are not as they were written.`, {
    remedy: `\`hjb-lr repair ${out}\` removes these files and nothing else; the same command then makes them again.`,
    issues: damages.map(({ file, kind }) => ({
      path: file,
      message: kind === 'link' ? 'leads out of the folder, or is no plain file' : 'its digest is not the recorded one',
    })),
    fields: { out, files: damages.map(({ file }) => file) },
  });
}

/** Runs of one release go on under another that writes the same files: of the same major version, below 1.0 of the same minor. */
function requireRecordedRun(out: string, found: Ledger, asked: Ledger, { allowOtherNode }: RunFolderOptions): void {
  const isOlder = release(found.tool_version) !== release(asked.tool_version);
  if (found.rebuilt === true && !isOlder) return requireSameAddress(out, found, asked);
  requireSameRun(partsOf(found, isOlder), partsOf(asked, isOlder), {
    sentence: () => (isOlder ? versionSentence(out, found, asked) : `${out} holds a run with other options.`),
    remedy: isOlder
      ? `Choose another folder (--out): this one then stays as it is, and hjb-lr ${found.tool_version} can go on with it.`
      : 'Give the same options, choose another folder (--out), or start over with --fresh.',
    fields: { out },
  });
  if (allowOtherNode !== true) requireSameNode(out, found, asked);
}

/** A record that was made again knows the address of what its logs were made from, and no more. */
function requireSameAddress(out: string, { records }: Ledger, asked: Ledger): void {
  const there = records.map((record) => record.sha256);
  if (there.length === 0 || there.includes(asked.records[0]?.sha256)) return;
  throw new HjbLrError('E_RUN_MISMATCH', `${out} holds logs that were made from something else.`, {
    remedy: 'Give the experiment and the options that they were made from, or choose another folder (--out).',
    issues: [{ path: 'records', message: `the folder has ${there.join(', ')}, asked for ${asked.records[0]?.sha256}` }],
    fields: { out },
  });
}

/** @throws E_RUN_MISMATCH for a run that began under another Node or V8, whose bits may be others */
function requireSameNode(out: string, found: Ledger, asked: Ledger): void {
  const [now] = asked.records;
  const [then] = found.records;
  if (
    now === undefined ||
    then === undefined ||
    found.records.some(({ node, v8 }) => node === now.node && v8 === now.v8)
  )
    return;
  throw new HjbLrError(
    'E_RUN_MISMATCH',
    `${out} was begun under another Node, under which the same run may have other bits.`,
    {
      remedy: `Go on under Node ${then.node}, or give --allow-other-node: the record then names both.`,
      issues: [
        { path: 'node', message: `the folder has ${then.node}, this is ${now.node}` },
        { path: 'v8', message: `the folder has ${then.v8}, this is ${now.v8}` },
      ],
      fields: { out, differing: ['node', 'v8'] },
    },
  );
}

function versionSentence(out: string, found: Ledger, asked: Ledger): string {
  return `${out} holds a run of hjb-lr ${found.tool_version}, which hjb-lr ${asked.tool_version} cannot go on with.`;
}

/** What makes two records those of one run; versions that write the same files are not compared. */
function partsOf({ command, options, tool_version }: Ledger, withVersion: boolean): RunDescription {
  return { command, options: options as Json, ...(withVersion ? { tool_version } : {}) };
}
