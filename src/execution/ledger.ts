import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canonicalJson, sha256 } from '../canonical-json.js';
import { HjbLrError } from '../errors.js';
import { makeFolder, readJson, writeError, writeFileAtomic } from '../filesystem.js';
import type { Json } from '../json.js';
import { TOOL_VERSION } from '../version.js';
import { exists, removeOurFiles, removeTemporaryFiles } from './own-files.js';
import { requireSameRun, type RunDescription } from '../run-mismatch.js';

export const LEDGER_FILE = 'run.json';

/** The record of a folder, or of one run among others in it (`NAME.run.json`). */
export const LEDGER_NAME = /(^|\.)run\.json$/;

const LEDGER_VERSION = '1.0.0';

/** A path below the run folder; a folder ends in a slash. */
const ownedPath = z.string().regex(/^(?!\/)(?!(.*\/)?\.\.?(\/|$)).+$/, 'expected a path below the run folder');

export const ledgerSchema = z.strictObject({
  kind: z.literal('run'),
  schema_version: z.string(),
  tool_version: z.string(),
  command: z.string(),
  /** Every option, defaults filled in: what the results depend on. */
  options: z.json(),
  options_sha256: z.string(),
  /** What the command writes beside this file: files, and folders (ending in a slash). */
  owns: z.array(ownedPath),
  /** The files that are there when the run is complete, where they are known before it. */
  expects: z.array(ownedPath).default([]),
  /** The command line, for people. */
  command_line: z.string().nullable(),
});

export type Ledger = z.output<typeof ledgerSchema>;

export interface RunFolderOptions {
  readonly command: string;
  /** Every option that the results depend on, defaults filled in; not the number of workers. */
  readonly options: Json;
  /** Starts over: what earlier runs of ours wrote there is removed first. */
  readonly fresh: boolean;
  /** What the command writes there: files, and folders (ending in a slash), relative to the folder. */
  readonly owns: readonly string[];
  /** The files that make the run complete, where they are known before it. */
  readonly expects?: readonly string[];
  /** Name of the record, `NAME.run.json`, of a run that shares its folder with others; `run.json` by default. */
  readonly ledger?: string;
  readonly commandLine?: string | undefined;
}

/**
 * Opens a run folder, made if it is not there, and records what runs in it (`run.json`, or the name in `ledger`).
 *
 * @returns whether the folder held the same run before, which then resumes
 * @throws E_RUN_MISMATCH if it holds a run of another command, other options or a version of the tool that writes other
 * files, naming every difference; E_WRITE if it cannot be written
 */
export async function openRunFolder(out: string, options: RunFolderOptions): Promise<{ resumed: boolean }> {
  await makeFolder(out).catch((cause: unknown) => {
    throw writeError(out, cause);
  });
  const name = options.ledger ?? LEDGER_FILE;
  const found = await existingLedger(out, name, options.fresh);
  const ledger = ledgerOf(options);
  if (options.fresh) {
    await removeOurFiles(out, [...options.owns, ...(found?.owns ?? [])]);
  } else if (found !== null) requireRecordedRun(out, found, ledger);
  await removeTemporaryFiles(out, options.owns, name.slice(0, -LEDGER_FILE.length));
  await writeFileAtomic(path.join(out, name), `${JSON.stringify(ledger, null, 1)}\n`);
  return { resumed: found !== null && !options.fresh };
}

/** Names of the records that a folder holds, the folder's own first. */
export async function ledgerNames(out: string): Promise<string[]> {
  const names = (await readdir(out).catch(() => [])).filter((name) => LEDGER_NAME.test(name));
  return names.sort((a, b) => Number(b === LEDGER_FILE) - Number(a === LEDGER_FILE) || (a < b ? -1 : 1));
}

/**
 * The record of a run folder, or of one run in it.
 * @throws E_NOT_FOUND, E_NOT_JSON, E_INVALID with every issue
 */
export async function readLedger(out: string, name = LEDGER_FILE): Promise<Ledger> {
  const file = path.join(out, name);
  const parsed = ledgerSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', `${file} is not the record of a run.`, {
    remedy: 'Choose another folder (--out), or start over with --fresh.',
    issues: parsed.error.issues.map(({ path: keys, message }) => ({ path: keys.join('.'), message })),
    fields: { file },
  });
}

function ledgerOf({ command, options, owns, expects, commandLine }: RunFolderOptions): Ledger {
  return {
    kind: 'run',
    schema_version: LEDGER_VERSION,
    tool_version: TOOL_VERSION,
    command,
    options: options as Ledger['options'],
    options_sha256: sha256(canonicalJson(options, [])),
    owns: [...owns],
    expects: [...(expects ?? [])],
    command_line: commandLine ?? null,
  };
}

/** The ledger that is there, or null; one that cannot be read stops all but a fresh start. */
async function existingLedger(out: string, name: string, fresh: boolean): Promise<Ledger | null> {
  if (!(await exists(path.join(out, name)))) return null;
  return readLedger(out, name).catch((error: unknown) => {
    if (fresh) return null;
    throw error;
  });
}

/** Runs of one release go on under another that writes the same files: of the same major version, below 1.0 of the same minor. */
function requireRecordedRun(out: string, found: Ledger, asked: Ledger): void {
  const isOlder = release(found.tool_version) !== release(asked.tool_version);
  requireSameRun(partsOf(found, isOlder), partsOf(asked, isOlder), {
    sentence: () => (isOlder ? versionSentence(out, found, asked) : `${out} holds a run with other options.`),
    remedy: isOlder
      ? `Choose another folder (--out): this one then stays as it is, and hjb-lr ${found.tool_version} can go on with it.`
      : 'Give the same options, choose another folder (--out), or start over with --fresh.',
    fields: { out },
  });
}

function versionSentence(out: string, found: Ledger, asked: Ledger): string {
  return `${out} holds a run of hjb-lr ${found.tool_version}, which hjb-lr ${asked.tool_version} cannot go on with.`;
}

/** What makes two records those of one run; versions that write the same files are not compared. */
function partsOf({ command, options, tool_version }: Ledger, withVersion: boolean): RunDescription {
  return { command, options: options as Json, ...(withVersion ? { tool_version } : {}) };
}

/** The part of a version that tells which files it reads: 0.2 of 0.2.7, 1 of 1.4.0. */
export function release(version: string): string {
  const [major, minor] = version.split('.');
  return major === '0' ? `${major}.${minor}` : major;
}
