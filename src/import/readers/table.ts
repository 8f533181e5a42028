import type { Issue } from '../../errors.js';
import { csvRows, isNumber, isText, type Row } from '../../formats/csv.js';
import { utf8Of } from '../../formats/bytes.js';
import { dataError, shapeError } from '../../formats/problem.js';
import { namedColumns } from '../column-names.js';
import { NEEDED_COLUMNS, type Cell, type ImportedRun, type LogFile, type LogReader } from '../log-reader.js';

/** What may separate the cells of a table. */
const DELIMITERS = [',', '\t', ';', '|', ' '];

/** Cells by which other programs say that there is nothing. */
const MISSING = /^(na|n\/a|null|none|-)?$/i;

/** Trainers whose tables are known, told by the columns of the header line. */
const TRAINERS: readonly { readonly trainer: string; readonly has: (names: readonly string[]) => boolean }[] = [
  { trainer: 'wandb', has: (names) => names.includes('_step') && names.includes('_runtime') },
  { trainer: 'wandb', has: (names) => names[0] === 'Step' && names.some((name) => name.endsWith('__MIN')) },
  { trainer: 'lightning', has: (names) => names.includes('epoch') && names.includes('step') },
  { trainer: 'timm', has: (names) => names[0] === 'epoch' && names.some((name) => name.startsWith('eval_')) },
  { trainer: 'keras', has: (names) => names[0] === 'epoch' && names.includes('loss') },
  { trainer: 'epoch log', has: (names) => names[0] === 'Epoch' },
];

/** A table of text with a header line. */
export const tableReader: LogReader = {
  name: 'table',
  describe: () =>
    'A table with a header line, separated by commas, tabs, semicolons, | or blanks: of Keras CSVLogger, Lightning, timm or W&B, or one of your own.',
  recognises: (log) => {
    const [header, ...rows] = firstLines(log);
    if (rows.length === 0 || header.length < 2 || rows[0].length !== header.length) return false;
    return (
      header.every((name, i) => isText(name) || (i === 0 && name === '')) && rows.some((cells) => cells.some(isNumber))
    );
  },
  read: (given, options) => {
    const log = { file: given.file, bytes: utf8Of(given.bytes) };
    const { table, notes: repaired } = readTable(log);
    if (table.rows === 0) throw shapeError(log.file, 'holds no rows below a header line', 'Give the whole log.');
    // A chart's export holds the least and the largest value of what it averages.
    const names = table.header.filter((name) => name !== '' && !/__(MIN|MAX)$/.test(name));
    const { names: places, notes } = namedColumns(names, options, log.file);
    const strict = [...NEEDED_COLUMNS, ...Object.keys(options.columns ?? {})];
    const columns = numericColumns(log.file, table, places, strict);
    const trainer = TRAINERS.find(({ has }) => has(table.header))?.trainer ?? 'table';
    return {
      trainer,
      facts: {},
      columns,
      notes: [...repaired, ...notes],
      place: (row): string => `line ${table.lines[row]}`,
    };
  },
};

/** The columns of a table: numbers, and where a cell is text, what it says. */
interface Table {
  readonly header: readonly string[];
  readonly cells: readonly Cell[][];
  readonly texts: readonly TextCell[][];
  readonly lines: readonly number[];
  readonly rows: number;
}

interface TextCell {
  readonly line: number;
  readonly text: string;
}

/** Texts that are kept of a column that is none of numbers. */
const KEPT_TEXTS = 5;

function readTable({ file, bytes: whole }: LogFile): { table: Table; notes: string[] } {
  const delimiter = delimiterOf(whole);
  const { bytes, note } = withoutTornLine(whole, delimiter);
  let headers = 0;
  let header: readonly string[] | undefined;
  let [cells, texts, lines]: [Cell[][], TextCell[][], number[]] = [[], [], []];
  csvRows(bytes, file, { delimiter, comments: true }, (row: Row) => {
    if (header === undefined) {
      header = row.cells;
      [cells, texts, lines] = [header.map(() => []), header.map(() => []), []];
      return;
    }
    if (row.cells.every((cell, i) => cell === header![i])) return void (headers += 1);
    lines.push(row.line);
    row.cells.forEach((text, i) => {
      const cell = cellOf(text);
      cells[i].push(cell ?? null);
      if (cell === undefined && texts[i].length < KEPT_TEXTS) texts[i].push({ line: row.line, text });
    });
  });
  const notes = headers === 0 ? [] : [`${headers} more header lines are left out`];
  const table = { header: header ?? [], cells, texts, lines, rows: lines.length };
  return { table, notes: [...note, ...notes] };
}

