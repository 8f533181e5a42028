import type { Issue } from '../../errors.js';
import { readBytes } from '../../formats/bytes.js';
import { isNumber, isText, parseCsv, type Row } from '../../formats/csv.js';
import { dataError, LISTED, listed, shapeError } from '../../formats/problem.js';
import { numberedLabels } from './csv-labels.js';
import type { RawTable } from './table.js';

/**
 * A CSV file (commas, UTF-8, gzip or not) of inputs and one column of labels. Integer labels stay as they are; names
 * are numbered in sorted order. The first line is a header if `label` is given, or if it reads like one.
 *
 * @param label - name of the label column; the last one by default
 * @throws E_NOT_FOUND if the file cannot be read; E_SHAPE for rows of different lengths; E_DATA for a missing column
 *   and for cells that are not numbers
 */
export async function readCsv(file: string, label: string | undefined): Promise<RawTable> {
  const rows = await readTable(file);
  const first = rows[0].cells;
  const header = label !== undefined || readsLikeHeader(rows);
  const names = header ? first : first.map((_, column) => `${column + 1}`);
  const body = header ? rows.slice(1) : rows;
  const labelColumn = label === undefined ? first.length - 1 : columnOf(label, names, file);
  const columns = names.flatMap((_, column) => (column === labelColumn ? [] : [column]));
  const place = (row: number, column: number): string => `line ${body[row].line}, column "${names[column]}"`;
  const labelPlace = (row: number): string => place(row, labelColumn);
  return {
    file,
    inputShape: [columns.length],
    inputs: numberCells(body, columns, place, file),
    ...numberedLabels(
      body.map(({ cells }) => cells[labelColumn]),
      labelPlace,
      file,
    ),
    columns: columns.map((column) => names[column]),
    inputPlace: (row, index) => place(row, columns[index]),
    labelPlace,
  };
}

/**
 * The rows of a CSV file that is a table.
 * @throws E_SHAPE for fewer than two rows, for rows of different lengths, and for fewer columns than `leastColumns`
 */
export async function readTable(file: string, leastColumns = 2): Promise<Row[]> {
  const rows = parseCsv(await readBytes(file), file);
  if (rows.length >= 2 && rows[0].cells.length >= leastColumns) return rows;
  const reason = `holds ${rows.length} rows of ${rows[0]?.cells.length ?? 0} columns`;
  const what = leastColumns === 1 ? 'lines' : 'rows of inputs and a label, separated by commas';
  throw shapeError(file, reason, `Give at least two ${what}.`);
}

/**
 * Whether the first row names columns: its inputs are all text, or they only count the columns (0, 1, 2, ... or
 * 1, 2, 3, ...) above a named label column of numbers.
 */
function readsLikeHeader([first, ...rest]: readonly Row[]): boolean {
  const inputs = first.cells.slice(0, -1);
  if (inputs.some(isText) && !inputs.some(isNumber)) return true;
  const start = Number(inputs[0]);
  const counts =
    (start === 0 || start === 1) && inputs.every((cell, i) => isNumber(cell) && Number(cell) === start + i);
  return counts && isText(first.cells.at(-1)!) && rest.every(({ cells }) => isNumber(cells.at(-1)!));
}

function columnOf(label: string, names: readonly string[], file: string): number {
  const column = names.indexOf(label);
  if (column < 0) {
    const reason = `no column "${label}" in its first line, which has: ${listed(names)}`;
    throw dataError(file, reason, 'Name one of them in "label", or leave "label" out for the last column.');
  }
  if (names.lastIndexOf(label) !== column) {
    throw dataError(file, `more than one column "${label}"`, 'Rename all but one of them.');
  }
  return column;
}

/** The cells of these columns as numbers, row-major. */
export function numberCells(
  body: readonly Row[],
  columns: readonly number[],
  place: (row: number, column: number) => string,
  file: string,
  remedy = 'Remove these rows, fill in numbers, or name the label column in "label" if it is not the last.',
): Float64Array {
  const inputs = new Float64Array(body.length * columns.length);
  const issues: Issue[] = [];
  let bad = 0;
  body.forEach(({ cells }, row) => {
    columns.forEach((column, index) => {
      const cell = cells[column];
      const value = isNumber(cell) ? Number(cell) : NaN;
      inputs[row * columns.length + index] = value;
      if (Number.isFinite(value)) return;
      bad += 1;
      const message = cell === '' ? 'is empty' : `"${cell}" is not a finite number`;
      if (issues.length < LISTED) issues.push({ path: place(row, column), message });
    });
  });
  if (bad === 0) return inputs;
  throw dataError(file, `${bad} input cells are not finite numbers`, remedy, issues);
}
