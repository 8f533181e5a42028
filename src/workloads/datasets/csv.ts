import { parse } from 'csv-parse/sync';
import { readBytes } from './bytes.js';
import { dataError, type RawTable } from './table.js';

/**
 * A CSV file, gzip or not, with a header line or without: all columns but the label are inputs. Labels are integers, or
 * any strings, which are numbered in sorted order.
 *
 * @param label - name of the label column; the last one by default
 */
export async function readCsv(file: string, label: string | undefined): Promise<RawTable> {
  const rows = parseRows(new TextDecoder().decode(await readBytes(file)), file);
  const hasHeader = rows[0].some((cell, i) => i < rows[0].length - 1 && Number.isNaN(Number(cell)));
  const names = hasHeader ? rows[0] : rows[0].map((_, i) => `column ${i}`);
  const body = hasHeader ? rows.slice(1) : rows;
  const column = label === undefined ? names.length - 1 : names.indexOf(label);
  if (column < 0) throw dataError(file, `no column "${label}"; there are: ${names.join(', ')}`, 'Name one of them in "label".', []);
  const width = names.length - 1;
  const inputs = new Float32Array(body.length * width);
  body.forEach((row, r) => {
    row.filter((_, c) => c !== column).forEach((cell, c) => (inputs[r * width + c] = cell.trim() === '' ? NaN : Number(cell)));
  });
  return { inputShape: [width], inputs, labels: numberLabels(body.map((row) => row[column].trim()), file) };
}

function parseRows(text: string, file: string): string[][] {
  let rows: string[][];
  try {
    rows = parse(text, { skip_empty_lines: true, trim: true });
  } catch (cause) {
    throw dataError(file, (cause as Error).message, 'Give every row the same number of columns.', []);
  }
  if (rows.length < 2 || rows[0].length < 2) {
    throw dataError(file, 'needs at least two rows and two columns', 'Give inputs and a label column.', []);
  }
  return rows;
}

function numberLabels(cells: readonly string[], file: string): Int32Array {
  const numbers = cells.map(Number);
  if (numbers.every((value) => Number.isInteger(value))) return Int32Array.from(numbers);
  const numeric = numbers.findIndex((value, i) => !Number.isNaN(value) && !Number.isInteger(value) && cells[i] !== '');
  if (numeric >= 0) {
    throw dataError(file, `the label of row ${numeric} is ${cells[numeric]}, not an integer`, 'Give classes as integers or names.', []);
  }
  const classes = [...new Set(cells)].sort();
  return Int32Array.from(cells, (cell) => classes.indexOf(cell));
}
