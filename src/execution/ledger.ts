import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canonicalJson, sha256 } from '../canonical-json.js';
import { HjbLrError } from '../errors.js';
import { readJson, writeFileAtomic } from '../filesystem.js';
import type { Json } from '../json.js';
import { TOOL_VERSION } from '../version.js';

export const LEDGER_FILE = 'run.json';

/** The record of a folder, or of one run among others in it (`NAME.run.json`). */
export const LEDGER_NAME = /(^|\.)run\.json$/;

const LEDGER_VERSION = '2.0.0';

/** A path below the run folder; a folder ends in a slash. */
const ownedPath = z.string().regex(/^(?!\/)(?!(.*\/)?\.\.?(\/|$)).+$/, 'expected a path below the run folder');

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal');

/** What a run is made from, by its address, and the Node under which it ran. */
const recordSchema = z.strictObject({ sha256: z.string(), node: z.string(), v8: z.string() });

export const ledgerSchema = z.strictObject({
  kind: z.literal('run'),
  schema_version: z.string(),
  tool_version: z.string(),
  command: z.string(),
  /** Every option, defaults filled in: what the results depend on. */
  options: z.json(),
  options_sha256: z.string(),
  /** Addresses of what the run was made from: where it began first, then every other Node that went on with it. */
  records: z.array(recordSchema).default([]),
  /** What the command writes beside this file: files, and folders (ending in a slash). */
  owns: z.array(ownedPath),
  /** The files that are there when the run is complete, where they are known before it. */
  expects: z.array(ownedPath).default([]),
  /** SHA-256 of the bytes of every finished file. */
  digests: z.record(ownedPath, digest).default({}),
  /** Whether `hjb-lr repair` made this record of what it found, so that options and command line are not known. */
  rebuilt: z.boolean().optional(),
  /** The command line, for people. */
  command_line: z.string().nullable(),
  /** Of all the rest. */
  sha256: digest.optional(),
});

export type Ledger = z.output<typeof ledgerSchema>;

export type LedgerRecord = z.output<typeof recordSchema>;

/** What a new record says; the rest follows. */
export type LedgerContent = Pick<Ledger, 'command' | 'options' | 'records' | 'owns' | 'expects' | 'digests'> & {
  readonly command_line: string | null;
};

export function ledgerOf(content: LedgerContent): Ledger {
  return {
    kind: 'run',
    schema_version: LEDGER_VERSION,
    tool_version: TOOL_VERSION,
    ...content,
    options_sha256: sha256(canonicalJson(content.options, [])),
  };
}

/** Names of the records that a folder holds, the folder's own first. */
export async function ledgerNames(out: string): Promise<string[]> {
  const names = (await readdir(out).catch(() => [])).filter((name) => LEDGER_NAME.test(name));
  return names.sort((a, b) => Number(b === LEDGER_FILE) - Number(a === LEDGER_FILE) || (a < b ? -1 : 1));
}

/**
 * The record of a run folder, or of one run in it.
 * @throws E_NOT_FOUND, E_NOT_JSON, E_INVALID with every issue; E_DAMAGED if it is not as it was written
 */
export async function readLedger(out: string, name = LEDGER_FILE): Promise<Ledger> {
  const file = path.join(out, name);
  const value = await readJson(file).catch((cause: unknown) => {
    throw cause instanceof HjbLrError && cause.code !== 'E_NOT_FOUND' ? unreadable(file, cause) : cause;
  });
  const parsed = ledgerSchema.safeParse(value);
  if (!parsed.success) {
    throw new HjbLrError('E_INVALID', `${file} is not the record of a run.`, {
      remedy: `Choose another folder (--out). If it is that of a run of ours, ${REPAIR}`,
      issues: parsed.error.issues.map(({ path: keys, message }) => ({ path: keys.join('.'), message })),
      fields: { file },
    });
  }
  const { sha256: found, ...rest } = value as Ledger;
  if (found === undefined || found === ledgerSha256(rest)) return parsed.data;
  throw new HjbLrError(
    'E_DAMAGED',
    `${file} was changed after it was written: its sha256 is not that of its content.`,
    {
      remedy: `Put it back, or ${REPAIR}`,
      issues: [{ path: 'sha256', message: `expected ${ledgerSha256(rest)}; got ${found}` }],
      fields: { file },
    },
  );
}

function unreadable(file: string, { code, message, issues }: HjbLrError): HjbLrError {
  return new HjbLrError(code, message, { remedy: `Put it back, or ${REPAIR}`, issues, fields: { file } });
}

const REPAIR = '`hjb-lr repair FOLDER` makes it again of the files that are there.';

/** Whether a record was written by this release's form of it, by which files are recognised; those of 0.1.0 have no digests. */
export function isOurs({ sha256: own, schema_version: version }: Ledger): boolean {
  return own !== undefined && version.split('.')[0] === LEDGER_VERSION.split('.')[0];
}

/** Writes a record with the digest of its content. */
export async function writeLedger(out: string, name: string, { sha256: _before, ...ledger }: Ledger): Promise<void> {
  const written = { ...ledger, sha256: ledgerSha256(ledger) };
  await writeFileAtomic(path.join(out, name), `${JSON.stringify(written, null, 1)}\n`);
}

function ledgerSha256(ledger: Omit<Ledger, 'sha256'>): string {
  return sha256(canonicalJson(JSON.parse(JSON.stringify(ledger)) as Json, []));
}

/** The part of a version that tells which files it reads: 0.2 of 0.2.7, 1 of 1.4.0. */
export function release(version: string): string {
  const [major, minor] = version.split('.');
  return major === '0' ? `${major}.${minor}` : major;
}
