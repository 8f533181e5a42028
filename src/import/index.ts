import path from 'node:path';
import type { Issue } from '../errors.js';
import { HjbLrError } from '../errors.js';
import { writeFileAtomic } from '../filesystem.js';
import { jsonLine } from '../formats/jsonl.js';
import { dataError } from '../formats/problem.js';
import { requireRun } from './check.js';
import { refuseEpochs } from './epochs.js';
import { withForks } from './forks.js';
import { importedLog, type ImportedLog } from './imported-log.js';
import type { ColumnMap, ImportedRun, LogFile, LogReader, RunFacts } from './log-reader.js';
import { jsonColumnsReader } from './readers/json-columns.js';
import { jsonRowsReader } from './readers/json-rows.js';
import { mlflowReader } from './readers/mlflow.js';
import { tableReader } from './readers/table.js';
import { tensorBoardReader } from './readers/tensorboard.js';
import { trainerStateReader } from './readers/trainer-state.js';
import { oneRowPerUpdate, type RowRules } from './rows.js';
import { nameOf, openLog } from './source.js';

export { identifiedBy } from './identified.js';
export type { ImportedLog } from './imported-log.js';
export type { ColumnMap, ImportedRun, LogFile, LogReader, ReadOptions, RunFacts } from './log-reader.js';

/** Every reader. The first that recognises a file reads it, so that one of a single trainer stands before a general one. */
export const LOG_READERS: readonly LogReader[] = [
  tensorBoardReader,
  mlflowReader,
  trainerStateReader,
  jsonColumnsReader,
  jsonRowsReader,
  tableReader,
];

export interface ImportOptions extends RowRules {
  /** The folder for the training logs. */
  readonly out: string;
  /** Name of the reader; found by the content of each file by default. */
  readonly reader?: string | undefined;
  /** Columns that go by another name in the files. */
  readonly columns?: ColumnMap | undefined;
  /** What a row stands for where a file has no column of updates: one update each, in order. */
  readonly rowsAre?: 'updates' | undefined;
  /** The rates of the updates, where the files hold none. */
  readonly rates?: readonly number[] | undefined;
  /** What the files do not say of their runs, or say wrongly. */
  readonly facts?: RunFacts | undefined;
  /** The seed of each file's run, in the order of the files. */
  readonly seeds?: readonly number[] | undefined;
  /** Readers to choose from: those of this package by default. */
  readonly readers?: readonly LogReader[] | undefined;
}

