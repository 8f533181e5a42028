import { isNumber, isText } from '../../formats/csv.js';
import { dataError } from '../../formats/problem.js';

export interface NumberedLabels {
  readonly labels: ArrayLike<number>;
  /** What the file calls the classes 0, 1, 2, ..., where it does not number them so. */
  readonly classNames?: readonly string[];
}

/**
 * Labels of a text column as numbers: names by their place in sorted order (of UTF-16 codes); integers that begin with 0 as they
 * are, and others that have no gaps (1, 2, 3), or are two (-1, 1), by their place in order.
 *
 * @param place - where the label of a row stands, for messages
 * @throws E_DATA if a label is missing, or if some are numbers and some are names
 */
export function numberedLabels(cells: readonly string[], place: (row: number) => string, file: string): NumberedLabels {
  const numeric = cells.some(isNumber);
  const fits = numeric ? isNumber : isText;
  const issues = cells.flatMap((cell, row) =>
    fits(cell) ? [] : [{ path: place(row), message: cell === '' ? 'is empty' : `"${cell}" is not a class` }],
  );
  if (issues.length > 0) {
    const reason = `${issues.length} of ${cells.length} labels are missing or of another kind than the rest`;
    throw dataError(file, reason, 'Give every class as an integer, or every class as a name.', issues);
  }
  if (numeric) return numericLabels(Float64Array.from(cells, Number));
  const classNames = [...new Set(cells)].sort();
  const numbers = new Map(classNames.map((name, k) => [name, k]));
  return { labels: Float64Array.from(cells, (cell) => numbers.get(cell)!), classNames };
}

function numericLabels(labels: Float64Array): NumberedLabels {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const isWhole = classes.every(Number.isInteger);
  const hasGaps = classes.some((value, k) => value !== classes[0] + k);
  if (!isWhole || classes.length < 2 || classes[0] === 0 || (hasGaps && classes.length > 2)) return { labels };
  const numbers = new Map(classes.map((value, k) => [value, k]));
  return { labels: labels.map((label) => numbers.get(label)!), classNames: classes.map(String) };
}
