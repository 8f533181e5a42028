import { HjbLrError } from '../errors.js';
import { openReplacement, writeFileAtomic } from '../filesystem.js';
import { jsonLine, openJsonlAppender, parseJsonLine } from '../formats/jsonl.js';
import { lineBatches } from '../formats/lines.js';
import { requireSameRun, type RunDescription } from '../run-mismatch.js';
import { LogDigest } from './log-digest.js';
import type { LogEnd, LogHeader, LogRow } from './training-log/training-log.js';
import { canonicalJson } from './shared/hash.js';

export { outlineTrainingLog, readTrainingLog, scanTrainingLog } from './log-scan.js';

/** A training log that grows: `NAME.partial.jsonl` until its end row is written, then `NAME.jsonl`. */
export interface LogWriter {
  append(row: LogRow): Promise<void>;
  /** Everything appended so far is on disk: to be called before a checkpoint that counts on it. */
  flush(): Promise<void>;
  /** Digest of the header and all rows so far. */
  digest(): string;
  /** Writes the end row with the digest of the whole, flushes, and gives the file its final name. */
  finish(end: LogEnd): Promise<void>;
  /** Gives the file up as it is; the same run resumes it. */
  close(): Promise<void>;
}

/** Where a log grows before it is whole. */
export function partialPath(file: string): string {
  return file.replace(/\.jsonl$/, '.partial.jsonl');
}

/** What of a partial log is kept. */
export interface KeptRows {
  /** Steps of the checkpoint; 0 starts the log anew. */
  readonly keepSteps: number;
  /** What the digest of the log was at the checkpoint; not looked at where it is not known. */
  readonly digest?: string;
  /** Records of the same run under another Node, whose logs it goes on with. */
  readonly continues?: readonly string[];
}

/**
 * Opens a log for writing. With `keepSteps` > 0 an existing partial log is cut back to its header and that many steps,
 * with the looks after them and the evaluations between them (those after the last kept step are for the resumed run to write again); else it
 * is started anew with `header`. It is rewritten row by row, in memory that does not grow with it.
 *
 * @param file - final name, ending in `.jsonl`
 * @throws E_WRITE; when resuming, E_NOT_FOUND without a partial log, E_TRUNCATED if it has fewer steps, E_DAMAGED if its rows are not
 * those that the checkpoint saw, E_RUN_MISMATCH naming the fields that differ if its header is another run's
 */
export async function createLogWriter(file: string, header: LogHeader, kept: KeptRows): Promise<LogWriter> {
  const partial = partialPath(file);
  const digest = kept.keepSteps > 0 ? await cutBack(partial, header, kept) : await begin(partial, header);
  const appender = await openJsonlAppender(partial);
  return {
    append: (row) => {
      digest.add(row);
      return appender.append(row);
    },
    flush: appender.flush,
    close: appender.close,
    digest: () => digest.value(),
    finish: (end) => appender.finish({ ...end, sha256: digest.with(end) }, file),
  };
}

async function begin(partial: string, header: LogHeader): Promise<LogDigest> {
  await writeFileAtomic(partial, jsonLine(header));
  const digest = new LogDigest();
  digest.add(header);
  return digest;
}

/** Rewrites a partial log as its header and the rows that are kept; a torn last line goes with the rest. */
async function cutBack(partial: string, header: LogHeader, kept: KeptRows): Promise<LogDigest> {
  const replacement = await openReplacement(partial);
  try {
    const digest = await takeKeptRows(partial, header, kept, (text) => replacement.write(`${text}\n`));
    await replacement.finish();
    return digest;
  } catch (error) {
    await replacement.discard();
    throw error;
  }
}

/**
 * Reads the header and the rows up to step number `keepSteps`, with the looks after it.
 * @param take - is given every line of them
 * @returns their digest
 * @throws as `createLogWriter`
 */
