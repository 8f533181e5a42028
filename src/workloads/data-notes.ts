import type { Dataset } from './workload.js';

/** Classes that a line names. */
const MOST_NAMES = 10;

/** What is told of how a file of examples became numbers: its classes by name, and the scaling of its columns. */
export function dataNotes({ classNames, normalization }: Dataset): string[] {
  return [...classNote(classNames), ...scalingNote(normalization)];
}

function classNote(names: Dataset['classNames']): string[] {
  if (names === undefined) return [];
  const shown = names.slice(0, MOST_NAMES).map((name, k) => `${k} is ${name}`);
  return [`Classes: ${[...shown, ...(names.length > MOST_NAMES ? ['...'] : [])].join(', ')}.`];
}

function scalingNote(normalization: Dataset['normalization']): string[] {
  if (normalization === undefined) return [];
  const { kind, columns, clipped } = normalization;
  const unit =
    kind === 'minmax'
      ? '0 to 1 is the range of the training rows'
      : '0.5 is the mean of the training rows, and 0.1 is one standard deviation';
  const flat = columns.filter(({ range }) => range === 0).map(({ name }) => name);
  return [
    `Each of ${columns.length} columns is scaled: ${unit}.${clipped === 0 ? '' : ` ${counted(clipped)} beyond [0, 1] set to its ends.`}`,
    ...(flat.length === 0 ? [] : [`Without a spread in the training rows: ${flat.join(', ')}.`]),
  ];
}

function counted(values: number): string {
  return values === 1 ? '1 value was' : `${values} values were`;
}
