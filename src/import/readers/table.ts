import type { Issue } from '../../errors.js';
import { isNumber, isText, parseCsv, type Row } from '../../formats/csv.js';
import { dataError, listed, shapeError } from '../../formats/problem.js';
import { NEEDED_COLUMNS, type Cell, type ColumnMap, type LogFile, type LogReader } from '../log-reader.js';

/** What may separate the cells of a table. */
const DELIMITERS = [',', '\t', ';'];

/** A table of text with a header line. */
export const tableReader: LogReader = {
  name: 'table',
  describe: () => 'A table with a header line and one row for each update, separated by commas, tabs or semicolons.',
  recognises: (log) => {
    const [header, first] = firstLines(log);
    if (first === undefined || header.length < 2 || first.length !== header.length) return false;
    return header.every(isText) && first.some(isNumber);
  },
  read: (log, { columns: map = {} }) => {
    const [header, ...body] = parseCsv(log.bytes, log.file, delimiterOf(log));
    if (body.length === 0) throw shapeError(log.file, 'holds no rows below a header line', 'Give the whole log.');
    requireColumns(log.file, header.cells, map);
    const strict = [...NEEDED_COLUMNS, ...Object.keys(map)];
    const columns = numericColumns(log.file, body, ourNames(header.cells, map), strict);
    return { trainer: 'table', facts: {}, columns, place: (row) => `line ${body[row].line}` };
  },
};

/** Cells of the first two lines that are not empty. */
function firstLines(log: LogFile): string[][] {
  const lines = textOf(log)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const delimiter = delimiterOf(log);
  return lines.slice(0, 2).map((line) => line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')));
}

/** Whichever separator occurs most often in the first line. */
function delimiterOf(log: LogFile): string {
  const [first] = textOf(log).trimStart().split('\n', 1);
  const count = (delimiter: string): number => first.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

/** The beginning of a file as text. */
function textOf({ bytes }: LogFile): string {
  return new TextDecoder('utf-8').decode(bytes.subarray(0, 65_536));
}

function requireColumns(file: string, header: readonly string[], map: ColumnMap): void {
  const issues = Object.entries(map).flatMap(([ours, theirs]): Issue[] => {
    const count = header.filter((name) => name === theirs).length;
    const message = count === 0 ? `no column "${theirs}"` : `more than one column "${theirs}"`;
    return count === 1 ? [] : [{ path: `columns.${ours}`, message }];
  });
  if (issues.length === 0) return;
  throw dataError(file, `its first line has: ${listed(header)}`, 'Name columns of the first line.', issues);
}

/** Place of each column by our name for it; a column of ours that the map takes from elsewhere is left out. */
function ourNames(header: readonly string[], map: ColumnMap): Map<string, number> {
  const renamed = new Set(Object.values(map));
  const kept = header.flatMap((name, column): [string, number][] =>
    renamed.has(name) || name in map ? [] : [[name, column]],
  );
  return new Map([...kept, ...Object.entries(map).map(([ours, theirs]) => [ours, header.indexOf(theirs)] as const)]);
}

/** The columns of numbers; one of text is left out, unless it is among the `strict`. */
function numericColumns(
  file: string,
  body: readonly Row[],
  names: ReadonlyMap<string, number>,
  strict: readonly string[],
): Record<string, Cell[]> {
  const columns: Record<string, Cell[]> = {};
  const issues: Issue[] = [];
  for (const [name, column] of names) {
    const wrong = body.filter(({ cells }) => cellOf(cells[column]) === undefined);
    if (wrong.length === 0) columns[name] = body.map(({ cells }) => cellOf(cells[column])!);
    else if (strict.includes(name)) issues.push(...wrong.map((row) => notNumber(row, name, column)));
  }
  if (issues.length === 0) return columns;
  throw dataError(file, `${issues.length} cells are not numbers`, 'Remove these rows, or fill in numbers.', issues);
}

function notNumber({ line, cells }: Row, name: string, column: number): Issue {
  return { path: `line ${line}, column "${name}"`, message: `"${cells[column]}" is not a number` };
}

/** A cell as a number, as `null` where it is empty; undefined if it is text. */
function cellOf(cell: string): Cell | undefined {
  if (cell === '') return null;
  if (isText(cell)) return undefined;
  if (isNumber(cell)) return Number(cell);
  if (/nan/i.test(cell)) return NaN;
  return cell.startsWith('-') ? -Infinity : Infinity;
}
