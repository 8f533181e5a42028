import { open, rename, type FileHandle } from 'node:fs/promises';
import { HjbLrError } from '../errors.js';
import { parseArtifact, readText, writeError, issuesOf, writeFileAtomic } from './files.js';
import { logRowSchema, type LogEnd, type LogHeader, type LogRow, type TrainingLog } from './training-log.js';

/** Rows are kept in memory and written in batches of this many. */
const ROWS_PER_WRITE = 100;

/** A training log that grows: `NAME.partial.jsonl` until its end row is written, then `NAME.jsonl`. */
export interface LogWriter {
  append(row: LogRow): Promise<void>;
  /** Everything appended so far is on disk. */
  flush(): Promise<void>;
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
 * else it is started anew with `header`.
 */
export async function createLogWriter(file: string, header: LogHeader, { keepSteps }: { keepSteps: number }): Promise<LogWriter> {
  const partial = partialPath(file);
  if (keepSteps > 0) await cutBack(partial, keepSteps);
  else await writeFileAtomic(partial, `${JSON.stringify(header)}\n`);
  return appendingWriter(file, await open(partial, 'a').catch(failed(partial)));
}

function appendingWriter(file: string, handle: FileHandle): LogWriter {
  const partial = partialPath(file);
  let pending: string[] = [];
  const flush = async (): Promise<void> => {
    const text = pending.join('');
    pending = [];
    if (text !== '') await handle.appendFile(text).catch(failed(partial));
  };
  const append = async (row: LogRow): Promise<void> => {
    pending.push(`${JSON.stringify(row)}\n`);
    if (pending.length >= ROWS_PER_WRITE) await flush();
  };
  return {
    append,
    flush,
    close: async () => {
      await flush();
      await handle.close();
    },
    finish: async (end) => {
      await append(end);
      await flush();
      await handle.sync().catch(failed(partial));
      await handle.close();
      await rename(partial, file).catch(failed(file));
    },
  };
}

/** Keeps the header and the rows before step number `keepSteps`; a torn last line goes with the rest. */
async function cutBack(partial: string, keepSteps: number): Promise<void> {
  const [header, ...rows] = (await readText(partial)).split('\n');
  const kept: string[] = [];
  let steps = 0;
  for (const row of rows) {
    if (steps === keepSteps) break;
    kept.push(row);
    if (row.startsWith('{"type":"step"')) steps += 1;
  }
  await writeFileAtomic(partial, [header, ...kept, ''].join('\n'));
}

/**
 * A whole training log.
 * @throws E_TRUNCATED with the line number if the last line is torn or the end row is missing; E_INVALID with the line
 * of the first bad row; E_KIND, E_VERSION for another header
 */
export async function readTrainingLog(file: string, { allowPartial = false } = {}): Promise<TrainingLog> {
  const lines = (await readText(file)).split('\n');
  const torn = lines.pop() !== '';
  if (torn && !allowPartial) throw truncated(file, lines.length + 1, 'the last line is not whole');
  const [first, ...rest] = lines.map((line, i) => parseLine(line, file, i + 1));
  const header = parseArtifact('training_log', first, file);
  const rows = rest.map((row, i) => parseRow(row, file, i + 2));
  const end = rows.find((row) => row.type === 'end') ?? null;
  if (end === null && !allowPartial) throw truncated(file, lines.length, 'there is no end row');
  return {
    header,
    steps: rows.filter((row) => row.type === 'step'),
    evaluations: rows.filter((row) => row.type === 'evaluation'),
    end,
  };
}

function parseLine(line: string, file: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw truncated(file, number, 'the line is not JSON');
  }
}

function parseRow(row: unknown, file: string, number: number): LogRow {
  const parsed = logRowSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', `${file}, line ${number}, is not a row of a training log.`, {
    remedy: 'Correct the row, or run the training again.',
    issues: issuesOf(parsed.error),
    fields: { file, line: number },
  });
}

function truncated(file: string, line: number, reason: string): HjbLrError {
  return new HjbLrError('E_TRUNCATED', `${file} is cut off at line ${line}: ${reason}.`, {
    remedy: 'Run the command that wrote it again: it resumes where it stopped.',
    fields: { file, line },
  });
}

function failed(file: string) {
  return (cause: unknown): never => {
    throw writeError(file, cause);
  };
}