export async function takeKeptRows(
  partial: string,
  header: LogHeader,
  { keepSteps, digest: expected, continues }: KeptRows,
  take: (text: string) => Promise<void>,
): Promise<LogDigest> {
  const digest = new LogDigest();
  let steps = -1;
  for await (const { text, row } of wholeRows(partial)) {
    if (steps < 0) requireSameHeader(partial, row as LogHeader, header, continues);
    // A look follows its step, and comes before the checkpoint.
    else if (steps === keepSteps && (row as LogRow).type !== 'look') break;
    if (steps < 0 || (row as LogRow).type === 'step') steps += 1;
    digest.add(row);
    await take(text);
  }
  if (steps < keepSteps) {
    const found = steps < 0 ? 'there is no whole line' : `${steps} steps where the checkpoint has ${keepSteps}`;
    throw truncated(partial, steps + 2, found);
  }
  if (expected === undefined || digest.value() === expected) return digest;
  throw damagedLog(partial, steps + 1, 'its rows are not those that the checkpoint saw');
}

interface WholeRow {
  readonly text: string;
  readonly row: object;
}

/** The rows that end in a line feed, parsed one by one as they are asked for. @throws E_DAMAGED for one that is no object */
async function* wholeRows(partial: string): AsyncGenerator<WholeRow> {
  try {
    for await (const batch of lineBatches(partial)) {
      for (const { text, number, isWhole } of batch) {
        if (!isWhole || text.trim() === '') continue;
        yield { text, row: parsedRow(text, partial, number) };
      }
    }
  } catch (error) {
    // Zeroed bytes are no text.
    if (error instanceof HjbLrError && ['E_DATA', 'E_LIMIT'].includes(error.code))
      throw damagedLog(partial, 1, error.message);
    throw error;
  }
}

function parsedRow(text: string, partial: string, number: number): object {
  let row: unknown;
  try {
    row = parseJsonLine(text, partial, number);
  } catch (cause) {
    throw damagedLog(partial, number, (cause as Error).message);
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row;
  throw damagedLog(partial, number, 'it is no row');
}

/**
 * The header of a partial log as it stands there.
 * @returns null where the first line is not whole: nothing of such a log can be kept
 */
export async function partialHeader(partial: string): Promise<LogHeader | null> {
  const rows = wholeRows(partial);
  try {
    const { value, done } = await rows.next();
    return done === true || !isHeader(value.row) ? null : (value.row as LogHeader);
  } catch (error) {
    if (error instanceof HjbLrError && error.code === 'E_DAMAGED') return null;
    throw error;
  } finally {
    await rows.return(undefined);
  }
}

function isHeader(row: object): boolean {
  return (row as { kind?: unknown }).kind === 'training_log';
}

/**
 * @param continues - records of the same run under another Node, which are no difference
 * @throws E_RUN_MISMATCH naming the fields of the header in which a file's run differs from the one asked for
 */
export function requireSameHeader(
  file: string,
  found: LogHeader,
  expected: LogHeader,
  continues: readonly string[] = [],
): void {
  const isContinued = found.record !== undefined && continues.includes(found.record.sha256);
  const there = isContinued ? { ...found, record: expected.record } : found;
  const refusal = {
    sentence: (differing: readonly string[]) => `${file} belongs to another run: ${differing.join(', ')} differ.`,
    remedy:
      'Choose another folder with --out. A file that does not belong there, in the folder of a run of ours, is removed by ' +
      '`hjb-lr repair FOLDER`, and nothing else is.',
    fields: { file },
  };
  // What differs in the header says more than the record that differs with it.
  requireSameRun(described({ ...there, record: undefined }), described({ ...expected, record: undefined }), refusal);
  requireSameRun(described(there), described(expected), refusal);
}

/** The header without what depends on the clock or the machine. */
function described(header: LogHeader): RunDescription {
  return JSON.parse(canonicalJson(header)) as RunDescription;
}

/** What loses least where a run that is under way has a file that cannot be believed. */
export const REPAIR_RUN =
  'Give `hjb-lr repair FOLDER` the folder of the run: it removes the files that are damaged, and says what will be trained again.';

function damagedLog(file: string, line: number, reason: string): HjbLrError {
  return new HjbLrError('E_DAMAGED', `${file} is damaged at line ${line}: ${reason}.`, {
    remedy: REPAIR_RUN,
    fields: { file, line },
  });
}

function truncated(file: string, line: number, reason: string): HjbLrError {
  return new HjbLrError('E_TRUNCATED', `${file} is cut off at line ${line}: ${reason}.`, {
    remedy: REPAIR_RUN,
    fields: { file, line },
  });
}
