import type { HjbLrError } from '../../errors.js';
import { dataError, LISTED, shapeError } from '../../formats/problem.js';
import { size } from '../../math/shape.js';
import type { RawTable } from './table.js';

const NUMBER_CLASSES = 'Number the classes 0, 1, 2, ... without gaps.';

/**
 * Checks that every raw input lies in [0, scale], so that input / scale lies in [0, 1].
 *
 * @throws E_SHAPE if there are no examples, or not one label for each; E_DATA listing the first few bad places and
 *   naming the scale that would do
 */
export function checkInputs(table: RawTable, scale: number): void {
  const { inputs, labels, file } = table;
  if (inputs.length === 0) throw shapeError(file, 'holds no examples', 'Give some for each split.');
  const rows = inputs.length / size(table.inputShape);
  if (rows !== labels.length) {
    throw shapeError(file, `holds ${rows} inputs and ${labels.length} labels`, 'Give one label for each input.');
  }
  for (let i = 0; i < inputs.length; i += 1) {
    if (!(inputs[i] >= 0 && inputs[i] <= scale)) throw rangeError(table, scale);
  }
}

function rangeError(table: RawTable, scale: number): HjbLrError {
  const width = size(table.inputShape);
  const inputs = Array.from(table.inputs);
  const bad = inputs.flatMap((value, i) => (value >= 0 && value <= scale ? [] : [i]));
  const issues = bad.slice(0, LISTED).map((i) => ({
    path: table.inputPlace(Math.floor(i / width), i % width),
    message: Number.isFinite(inputs[i]) ? `${inputs[i]} is outside [0, ${scale}]` : `${inputs[i]} is not finite`,
  }));
  const reason = `${bad.length} of ${inputs.length} inputs are not in [0, 1] after division by scale ${scale}`;
  return dataError(table.file, reason, rangeRemedy(inputs, scale, table.inputShape.length === 1), issues);
}

const BY_COLUMN =
  'Add "normalize": "minmax" to workload.data, which scales each column by its own training rows (or "standard", by mean and deviation).';

/** @param isTable - whether inputs are columns, each with a scale of its own, and not pixels */
function rangeRemedy(inputs: readonly number[], scale: number, isTable: boolean): string {
  const finite = inputs.filter(Number.isFinite);
  const smallest = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const largest = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  if (isTable && finite.length === inputs.length) {
    const oneScale = smallest < 0 ? '' : ` Where all columns share one unit, "scale": ${largest} does too.`;
    return `${BY_COLUMN}${oneScale}`;
  }
  const remedies = [
    finite.length < inputs.length ? 'Remove or fill in the values that are not finite.' : '',
    smallest < 0 ? 'Shift the inputs so that the smallest is 0: the scale only divides.' : '',
    largest > scale ? `Set "scale" to ${largest}, the largest value, or more.` : '',
  ];
  return remedies.filter((remedy) => remedy !== '').join(' ');
}

/**
 * Class labels as integers 0..K-1, where K is the number of classes that occur.
 *
 * @throws E_DATA if a label is not an integer from 0, if there is one class only, or if a class in between has no
 *   example
 */
export function classLabels(table: RawTable): { labels: Int32Array; classes: number } {
  const { file, labelPlace } = table;
  const raw = Array.from(table.labels);
  const issues = raw.flatMap((label, row) =>
    Number.isInteger(label) && label >= 0 ? [] : [{ path: labelPlace(row), message: `${label} is not such a label` }],
  );
  if (issues.length > 0) {
    throw dataError(file, `${issues.length} of ${raw.length} labels are not integers from 0`, NUMBER_CLASSES, issues);
  }
  const seen = new Set(raw);
  if (seen.size < 2) throw dataError(file, `all labels are ${raw[0]}`, 'Give examples of at least two classes.');
  checkGaps(table, raw, seen);
  return { labels: Int32Array.from(raw), classes: seen.size };
}

/** K different labels are 0..K-1 exactly if none of them is K or above. */
function checkGaps({ file, labelPlace }: RawTable, labels: readonly number[], seen: ReadonlySet<number>): void {
  const row = labels.findIndex((label) => label >= seen.size);
  if (row < 0) return;
  let missing = 0;
  while (seen.has(missing)) missing += 1;
  const message = `${labels[row]} is out of range for ${seen.size} different labels`;
  throw dataError(file, `no example has label ${missing}`, NUMBER_CLASSES, [{ path: labelPlace(row), message }]);
}