/** A log with what was done to make it. */
export interface Imported extends ImportedLog {
  /** The file or folder that it was read from. */
  readonly source: string;
  /** Where it was written. */
  readonly file: string;
  /** What was taken for what, left out or moved, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads the logs of another trainer, one run in each file or folder, and writes them as training logs: `NAME.jsonl` in the
 * folder `out` for every file NAME. Nothing is written unless all of them can be read. A run whose rows are those of another
 * one up to some update is marked as its fork.
 *
 * @returns what was written, in the order of the files
 * @throws E_NOT_FOUND; E_USAGE for a reader that is not there, for two files of one name, and for rates after their update
 * without the first one; E_KIND for a file that no reader recognises; E_DATA, E_SHAPE or E_INVALID with every problem of a
 * file and its place, for one that is of epochs, or with the facts that are missing; E_WRITE
 *
 * @example
 * const facts = { batch_size: 64, optimizer: { name: 'sgd' }, attack: null };
 * await importLogs(['run.csv'], { out: 'logs', columns: { update: 'step', train_loss: 'loss' }, facts });
 */
export async function importLogs(files: readonly string[], options: ImportOptions): Promise<Imported[]> {
  requireDistinct(files.map(nameOf));
  const { seeds } = options;
  if (seeds !== undefined && seeds.length !== files.length) throw otherSeeds(seeds.length, files.length);
  const read: { log: ImportedLog; run: ImportedRun }[] = [];
  for (const [i, file] of files.entries()) read.push(await readLog(file, seeds?.[i], options));
  const { logs, notes } = withForks(read.map(({ log }) => log));
  const written = logs.map((log, i) => ({ log, file: path.join(options.out, `${nameOf(files[i])}.jsonl`) }));
  for (const { log, file } of written) await writeFileAtomic(file, partsOf(log));
  return written.map(({ log, file }, i) => ({
    ...log,
    source: files[i],
    file,
    notes: [...(read[i].run.notes ?? []), ...notes.filter((note) => note.startsWith(`${log.header.run_id} `))],
  }));
}

/** The reader that recognises a file or folder; none of one that is ours or nobody's. */
export async function recognise(file: string): Promise<LogReader | undefined> {
  const log = await openLog(file).catch(() => null);
  if (log === null) return undefined;
  const isOurs = /^\uFEFF?\s*\{\s*"kind"\s*:/.test(new TextDecoder().decode(log.bytes.subarray(0, 200)));
  return isOurs ? undefined : LOG_READERS.find((reader) => reader.recognises(log));
}

async function readLog(
  file: string,
  seed: number | undefined,
  options: ImportOptions,
): Promise<{ log: ImportedLog; run: ImportedRun }> {
  const { reader, columns = {}, facts: given = {}, readers = LOG_READERS } = options;
  const log = await openLog(file);
  const attacked = given.attack !== undefined && given.attack !== null;
  const read = await chosenReader(log, reader, readers).read(log, { columns, attacked });
  const facts = { ...read.facts, ...given, ...(seed === undefined ? {} : { seed }) };
  if (facts.attack === null) refuseRobustLoss(read, file);
  const whole = completed({ ...read, facts }, file, options);
  if (options.rowsAre === undefined) refuseEpochs(whole, file);
  const run = oneRowPerUpdate(whole, options);
  requireRun(run, file);
  const notes = [
    ...(run.notes ?? []),
    ...(read.averaged === undefined ? [] : [`the diffusion is not identified: ${read.averaged}`]),
  ];
  return { log: importedLog(run, nameOf(file), file), run: { ...run, notes } };
}

/** @throws E_INVALID for a loss at perturbed inputs of a training that is said to have had no attack */
function refuseRobustLoss({ columns }: ImportedRun, file: string): void {
  if (columns['train_robust_loss'] === undefined || columns['train_loss'] !== undefined) return;
  throw new HjbLrError(
    'E_INVALID',
    `${file} has the loss at perturbed inputs, but the training is said to have no attack.`,
    {
      remedy:
        'Give its attack: --attack FILE; of a training on clean inputs say which column is its loss: --columns "train_loss=NAME".',
      issues: [{ path: 'train_robust_loss', message: 'a loss at perturbed inputs' }],
      fields: { file },
    },
  );
}

/** The run with updates that are the places of its rows, and with rates that are given. */
function completed(run: ImportedRun, file: string, { rowsAre, rates }: ImportOptions): ImportedRun {
  const n = Object.values(run.columns)[0]?.length ?? 0;
  const columns = { ...run.columns };
  if (rowsAre === 'updates') columns['update'] = Array.from({ length: n }, (_, row) => row);
  if (rates !== undefined) {
    const updates = columns['update'] ?? [];
    const base = updates[0] === 1 && !updates.includes(0) ? 1 : 0;
    const missing = updates.flatMap((update, row): Issue[] =>
      update === null || rates[update - base] !== undefined
        ? []
        : [{ path: run.place(row), message: `update ${update} has no rate: ${rates.length} are given` }],
    );
    if (missing.length > 0)
      throw dataError(file, 'has more updates than rates are given', 'Give a rate for each.', missing);
    columns['lr'] = updates.map((update) => (update === null ? null : rates[update - base]));
  }
  return { ...run, columns };
}

/** Rows of a file that are written at once. */
const ROWS_AT_ONCE = 10_000;

/** The bytes of a log in parts, so that a long one need not be one string. */
function partsOf({ header, steps, end }: ImportedLog): Uint8Array[] {
  const encoder = new TextEncoder();
  const parts = [encoder.encode(jsonLine(header))];
  for (let row = 0; row < steps.length; row += ROWS_AT_ONCE) {
    parts.push(
      encoder.encode(
        steps
          .slice(row, row + ROWS_AT_ONCE)
          .map(jsonLine)
          .join(''),
      ),
    );
  }
  return [...parts, encoder.encode(jsonLine(end))];
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

function otherSeeds(seeds: number, files: number): HjbLrError {
  return new HjbLrError('E_USAGE', `There are ${seeds} seeds for ${files} files.`, {
    remedy: 'Give one seed for each file, in their order: --seeds 1,2.',
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
