import path from 'node:path';
import { HjbLrError } from '../errors.js';
import { writeFileAtomic } from '../filesystem.js';
import { readBytes } from '../formats/bytes.js';
import { jsonLine } from '../formats/jsonl.js';
import { requireRun } from './check.js';
import { importedLog, type ImportedLog } from './imported-log.js';
import type { ColumnMap, LogFile, LogReader, RunFacts } from './log-reader.js';
import { tableReader } from './readers/table.js';

export type { ImportedLog } from './imported-log.js';
export type { ColumnMap, ImportedRun, LogFile, LogReader, ReadOptions, RunFacts } from './log-reader.js';

/** Every reader. The first that recognises a file reads it, so that one of a single trainer stands before a general one. */
export const LOG_READERS: readonly LogReader[] = [tableReader];

export interface ImportOptions {
  /** The folder for the training logs. */
  readonly out: string;
  /** Name of the reader; found by the content of each file by default. */
  readonly reader?: string;
  /** Columns that go by another name in the files. */
  readonly columns?: ColumnMap;
  /** What the files do not say of their runs, or say wrongly. */
  readonly facts?: RunFacts;
  /** Readers to choose from: those of this package by default. */
  readonly readers?: readonly LogReader[];
}

/**
 * Reads the logs of another trainer, one run in each file, and writes them as training logs: `NAME.jsonl` in the folder
 * `out` for every file NAME. Nothing is written unless all of them can be read.
 *
 * @returns what was written, in the order of the files
 * @throws E_NOT_FOUND; E_USAGE for a reader that is not there and for two files of one name; E_KIND for a file that no
 * reader recognises; E_DATA, E_SHAPE or E_INVALID with every problem of a file and its place, or with the facts
 * that are missing; E_WRITE
 *
 * @example
 * const facts = { batch_size: 64, optimizer: { name: 'sgd' }, attack: null };
 * await importLogs(['run.csv'], { out: 'logs', columns: { update: 'step', train_loss: 'loss' }, facts });
 */
export async function importLogs(
  files: readonly string[],
  { out, reader, columns = {}, facts = {}, readers = LOG_READERS }: ImportOptions,
): Promise<ImportedLog[]> {
  requireDistinct(files.map(runIdOf));
  const logs: ImportedLog[] = [];
  for (const file of files) {
    const log: LogFile = { file, bytes: await readBytes(file, 'Check the path.') };
    const run = chosenReader(log, reader, readers).read(log, { columns });
    requireRun(run, file);
    logs.push(importedLog({ ...run, facts: { ...run.facts, ...facts } }, runIdOf(file), file));
  }
  for (const log of logs) await writeFileAtomic(path.join(out, `${log.header.run_id}.jsonl`), textOf(log));
  return logs;
}

/** The name of a file without its endings. */
function runIdOf(file: string): string {
  return path.basename(file).replace(/(\.[A-Za-z]\w*)+$/, '');
}

function textOf({ header, steps, end }: ImportedLog): string {
  return [header, ...steps, end].map(jsonLine).join('');
}

function chosenReader(log: LogFile, name: string | undefined, readers: readonly LogReader[]): LogReader {
  const found = readers.find((reader) => (name === undefined ? reader.recognises(log) : reader.name === name));
  if (found !== undefined) return found;
  const known = readers.map((reader) => `${reader.name}: ${reader.describe()}`).join(' ');
  const sentence = name === undefined ? `No reader recognises ${log.file}.` : `There is no reader "${name}".`;
  throw new HjbLrError(name === undefined ? 'E_KIND' : 'E_USAGE', sentence, {
    remedy: `Give a file that one of these reads. ${known}`,
    fields: { file: log.file, readers: readers.map((reader) => reader.name) },
  });
}

function requireDistinct(names: readonly string[]): void {
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length === 0) return;
  throw new HjbLrError('E_USAGE', `More than one file is named ${twice.join(', ')}.`, {
    remedy: 'Import them into different folders (out), or rename all but one.',
    fields: { names: twice },
  });
}
