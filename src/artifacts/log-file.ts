import { HjbLrError, type Issue } from '../errors.js';
import { writeFileAtomic } from '../filesystem.js';
import { jsonLine, openJsonlAppender, parseJsonLine, readJsonLines } from '../formats/jsonl.js';
import { requireSameRun, type RunDescription } from '../run-mismatch.js';
import { parseArtifact } from './files.js';
import { canonicalJson } from './shared/hash.js';
import { issuesOf } from './shared/issues.js';
import {
  logRowSchema,
  type LogEnd,
  type LogHeader,
  type LogRow,
  type TrainingLog,
} from './training-log/training-log.js';

/** Bad rows that one error lists. */
const MAXIMUM_BAD_ROWS = 20;

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
 * with every bad row and its line; E_KIND, E_VERSION for another header
 */
export async function readTrainingLog(file: string, { allowPartial = false } = {}): Promise<TrainingLog> {
  const { whole: lines, torn } = await readJsonLines(file);
  if (lines.length === 0) throw truncated(file, 1, 'there is no whole line');
  if (torn !== '' && !allowPartial) throw truncated(file, lines.length + 1, 'the last line is not whole');
  const [first, ...rest] = lines.map((line, i) => parseLine(line, file, i + 1));
  const header = parseArtifact('training_log', first, file);
  const rows = parseRows(rest, file);
  const end = rows.find((row) => row.type === 'end') ?? null;
  if (end === null && !allowPartial) throw truncated(file, lines.length, 'there is no end row');
  return {
    header,
    steps: rows.filter((row) => row.type === 'step'),
    evaluations: rows.filter((row) => row.type === 'evaluation'),
    measurements: rows.filter((row) => row.type === 'measurement'),
    looks: rows.filter((row) => row.type === 'look'),
    end,
  };
}

function parseLine(line: string, file: string, number: number): unknown {
  return parseJsonLine(line, file, number, 'Correct that line, or run the training again.');
}

/** The rows after the header, which is line 1. */
function parseRows(values: readonly unknown[], file: string): LogRow[] {
  const rows: LogRow[] = [];
  const issues: Issue[] = [];
  values.forEach((value, i) => {
    const parsed = logRowSchema.safeParse(value, { reportInput: true });
    const lineIssue = ({ path, message }: Issue): Issue => ({
      path: `line ${i + 2}${path === '' ? '' : `: ${path}`}`,
      message,
    });
    if (!parsed.success) issues.push(...issuesOf(parsed.error).map(lineIssue));
    else if (rows.at(-1)?.type === 'end') issues.push(lineIssue({ path: '', message: 'a row after the end row' }));
    else rows.push(parsed.data);
  });
  if (issues.length > 0) throw invalidRows(file, issues);
  return rows;
}

function invalidRows(file: string, issues: readonly Issue[]): HjbLrError {
  const more = issues.length - MAXIMUM_BAD_ROWS;
  const listed = issues.slice(0, MAXIMUM_BAD_ROWS);
  return new HjbLrError('E_INVALID', `${file} has rows that are not those of a training log.`, {
    remedy: 'Correct these rows, or run the training again.',
    issues: more > 0 ? [...listed, { path: '', message: `and ${more} more` }] : listed,
    fields: { file },
  });
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
