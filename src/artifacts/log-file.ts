import { HjbLrError } from '../errors.js';
import { writeFileAtomic } from '../filesystem.js';
import { jsonLine, openJsonlAppender, parseJsonLine, readJsonLines } from '../formats/jsonl.js';
import { requireSameRun, type RunDescription } from '../run-mismatch.js';
import { parseArtifact } from './files.js';
import { ofType, parseRows, requireBelievable } from './log-rows.js';
import { canonicalJson } from './shared/hash.js';
import type { LogEnd, LogHeader, LogRow, TrainingLog } from './training-log/training-log.js';

/** A training log that grows: `NAME.partial.jsonl` until its end row is written, then `NAME.jsonl`. */
export interface LogWriter {
  append(row: LogRow): Promise<void>;
  /** Everything appended so far is on disk: to be called before a checkpoint that counts on it. */
  flush(): Promise<void>;
  /** Writes the end row, flushes, and gives the file its final name. */
  finish(end: LogEnd): Promise<void>;
  /** Gives the file up as it is; the same run resumes it. */
  close(): Promise<void>;
}

/** Where a log grows before it is whole. */
export function partialPath(file: string): string {
  return file.replace(/\.jsonl$/, '.partial.jsonl');
}

/**
 * Opens a log for writing. With `keepSteps` > 0 an existing partial log is cut back to its header and that many steps,
 * with the looks after them and the evaluations between them (those after the last kept step are for the resumed run to write again); else it
 * is started anew with `header`.
 *
 * @param file - final name, ending in `.jsonl`
 * @throws E_WRITE; when resuming, E_NOT_FOUND without a partial log, E_TRUNCATED if it has fewer steps, E_RUN_MISMATCH
 * naming the fields that differ if its header is another run's
 */
export async function createLogWriter(
  file: string,
  header: LogHeader,
  { keepSteps }: { keepSteps: number },
): Promise<LogWriter> {
  const partial = partialPath(file);
  if (keepSteps > 0) await cutBack(partial, header, keepSteps);
  else await writeFileAtomic(partial, jsonLine(header));
  const { append, flush, close, finish } = await openJsonlAppender(partial);
  return { append, flush, close, finish: (end) => finish(end, file) };
}

/** Rewrites a partial log as its header and the rows up to step number `keepSteps`; a torn last line goes with the rest. */
async function cutBack(partial: string, header: LogHeader, keepSteps: number): Promise<void> {
  const [first, ...rows] = (await readJsonLines(partial)).whole;
  if (first === undefined) throw truncated(partial, 1, 'there is no whole line', 'Start over with --fresh.');
  requireSameHeader(partial, parseLine(first, partial, 1) as LogHeader, header);
  const kept: string[] = [];
  let steps = 0;
  for (const row of rows) {
    const { type } = parseLine(row, partial, kept.length + 2) as LogRow;
    // A look follows its step, and comes before the checkpoint.
    if (steps === keepSteps && type !== 'look') break;
    kept.push(row);
    if (type === 'step') steps += 1;
  }
  if (steps < keepSteps)
    throw truncated(
      partial,
      kept.length + 1,
      `${steps} steps where the checkpoint has ${keepSteps}`,
      'Start over with --fresh.',
    );
  await writeFileAtomic(partial, [first, ...kept, ''].join('\n'));
}

/** @throws E_RUN_MISMATCH naming the fields of the header in which a file's run differs from the one asked for */
export function requireSameHeader(file: string, found: LogHeader, expected: LogHeader): void {
  requireSameRun(described(found), described(expected), {
    sentence: (differing) => `${file} belongs to another run: ${differing.join(', ')} differ.`,
    remedy: 'Choose another folder with --out, or start over with --fresh.',
    fields: { file },
  });
}

/** The header without what depends on the clock or the machine. */
function described(header: LogHeader): RunDescription {
  return JSON.parse(canonicalJson(header)) as RunDescription;
}

/**
 * A whole training log.
 *
 * @param allowPartial - a torn last line is left out and the end row may be missing (`end` is null)
 * @throws E_TRUNCATED with the line number if the last line is torn or the end row is missing; E_NOT_JSON; E_INVALID
 * with every bad row and its line, and for rows that are not of the updates 0, 1, 2, ... at rates >= 0, as many as is said;
 * E_KIND, E_VERSION for another header
 */
export async function readTrainingLog(file: string, { allowPartial = false } = {}): Promise<TrainingLog> {
  const { lines, torn } = await numberedLines(file);
  if (lines.length === 0) throw truncated(file, 1, 'there is no whole line');
  if (torn !== null && !allowPartial) throw truncated(file, torn, 'the last line is not whole');
  const [first, ...rest] = lines.map(({ text, number }) => ({ value: parseLine(text, file, number), number }));
  const header = parseArtifact('training_log', first.value, file);
  const rows = parseRows(rest, file);
  const [end = null] = ofType(rows, 'end');
  if (end === null && !allowPartial) throw noEnd(file, lines.at(-1)!.number, rows.length);
  requireBelievable(header, rows, { file, isPartial: allowPartial });
  return {
    header,
    steps: ofType(rows, 'step'),
    evaluations: ofType(rows, 'evaluation'),
    measurements: ofType(rows, 'measurement'),
    looks: ofType(rows, 'look'),
    end,
  };
}

interface NumberedLine {
  readonly text: string;
  readonly number: number;
}

/** The lines that hold something, and the number of a last line that was cut off; a whole end row needs no line feed. */
async function numberedLines(file: string): Promise<{ lines: NumberedLine[]; torn: number | null }> {
  const { whole, torn } = await readJsonLines(file);
  const all = isEndRow(torn) ? [...whole, torn] : whole;
  const lines = all.map((text, i) => ({ text, number: i + 1 })).filter(({ text }) => text.trim() !== '');
  return { lines, torn: all === whole && torn.trim() !== '' ? whole.length + 1 : null };
}

function isEndRow(text: string): boolean {
  try {
    return (JSON.parse(text) as { type?: unknown } | null)?.type === 'end';
  } catch {
    return false;
  }
}

function parseLine(line: string, file: string, number: number): unknown {
  return parseJsonLine(line, file, number, 'Correct that line, or run the training again.');
}

/** A log without its end: cut off, or of a trainer that writes none. */
function noEnd(file: string, line: number, rows: number): HjbLrError {
  return truncated(
    file,
    line,
    'there is no end row',
    'Run the command that wrote it again: it resumes where it stopped. A trainer of your own ends its log with ' +
      `{"type":"end","status":"completed","updates":${rows}}, or "killed" where it stopped early.`,
  );
}

function truncated(
  file: string,
  line: number,
  reason: string,
  remedy = 'Run the command that wrote it again: it resumes where it stopped.',
): HjbLrError {
  return new HjbLrError('E_TRUNCATED', `${file} is cut off at line ${line}: ${reason}.`, {
    remedy,
    fields: { file, line },
  });
}