/** A last line that was cut off in the midst of its cells goes; one that was perhaps cut off in its last number is told. */
function withoutTornLine(bytes: Uint8Array, delimiter: string): { bytes: Uint8Array; note: string[] } {
  const end = bytes.lastIndexOf(10) + 1;
  if (end === bytes.length || end === 0) return { bytes, note: [] };
  const count = (text: string): number => cellsOf(text, delimiter).length;
  const last = new TextDecoder().decode(bytes.subarray(end));
  if (last.trim() === '') return { bytes, note: [] };
  const [header] = linesOf(bytes);
  if (count(last) < count(header))
    return { bytes: bytes.subarray(0, end), note: ['the last line was cut off and is left out'] };
  return { bytes, note: ['the last line has no line end: see that its last number is whole'] };
}

/** Cells of the first lines that are not empty. */
function firstLines(log: LogFile): string[][] {
  const lines = linesOf(log.bytes);
  const delimiter = delimiterOf(utf8Of(log.bytes.subarray(0, BEGINNING)));
  return lines.slice(0, 3).map((line) => cellsOf(line, delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')));
}

/** The cells of a line, whose quoted texts may hold the separator. */
function cellsOf(line: string, delimiter: string): string[] {
  const held = line.replaceAll(/"[^"]*"/g, (text) => text.replaceAll(delimiter, '\0'));
  return held.split(delimiter).map((cell) => cell.replaceAll('\0', delimiter));
}

const BEGINNING = 65_536;

/** Whichever separator cuts the first lines into as many cells each, and the most of them; names may hold blanks. */
function delimiterOf(bytes: Uint8Array): string {
  const lines = linesOf(bytes);
  const cells = (line: string, delimiter: string): number => cellsOf(line, delimiter).length;
  const score = (delimiter: string): number => {
    const [first = '', second = first] = lines;
    const count = cells(first, delimiter);
    return count === cells(second, delimiter) ? count + 1e6 * Number(count > 1) : count;
  };
  return DELIMITERS.reduce((best, delimiter) => (score(delimiter) > score(best) ? delimiter : best));
}

/** The first lines that hold something and are no comments. */
function linesOf(bytes: Uint8Array): string[] {
  return textOf(bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .slice(0, 3);
}

/** The beginning of a file as text. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(utf8Of(bytes.subarray(0, BEGINNING)));
}

/** The columns of numbers by our names; one of text is left out, unless it is among the `strict`. */
function numericColumns(
  file: string,
  { header, cells, texts }: Table,
  names: ReadonlyMap<string, string>,
  strict: readonly string[],
): ImportedRun['columns'] {
  const columns: Record<string, Cell[]> = {};
  const issues: Issue[] = [];
  for (const [name, theirs] of names) {
    const place = header.indexOf(theirs);
    if (texts[place].length === 0) columns[name] = cells[place];
    else if (strict.includes(name)) issues.push(...texts[place].map((cell) => notNumber(cell, theirs)));
  }
  if (issues.length === 0) return columns;
  const hasCommas = issues.some(({ message }) => /^"-?\d+,\d+"/.test(message));
  const remedy = hasCommas
    ? 'Write decimal points in place of decimal commas: 0.1, not 0,1.'
    : 'Write numbers there, leave the cells empty, or remove these rows.';
  throw dataError(file, 'cells that must be numbers are text', remedy, issues);
}

function notNumber({ line, text }: TextCell, column: string): Issue {
  return { path: `line ${line}, column "${column}"`, message: `"${text}" is not a number` };
}

/** A cell as a number, as `null` where it is empty; undefined if it is text. */
function cellOf(cell: string): Cell | undefined {
  if (MISSING.test(cell)) return null;
  if (isNumber(cell)) return Number(cell);
  if (isText(cell)) return undefined;
  if (/nan/i.test(cell)) return NaN;
  return cell.startsWith('-') ? -Infinity : Infinity;
}
