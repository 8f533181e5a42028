import { isNumber, isText } from '../../formats/csv.js';
import { dataError } from '../../formats/problem.js';

/**
 * Labels of a text column as numbers: numbers as they are, names by their place in sorted order (of UTF-16 codes).
 *
 * @param place - where the label of a row stands, for messages
 * @throws E_DATA if a label is missing, or if some are numbers and some are names
 */
export function numberedLabels(
  cells: readonly string[],
  place: (row: number) => string,
  file: string,
): ArrayLike<number> {
  const numeric = cells.some(isNumber);
  const fits = numeric ? isNumber : isText;
  const issues = cells.flatMap((cell, row) =>
    fits(cell) ? [] : [{ path: place(row), message: cell === '' ? 'is empty' : `"${cell}" is not a class` }],
  );
  if (issues.length > 0) {
    const reason = `${issues.length} of ${cells.length} labels are missing or of another kind than the rest`;
    throw dataError(file, reason, 'Give every class as an integer, or every class as a name.', issues);
  }
  if (numeric) return Float64Array.from(cells, Number);
  const classes = [...new Set(cells)].sort();
  const numbers = new Map(classes.map((name, k) => [name, k]));
  return Float64Array.from(cells, (cell) => numbers.get(cell)!);
}
