import { stat, type FileHandle } from 'node:fs/promises';
import { HjbLrError } from '../errors.js';
import { openToWrite, renameDurably, writeError } from '../filesystem.js';
import { jsonFaults } from '../json-scan.js';

/** Rows are kept in memory and written in batches of this many. */
const ROWS_PER_WRITE = 100;

/** A JSON value on a line of its own. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Strings, and outside them the literals that Python's json writes for numbers that JSON does not have. */
const PYTHON_LITERALS = /"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g;
const WRITTEN: Readonly<Record<string, string>> = { NaN: '"nan"', Infinity: '"inf"', '-Infinity': '"-inf"' };

/**
 * The value of one line. Python's `NaN`, `Infinity` and `-Infinity` are read as "nan", "inf" and "-inf", as training logs
 * have them.
 *
 * @param number - of the line, from 1, for the message
 * @throws E_NOT_JSON; E_INVALID for a name that stands twice, and for nesting that is too deep
 */
export function parseJsonLine(line: string, file: string, number: number, remedy = 'Correct that line.'): unknown {
  const text = /NaN|Infinity/.test(line) ? line.replace(PYTHON_LITERALS, (found) => WRITTEN[found] ?? found) : line;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new HjbLrError('E_NOT_JSON', `${file}, line ${number}, is not JSON: ${(cause as Error).message}.`, {
      remedy,
      fields: { file, line: number },
      cause,
    });
  }
  const issues = isPlainRow(text, value) ? [] : jsonFaults(text);
  if (issues.length === 0) return value;
  throw new HjbLrError('E_INVALID', `${file}, line ${number}, is JSON that two readers could take for two things.`, {
    remedy,
    issues,
    fields: { file, line: number },
  });
}

/** Whether a row is one flat object with as many names as it has colons behind a quote: then none stands twice. */
function isPlainRow(text: string, value: unknown): boolean {
  if (text.includes('__proto__') || text.includes('\\') || text.includes('[') || text.indexOf('{', 1) > 0) return false;
  return typeof value === 'object' && value !== null && text.split('":').length - 1 === Object.keys(value).length;
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
    await renameDurably(file, finalName).catch(failed(finalName));
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
