import { sequenceFault } from '../artifacts/training-log/update-sequence.js';
import { HjbLrError } from '../errors.js';
import { NEEDED_COLUMNS, type Cell, type ImportedRun } from './log-reader.js';

export interface RowRules {
  /** The rate of a row: of the row's own update, or of the next one, where it was logged after `scheduler.step()`. */
  readonly rateIs?: 'before' | 'after';
  /** The rate of the first update, which no row holds where rates are of the next update. */
  readonly firstRate?: number;
  /** Updates that are taken, from the first. */
  readonly until?: number;
}

/**
 * Rows as a trainer wrote them to one row for each update, by these rules, each of which is noted where it did something:
 *
 * 1. rows in a row of one update whose needed cells do not meet are one;
 * 2. rows without a rate and without a training loss are left out;
 * 3. where every update stands once, but out of order, they are ordered; where the updates step back, a run was resumed from
 *    there, and of rows of one update those written later are kept;
 *    (where more than a quarter of them step back, rows of several runs alternate, and nothing is left out);
 * 4. batches that count anew in each epoch count on; updates that count from 1 count from 0;
 * 5. `until` updates are kept;
 * 6. rates that are of the next update move on by one.
 */
export function oneRowPerUpdate(run: ImportedRun, { rateIs = 'before', firstRate, until }: RowRules): ImportedRun {
  let done = leftOut(joined(run));
  done = fromZero(resumed(ordered(acrossEpochs(done))));
  if (until !== undefined)
    done = selected(
      done,
      rowsWhere(done, (row) => (done.columns.update[row] ?? 0) < until),
    );
  return rateIs === 'before' ? done : shifted(done, firstRate);
}

/** Share of rows that may step back for them to be resumed runs. */
const MOST_RESUMES = 0.25;

function joined(run: ImportedRun): ImportedRun {
  const { columns } = run;
  const rows = Object.values(columns)[0]?.length ?? 0;
  if (columns.update === undefined) return run;
  const needed = NEEDED_COLUMNS.filter((name) => name !== 'update' && columns[name] !== undefined);
  const groups: number[][] = [];
  for (let row = 0; row < rows; row += 1) {
    const last = groups.at(-1);
    const isSame = last !== undefined && columns.update[last[0]] === columns.update[row];
    if (isSame && needed.every((name) => !last.some((other) => bothHold(columns[name], other, row)))) last.push(row);
    else groups.push([row]);
  }
  if (groups.length === rows) return run;
  const merged = mapColumns(columns, (cells) => groups.map((group) => firstOf(cells, group)));
  const note = `${rows} rows are joined into ${groups.length}, by their update`;
  return withNote({ ...run, columns: merged, place: (row) => run.place(groups[row][0]) }, note);
}

function bothHold(cells: readonly Cell[], a: number, b: number): boolean {
  return cells[a] !== null && cells[b] !== null;
}

function firstOf(cells: readonly Cell[], group: readonly number[]): Cell {
  for (const row of group) if (cells[row] !== null) return cells[row];
  return null;
}

function leftOut(run: ImportedRun): ImportedRun {
  const needed = NEEDED_COLUMNS.filter((name) => name !== 'update' && run.columns[name] !== undefined);
  if (needed.length === 0) return run;
  const kept = rowsWhere(run, (row) => needed.some((name) => run.columns[name][row] !== null));
  const count = sizeOf(run) - kept.length;
  return count === 0
    ? run
    : withNote(selected(run, kept), `${count} rows without a rate and a training loss are left out`);
}

/** Batches of epochs: where the count starts again with each new epoch, it goes on. */
function acrossEpochs(run: ImportedRun): ImportedRun {
  const { update, epoch } = run.columns;
  if (update === undefined || epoch === undefined || update.length === 0) return run;
  const [first] = update;
  const starts = update.map((value, row) => row > 0 && value === first && epoch[row] === epoch[row - 1]! + 1);
  const goesOn = update.every((value, row) => row === 0 || starts[row] || value === update[row - 1]! + 1);
  if (first === null || !goesOn || !starts.includes(true)) return run;
  const columns = { ...run.columns, update: update.map((_, row) => first + row) };
  return withNote({ ...run, columns }, 'batches that count anew in each epoch count on');
}

function ordered(run: ImportedRun): ImportedRun {
  const { update } = run.columns;
  const n = sizeOf(run);
  if (update === undefined || update.every((value, row) => row === 0 || value! > update[row - 1]!)) return run;
  const first = update.reduce<number>((least, value) => Math.min(least, value ?? least), Infinity);
  const places = new Map(update.map((value, row) => [(value ?? NaN) - first, row]));
  const order = Array.from({ length: n }, (_, k) => places.get(k) ?? -1);
  return order.includes(-1)
    ? run
    : withNote(selected(run, order), 'rows that were out of order are ordered by their update');
}

function resumed(run: ImportedRun): ImportedRun {
  const { update } = run.columns;
  if (update === undefined) return run;
  const backs = update.filter((value, row) => row > 0 && value! <= update[row - 1]!).length;
  if (backs > MOST_RESUMES * update.length) return run;
  const kept: number[] = [];
  for (let row = 0; row < update.length; row += 1) {
    const back = update[row]!;
    // A step back to the first update is a second run, which the check of the sequence refuses.
    if (back !== update[0] || kept.length === 1) while (kept.length > 0 && update[kept.at(-1)!]! >= back) kept.pop();
    kept.push(row);
  }
  const count = update.length - kept.length;
  return count === 0
    ? run
    : withNote(
        selected(run, kept),
        `${count} rows that a resumed run wrote again are left out: the later ones are kept`,
      );
}

function fromZero(run: ImportedRun): ImportedRun {
  const { update } = run.columns;
  if (update === undefined || update.length === 0 || update.some((value, row) => value !== row + 1)) return run;
  const columns = { ...run.columns, update: update.map((value) => value! - 1) };
  return withNote({ ...run, columns }, 'updates that counted from 1 count from 0');
}

function shifted(run: ImportedRun, firstRate: number | undefined): ImportedRun {
  if (firstRate === undefined) {
    throw new HjbLrError(
      'E_USAGE',
      'The rate of the first update stands in no row where rates are logged after their update.',
      {
        remedy: 'Give it: --rate-is after --first-rate RATE, the rate with which the optimizer was made.',
      },
    );
  }
  const { update, lr } = run.columns;
  if (update === undefined || lr === undefined || sequenceFault(update as number[], run.place) !== null) return run;
  const columns = { ...run.columns, lr: [firstRate, ...lr.slice(0, -1)] };
  return withNote({ ...run, columns }, 'each rate is that of the row before: they were logged after their update');
}

function sizeOf(run: ImportedRun): number {
  return Object.values(run.columns)[0]?.length ?? 0;
}

function rowsWhere(run: ImportedRun, holds: (row: number) => boolean): number[] {
  return Array.from({ length: sizeOf(run) }, (_, row) => row).filter(holds);
}

function selected(run: ImportedRun, rows: readonly number[]): ImportedRun {
  const columns = mapColumns(run.columns, (cells) => rows.map((row) => cells[row]));
  return { ...run, columns, place: (row) => run.place(rows[row]) };
}

function mapColumns(
  columns: ImportedRun['columns'],
  change: (cells: readonly Cell[]) => readonly Cell[],
): ImportedRun['columns'] {
  return Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, change(cells)]));
}

function withNote(run: ImportedRun, note: string): ImportedRun {
  return { ...run, notes: [...(run.notes ?? []), note] };
}
