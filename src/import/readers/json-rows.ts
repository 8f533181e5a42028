import { HjbLrError, type Issue } from '../../errors.js';
import { utf8Of } from '../../formats/bytes.js';
import { isNumber } from '../../formats/csv.js';
import { parseJsonLine } from '../../formats/jsonl.js';
import { dataError } from '../../formats/problem.js';
import { namedColumns } from '../column-names.js';
import type { Cell, LogReader, RunFacts } from '../log-reader.js';

type Fields = Readonly<Record<string, unknown>>;

interface Line {
  readonly value: Fields;
  readonly number: number;
}

/** One JSON object in every line: W&B's history, a trainer's own log, or a training log of ours with faults in its rows. */
export const jsonRowsReader: LogReader = {
  name: 'jsonl',
  describe: () =>
    'JSONL, one object in every line, or a JSON list of objects: the history of W&B, a log of your own, or a training log of ours.',
  recognises: (log) => isObject(tried(firstLine(utf8Of(log.bytes)))) || listOf(utf8Of(log.bytes)) !== undefined,
  read: ({ file, bytes }, options) => {
    const list = listOf(utf8Of(bytes))?.map((value, i) => ({ value, number: i + 1 }));
    const lines = list ?? [...objects(utf8Of(bytes), file)];
    const { facts, rows, notes } = withoutHeaders(lines, file);
    const { columns, names } = columnsOf(rows);
    const { names: places, notes: taken } = namedColumns(names, options, file);
    return {
      trainer: trainerOf(facts, names),
      facts,
      columns: Object.fromEntries([...places].map(([ours, theirs]) => [ours, columns.get(theirs)!])),
      notes: [...notes, ...taken],
      place: (row): string => `line ${rows[row].number}`,
    };
  },
};

/** Facts of a header that stay true of the imported log. */
const KEPT_FACTS = [
  ...['run_id', 'purpose', 'seed', 'engine', 'backend', 'kernel', 'threads', 'version', 'lr_schedule', 'optimizer'],
  ...['clip', 'averaging', 'batch_size', 'horizon', 'updates_per_epoch', 'objective', 'loss', 'attack', 'training'],
  ...['dataset', 'model', 'parameters', 'forked_from', 'provenance', 'started_at'],
];

/** The rows without headers and ends of training logs; a second header of the same run is one that was resumed. */
function withoutHeaders(lines: readonly Line[], file: string): { facts: RunFacts; rows: Line[]; notes: string[] } {
  const headers = lines.filter(({ value }) => value['kind'] === 'training_log');
  const rows = lines.filter(({ value }) => value['kind'] !== 'training_log' && (value['type'] ?? 'step') === 'step');
  const other = headers.find(({ value }) => value['run_id'] !== headers[0].value['run_id']);
  if (other !== undefined) throw twoRuns(file, other.number);
  const [first] = headers;
  const notes = [
    ...(headers.length > 1 ? [`${headers.length - 1} more headers of the same run are left out`] : []),
    ...plannedMore(first?.value['updates'], rows),
  ];
  const facts = first === undefined ? [] : KEPT_FACTS.filter((name) => first.value[name] !== undefined);
  return { facts: Object.fromEntries(facts.map((name) => [name, first.value[name]])) as RunFacts, rows, notes };
}

/** A run that stopped before its planned end is a run all the same, of the updates that it has. */
function plannedMore(planned: unknown, rows: readonly Line[]): string[] {
  const last = rows.reduce(
    (most, { value: { update } }) => Math.max(most, typeof update === 'number' ? update : -1),
    -1,
  );
  if (typeof planned !== 'number' || last + 1 >= planned) return [];
  return [`its header plans ${planned} updates; it is taken as a run of the ${last + 1} that it has`];
}

function twoRuns(file: string, line: number): HjbLrError {
  return new HjbLrError('E_INVALID', `${file} holds two runs.`, {
    remedy: 'Give every run a file of its own: split this one at that line.',
    issues: [{ path: `line ${line}`, message: 'the header of another run' }],
    fields: { file, line },
  });
}

function trainerOf(facts: RunFacts, names: readonly string[]): string {
  const { engine } = facts as { engine?: unknown };
  if (typeof engine === 'string') return engine;
  return names.includes('_step') && names.includes('_runtime') ? 'wandb' : 'jsonl';
}

/** The numbers of the rows by their names; a nested one by its path. Names that hold anything else in a row are left out. */
function columnsOf(rows: readonly Line[]): { columns: Map<string, Cell[]>; names: string[] } {
  const columns = new Map<string, Cell[]>();
  const texts = new Set<string>();
  rows.forEach(({ value }, row) => {
    for (const [name, entry] of flattened(value, '')) {
      const cell = cellOf(entry);
      if (cell === undefined) texts.add(name);
      if (!columns.has(name))
        columns.set(
          name,
          rows.map(() => null),
        );
      columns.get(name)![row] = cell ?? null;
    }
  });
  for (const name of texts) columns.delete(name);
  return { columns, names: [...columns.keys()] };
}

function flattened(value: Fields, prefix: string): [string, unknown][] {
  return Object.entries(value).flatMap(([name, entry]): [string, unknown][] =>
    isObject(entry) ? flattened(entry, `${prefix}${name}/`) : [[`${prefix}${name}`, entry]],
  );
}

function cellOf(entry: unknown): Cell | undefined {
  if (entry === null || typeof entry === 'number') return entry;
  const text = typeof entry === 'string' ? entry.trim().toLowerCase() : '';
  if (isNumber(text)) return Number(text);
  if (text === 'nan') return NaN;
  if (/^[+-]?inf(inity)?$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return undefined;
}

/** The objects of a file that is one JSON list of them. */
function listOf(bytes: Uint8Array): Fields[] | undefined {
  const decoder = new TextDecoder();
  if (!/^\s*\[/.test(decoder.decode(bytes.subarray(0, 100)))) return undefined;
  const value = tried(decoder.decode(bytes));
  return Array.isArray(value) && value.length > 0 && value.every(isObject) ? value : undefined;
}

/** The objects of the lines that hold something; a last line that was cut off is left out. */
function* objects(bytes: Uint8Array, file: string): Generator<Line> {
  const issues: Issue[] = [];
  for (const { text, number, isLast } of linesOf(bytes)) {
    if (text.trim() === '') continue;
    const value = isLast ? tried(text) : parseJsonLine(text, file, number);
    if (isObject(value)) yield { value, number };
    else if (!isLast) issues.push({ path: `line ${number}`, message: 'is no object' });
  }
  if (issues.length > 0)
    throw dataError(file, 'lines that are no JSON objects', 'Write one object in every line.', issues);
}

function* linesOf(bytes: Uint8Array): Generator<{ text: string; number: number; isLast: boolean }> {
  const decoder = new TextDecoder();
  let [start, number] = [0, 0];
  while (start < bytes.length) {
    const feed = bytes.indexOf(10, start);
    const end = feed === -1 ? bytes.length : feed;
    number += 1;
    yield { text: decoder.decode(bytes.subarray(start, end)), number, isLast: feed === -1 };
    start = end + 1;
  }
}

function firstLine(bytes: Uint8Array): string {
  for (const { text } of linesOf(bytes.subarray(0, 1_000_000))) if (text.trim() !== '') return text;
  return '';
}

function tried(text: string): unknown {
  try {
    return parseJsonLine(text, '', 0);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
