import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import { dataError, shapeError } from './problem.js';

/** One row of a table. */
export interface Row {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The rows of a CSV file (UTF-8), empty lines left out, cells without the blanks around them.
 *
 * @param delimiter - what separates cells: a comma by default
 * @throws E_SHAPE for rows of different lengths; E_DATA for another encoding and for quotes that do not fit
 */
export function parseCsv(bytes: Uint8Array, file: string, delimiter = ','): Row[] {
  const rows: Row[] = [];
  csvRows(bytes, file, { delimiter }, (row) => rows.push(row));
  return rows;
}

/** The same row by row, so that a long file need not be held as text; lines that begin with # are comments if `comments`. */
export function csvRows(
  bytes: Uint8Array,
  file: string,
  { delimiter, comments = false }: { readonly delimiter: string; readonly comments?: boolean },
  take: (row: Row) => void,
): void {
  if (!isUtf8(bytes)) throw dataError(file, 'not a text in UTF-8', 'Save the table as CSV in UTF-8.');
  const options = {
    delimiter,
    bom: true,
    skip_empty_lines: true,
    ...(comments ? { comment: '#', comment_no_infix: true } : {}),
    trim: true,
    on_record: (cells: string[], context: { lines: number }): null => {
      take({ line: context.lines, cells });
      return null;
    },
  };
  try {
    parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), options);
  } catch (cause) {
    throw refusal(file, cause);
  }
}

function refusal(file: string, cause: unknown): unknown {
  if (!(cause instanceof CsvError)) return cause;
  if (cause.code !== 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') {
    return dataError(file, `not a CSV file (${cause.message})`, 'Correct the file at that line.');
  }
  return shapeError(file, `rows differ in length (${cause.message})`, 'Give every row the same number of columns.');
}

/** Whether a trimmed cell holds a number, infinities included. */
export function isNumber(cell: string): boolean {
  return cell !== '' && !Number.isNaN(Number(cell));
}

/** Whether a trimmed cell holds a name: neither empty, nor a number, nor another program's NaN or infinity. */
export function isText(cell: string): boolean {
  return cell !== '' && !isNumber(cell) && !/^[+-]?(nan|inf|infinity)$/i.test(cell);
}
