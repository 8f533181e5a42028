import path from 'node:path';
import { partialHeader } from '../../artifacts/log-file.js';
import { fileSha256 } from '../../execution/digests.js';
import { ledgerOf, type Ledger, type LedgerRecord } from '../../execution/ledger.js';
import { filesBelow } from '../../execution/own-files.js';
import { unrecordedTrouble } from './finished.js';

/** What the commands that own a whole folder write there. */
const LAYOUTS: Readonly<Record<'benchmark' | 'pilot', readonly string[]>> = {
  benchmark: ['seeds/', 'logs/', 'results.json', 'report.html'],
  pilot: ['trajectories/'],
};

/**
 * The record of a folder whose own one is lost, from the logs that are there: the address of what they were made from, and the digests
 * of all files that can be believed by themselves. Options and command line are not known.
 *
 * @returns null where no log of ours is there
 */
export async function rebuiltLedger(out: string): Promise<Ledger | null> {
  for (const command of ['benchmark', 'pilot'] as const) {
    const owns = LAYOUTS[command];
    const files = (await Promise.all(owns.map((entry) => filesIn(out, entry)))).flat().sort();
    const records = await recordsOf(out, files);
    if (records.length > 0) return ledgerFrom(out, command, files, records);
  }
  return null;
}

async function filesIn(out: string, entry: string): Promise<string[]> {
  return entry.endsWith('/') ? filesBelow(out, entry.slice(0, -1)) : [];
}

async function recordsOf(out: string, files: readonly string[]): Promise<LedgerRecord[]> {
  const found = new Map<string, LedgerRecord>();
  for (const file of files.filter((name) => name.endsWith('.jsonl'))) {
    const { record } = (await partialHeader(path.join(out, file))) ?? {};
    if (record !== undefined) found.set(record.sha256, { sha256: record.sha256, node: record.node, v8: record.v8 });
  }
  return [...found.values()];
}

async function ledgerFrom(
  out: string,
  command: 'benchmark' | 'pilot',
  files: readonly string[],
  records: LedgerRecord[],
): Promise<Ledger> {
  const digests: Record<string, string> = {};
  for (const file of files.filter(
    (name) => /\.jsonl?$/.test(name) && !/\.(partial\.jsonl|checkpoint\.json)$/.test(name),
  )) {
    if ((await unrecordedTrouble(out, file, { records })) === null)
      digests[file] = await fileSha256(path.join(out, file));
  }
  const content = { command, options: null, records, owns: [...LAYOUTS[command]], expects: [], digests };
  return { ...ledgerOf({ ...content, command_line: null }), rebuilt: true };
}
