import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canonicalJson, sha256 } from '../canonical-json.js';
import { HjbLrError, type Issue } from '../errors.js';
import { makeFolder, readJson, TEMPORARY_FILE, writeError, writeFileAtomic } from '../filesystem.js';
import { TOOL_VERSION } from '../version.js';
import type { Json } from './task.js';

export const LEDGER_FILE = 'run.json';

/** The record of a folder, or of one run among others in it (`NAME.run.json`). */
export const LEDGER_NAME = /(^|\.)run\.json$/;

const LEDGER_VERSION = '1.0.0';

/** Kinds of files that a record may name one by one. */
const OUR_KINDS = /\.(json|jsonl|html|bin|npz)$/;

/** Names of the files that this project writes into folders of its own; anything else there is the user's. */
const OUR_NAMES = new RegExp(
  [
    '(^|/)(coefficients|solution|policy|results)\\.json$',
    '(^|/)(reading|run-\\d+|tournament-\\d+|seed-\\d+)(\\.partial\\.jsonl|\\.jsonl|\\.checkpoint\\.json)$',
  ].join('|'),
);

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
 * @throws E_RUN_MISMATCH if it holds a run of another command, other options or another major version of the tool,
 * naming every difference; E_WRITE if it cannot be written
 */
export async function openRunFolder(out: string, options: RunFolderOptions): Promise<{ resumed: boolean }> {
  await makeFolder(out).catch((cause: unknown) => {
    throw writeError(out, cause);
  });
  const name = options.ledger ?? LEDGER_FILE;
  const found = await existingLedger(out, name, options.fresh);
  const ledger = ledgerOf(options);
  if (options.fresh) {
    await removeOwned(out, [...options.owns, ...(found?.owns ?? [])], { named: OUR_KINDS, inside: OUR_NAMES });
  } else if (found !== null) requireSameRun(out, found, ledger);
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

function requireSameRun(out: string, found: Ledger, asked: Ledger): void {
  const issues: Issue[] = [
    ...differences(found.command, asked.command, ['command']),
    ...differences(majorVersion(found.tool_version), majorVersion(asked.tool_version), ['tool_version']),
    ...differences(found.options as Json, asked.options as Json, ['options']),
  ];
  if (issues.length === 0) return;
  throw new HjbLrError('E_RUN_MISMATCH', `${out} holds a run with other options.`, {
    remedy: 'Give the same options, choose another folder (--out), or start over with --fresh.',
    issues,
    fields: { out },
  });
}

function majorVersion(version: string): string {
  return version.split('.')[0];
}

/** Every dotted path at which two values differ, with both values. */
export function differences(
  there: Json | undefined,
  asked: Json | undefined,
  at: readonly string[],
  say: (there: string, asked: string) => string = (a, b) => `the folder has ${a}, asked for ${b}`,
): Issue[] {
  if (canonicalJson(there, []) === canonicalJson(asked, [])) return [];
  if (isRecord(there) && isRecord(asked)) {
    const keys = [...new Set([...Object.keys(there), ...Object.keys(asked)])].sort();
    return keys.flatMap((key) => differences(there[key], asked[key], [...at, key], say));
  }
  return [{ path: at.join('.'), message: say(shown(there), shown(asked)) }];
}

function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null;
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

interface Removable {
  /** Of files that are owned by their own name. */
  readonly named: RegExp;
  /** Of files inside owned folders. */
  readonly inside: RegExp;
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
async function removeTemporaryFiles(out: string, owned: readonly string[], prefix: string): Promise<void> {
  const names = (await readdir(out).catch(() => [])).filter((name) => name.startsWith(prefix));
  const entries = [...owned.filter((entry) => entry.endsWith('/')), ...names];
  await removeOwned(out, entries, { named: TEMPORARY_FILE, inside: TEMPORARY_FILE });
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
