import { numberCells, readTable } from './csv.js';
import { dataError, listed } from '../../formats/problem.js';

/**
 * Named columns of a CSV file whose first line is a header, as numbers: one row for each line, its numbers in the order of
 * the names.
 *
 * @throws E_NOT_FOUND if the file cannot be read; E_SHAPE for rows of different lengths; E_DATA for columns that are
 *   missing or there twice, and for cells that are not finite numbers, each with its place
 */
export async function readColumns(file: string, names: readonly string[]): Promise<Float64Array[]> {
  const [{ cells: header }, ...body] = await readTable(file, 1);
  requireColumns(header, names, file);
  const columns = names.map((name) => header.indexOf(name));
  const place = (row: number, column: number): string => `line ${body[row].line}, column "${header[column]}"`;
  const numbers = numberCells(body, columns, place, file, 'Remove these rows, or fill in numbers.');
  return body.map((_, row) => numbers.slice(row * names.length, (row + 1) * names.length));
}

function requireColumns(header: readonly string[], names: readonly string[], file: string): void {
  const count = (name: string): number => header.filter((cell) => cell === name).length;
  const wrong = names.filter((name) => count(name) !== 1);
  if (wrong.length === 0) return;
  const issues = wrong.map((name) => ({ path: name, message: count(name) === 0 ? 'no such column' : 'there twice' }));
  const reason = `its first line does not name ${listed(wrong)} just once; it has: ${listed(header)}`;
  throw dataError(file, reason, 'Name columns of the first line.', issues);
}
