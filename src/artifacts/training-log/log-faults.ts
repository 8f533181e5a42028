import type { Issue } from '../../errors.js';
import type { LogHeader } from './header.js';
import type { LogStep } from './step.js';
import type { LogEnd } from './training-log.js';
import { sequenceFault, type SequenceFault } from './update-sequence.js';

/** Step rows with the lines where they stand. */
export interface PlacedSteps {
  readonly header: LogHeader;
  readonly steps: readonly Pick<LogStep, 'update' | 'lr'>[];
  /** Line of each step row, from 1. */
  readonly lines: readonly number[];
  readonly end: LogEnd | null;
}

/**
 * What no single row shows: that the rows are of the updates 0, 1, 2, ... at rates >= 0, as many as the end row counts, and
 * all that a completed run had planned.
 *
 * @returns null for a log that can be believed; else every fault with its line, and the remedies that lose least
 */
export function logFault({ header, steps, lines, end }: PlacedSteps): SequenceFault | null {
  const place = (row: number): string => `line ${lines[row]}`;
  const updates = steps.map(({ update }) => update);
  const sequence = sequenceFault(updates, place);
  // Rows that are missing or stand twice are miscounted too: one fault, told once.
  const count = sequence === null ? countFault(header, steps.length, end) : null;
  const found = [sequence, rateFault(steps, place, end), count].filter((fault) => fault !== null);
  if (found.length === 0) return null;
  return {
    issues: found.flatMap(({ issues }) => issues),
    remedies: [...new Set(found.flatMap(({ remedies }) => remedies))],
  };
}

/** Rates must be >= 0; the last one of a run that diverged need not be finite. */
function rateFault(
  steps: readonly Pick<LogStep, 'update' | 'lr'>[],
  place: (row: number) => string,
  end: LogEnd | null,
): SequenceFault | null {
  const isLast = (row: number): boolean => row === steps.length - 1 && end?.status !== 'completed';
  const issues = steps.flatMap(({ lr }, row): Issue[] => {
    if (typeof lr === 'number' ? lr >= 0 : isLast(row)) return [];
    return [{ path: `${place(row)}: lr`, message: `must be a learning rate >= 0; got ${lr}` }];
  });
  if (issues.length === 0) return null;
  return { issues, remedies: ['Write the rate by which the gradient was multiplied: it is never below 0.'] };
}

function countFault(header: LogHeader, rows: number, end: LogEnd | null): SequenceFault | null {
  if (end === null) return null;
  if (end.updates !== rows) {
    const message = `says ${end.updates}, there are ${rows} step rows`;
    return {
      issues: [{ path: 'end row: updates', message }],
      remedies: ['Add the rows that are missing, or write the number of rows that there are.'],
    };
  }
  if (end.status !== 'completed' || mayEndEarly(header, end) || rows === header.updates) return null;
  const message = `the header plans ${header.updates} updates, the end row says completed after ${rows}`;
  const remedy =
    'Add the rows that are missing; where the run stopped there, write "status": "killed" in the end row, ' +
    `or "updates": ${rows} in the header: its rows are used.`;
  return { issues: [{ path: 'header: updates', message }], remedies: [remedy] };
}

/** A reading ends by itself, and so does a run that looks at a held-out loss, or one that says why it ended. */
function mayEndEarly({ purpose, stopping }: LogHeader, { reason }: LogEnd): boolean {
  return reason !== undefined || stopping !== undefined || purpose.endsWith('/reading');
}
