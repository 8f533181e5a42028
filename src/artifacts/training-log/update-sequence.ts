import type { Issue } from '../../errors.js';

/** What is wrong with a sequence of updates, and the remedies that lose least. */
export interface SequenceFault {
  readonly issues: readonly Issue[];
  readonly remedies: readonly string[];
}

interface Break {
  readonly row: number;
  readonly message: string;
  readonly kind: keyof typeof REMEDIES;
}

const IMPORT = 'hjb-lr import FILE --out FOLDER';

const LOG_EACH =
  'A fit needs every update, and what was not logged cannot be made up: run again and log each one (PyTorch Lightning: ' +
  'log_every_n_steps=1; Hugging Face: logging_steps=1). `hjb-lr pilot --plan` prints short runs that are enough.';

/** What to do, by what is wrong; given the number of updates before the first gap. */
const REMEDIES = {
  every: () => LOG_EACH,
  fromOne: () => `\`${IMPORT}\` counts them from 0.`,
  late: () => 'Put the rows of the earlier updates in front, or run again from the start.',
  again: () =>
    'Give every run a file of its own: split this one at that line; where the run was started over, leave the first part out.',
  unordered: () => `\`${IMPORT}\` puts them in order.`,
  repeated: () =>
    `\`${IMPORT}\` keeps, of rows written twice, the ones that were written last: those of the resumed run.`,
  gap: (until: number) =>
    until < 2 ? LOG_EACH : `Log these updates again, or use the ${until} before them: \`${IMPORT} --until ${until}\`.`,
} as const satisfies Record<string, (until: number) => string>;

/**
 * Whether rows stand for the updates 0, 1, 2, ..., one row each and in order.
 *
 * @param updates - whole numbers >= 0, in the order of the rows
 * @param place - where a row stands, for messages
 * @param repeated - what to do about updates that stand twice; `hjb-lr import` settles those of a resumed run
 * @returns null where they do; else every break with its place, and what to do
 */
export function sequenceFault(
  updates: readonly number[],
  place: (row: number) => string,
  { repeated = REMEDIES.repeated() }: { readonly repeated?: string } = {},
): SequenceFault | null {
  if (updates.every((update, row) => update === row)) return null;
  const breaks = evenBreak(updates) ?? breaksOf(updates);
  const gap = breaks.find(({ kind }) => kind === 'gap');
  return {
    issues: breaks.map(({ row, message }) => ({ path: `${place(row)}: update`, message })),
    remedies: [...new Set(breaks.map(({ kind }) => kind))].map((kind) =>
      kind === 'repeated' ? repeated : REMEDIES[kind](gap?.row ?? 0),
    ),
  };
}

/** The one break of rows that are in order and evenly apart, but not the updates 0, 1, 2, ...; null of any others. */
function evenBreak(updates: readonly number[]): Break[] | null {
  const [start, next = start + 1] = updates;
  const stride = next - start;
  if (stride < 1 || updates.some((update, row) => update !== start + row * stride)) return null;
  if (stride > 1) {
    return [{ row: 1, message: `${next} after ${start}: every ${ordinal(stride)} update alone`, kind: 'every' }];
  }
  return start === 1 ? [{ row: 0, message: 'counted from 1; must be 0, 1, 2, ...', kind: 'fromOne' }] : null;
}

function lateStart(start: number): Break[] {
  if (start === 0) return [];
  return [{ row: 0, message: `starts at ${start}: ${missing(0, start - 1)}`, kind: 'late' }];
}

/** Every row that is not of the update after the one before it. */
function breaksOf(updates: readonly number[]): Break[] {
  const isComplete = new Set(updates).size === updates.length && updates.every((update) => update < updates.length);
  return updates.flatMap((update, row): Break[] => {
    if (row === 0) return isComplete ? [] : lateStart(update);
    const before = updates[row - 1];
    if (update === before + 1) return [];
    if (isComplete) return [{ row, message: `${update} after ${before}: not in order`, kind: 'unordered' }];
    return [update > before ? { row, message: missing(before + 1, update - 1), kind: 'gap' } : stepBack(updates, row)];
  });
}

function stepBack(updates: readonly number[], row: number): Break {
  const [before, update] = [updates[row - 1], updates[row]];
  if (update === before) return { row, message: `${update} twice`, kind: 'repeated' };
  if (update > updates[0])
    return { row, message: `${update} after ${before}: ${twice(update, before)}`, kind: 'repeated' };
  return { row, message: `${update} after ${before}: a second run starts here`, kind: 'again' };
}

function twice(from: number, to: number): string {
  return `updates ${from}..${to} stand twice`;
}

function missing(from: number, to: number): string {
  return from === to ? `update ${from} is missing` : `updates ${from}..${to} are missing`;
}

/** 5th, 21st. */
function ordinal(n: number): string {
  const isTeen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}
