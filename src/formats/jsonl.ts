import { rename, stat, type FileHandle } from 'node:fs/promises';
import { HjbLrError } from '../errors.js';
import { openToWrite, readText, writeError } from '../filesystem.js';
import { dataError } from './problem.js';

/** Rows are kept in memory and written in batches of this many. */
const ROWS_PER_WRITE = 100;

/** A JSON value on a line of its own. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The lines of a JSONL file as they stand there. */
export interface JsonLines {
  /** Those that end in a line feed. */
  readonly whole: readonly string[];
  /** What stands behind the last line feed: a line that was cut off, or nothing. */
  readonly torn: string;
}

/**
 * The lines of a file, without a byte-order mark; lines may end in CR LF.
 * @throws E_NOT_FOUND if the file cannot be read; E_DATA if it is UTF-16
 */
export async function readJsonLines(file: string): Promise<JsonLines> {
  const text = (await readText(file)).replace(/^\uFEFF/, '');
  if (text.includes('\0')) throw dataError(file, 'not a text in UTF-8', 'Write it as UTF-8: it looks like UTF-16.');
  const whole = text.split('\n');
  const torn = whole.pop()!;
  return { whole, torn };
}

/** Strings, and outside them the literals that Python's json writes for numbers that JSON does not have. */
const PYTHON_LITERALS = /"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g;
const WRITTEN: Readonly<Record<string, string>> = { NaN: '"nan"', Infinity: '"inf"', '-Infinity': '"-inf"' };

/**
 * The value of one line. Python's `NaN`, `Infinity` and `-Infinity` are read as "nan", "inf" and "-inf", as training logs
 * have them.
 *
 * @param number - of the line, from 1, for the message
 * @throws E_NOT_JSON
 */
export function parseJsonLine(line: string, file: string, number: number, remedy = 'Correct that line.'): unknown {
  try {
    return JSON.parse(
      /NaN|Infinity/.test(line) ? line.replace(PYTHON_LITERALS, (text) => WRITTEN[text] ?? text) : line,
    );
  } catch (cause) {
    throw new HjbLrError('E_NOT_JSON', `${file}, line ${number}, is not JSON: ${(cause as Error).message}.`, {
      remedy,
      fields: { file, line: number },
      cause,
    });
  }
}

/** A JSONL file that grows. */
export interface JsonlAppender {
  append(value: unknown): Promise<void>;
  /** Everything appended so far is on disk. */
  flush(): Promise<void>;
  /** Writes what is pending, and leaves the file under its name. */
  close(): Promise<void>;
  /**
   * Appends the last value, closes the file, and gives it its final name.
   * @throws E_RUN_MISMATCH if another process has put a new file in its place
   */
  finish(last: unknown, finalName: string): Promise<void>;
}

/**
 * Opens a file to which lines are appended.
 * @throws E_WRITE, and so does everything that the appender does
 */
export async function openJsonlAppender(file: string): Promise<JsonlAppender> {
  const handle = await openToWrite(file, 'a').catch(failed(file));
  let pending: string[] = [];
  const write = async (): Promise<void> => {
    const text = pending.join('');
    pending = [];
    if (text !== '') await handle.appendFile(text).catch(failed(file));
  };
  const flush = async (): Promise<void> => {
    await write();
    await handle.sync().catch(failed(file));
  };
  const append = async (value: unknown): Promise<void> => {
    pending.push(jsonLine(value));
    if (pending.length >= ROWS_PER_WRITE) await write();
  };
  const close = (): Promise<void> => write().finally(() => handle.close());
  const finish = async (last: unknown, finalName: string): Promise<void> => {
    pending.push(jsonLine(last));
    await flush()
      .then(() => requireSameFile(file, handle))
      .finally(() => handle.close());
    await rename(file, finalName).catch(failed(finalName));
  };
  return { append, flush, close, finish };
}

/** A process that started again elsewhere has replaced the file: then this one must not name it finished. */
async function requireSameFile(file: string, handle: FileHandle): Promise<void> {
  const [named, opened] = await Promise.all([stat(file).catch(failed(file)), handle.stat()]);
  if (named.ino === opened.ino) return;
  throw new HjbLrError('E_RUN_MISMATCH', `Another process has taken over ${file}.`, {
    remedy: 'Let one process at a time work in this folder.',
    fields: { file },
  });
}

function failed(file: string) {
  return (cause: unknown): never => {
    throw writeError(file, cause);
  };
}
