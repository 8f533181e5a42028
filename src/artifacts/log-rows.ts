import { HjbLrError, type Issue } from '../errors.js';
import { issuesOf } from './shared/issues.js';
import { logFault } from './training-log/log-faults.js';
import { logRowSchema, type LogHeader, type LogRow } from './training-log/training-log.js';

/** Bad rows that one error lists. */
const MAXIMUM_BAD_ROWS = 20;

/** A row with its line, from 1. */
export interface PlacedRow {
  readonly row: LogRow;
  readonly line: number;
}

/**
 * The rows after the header.
 * @throws E_INVALID with every bad row and its line
 */
export function parseRows(
  values: readonly { readonly value: unknown; readonly number: number }[],
  file: string,
): PlacedRow[] {
  const rows: PlacedRow[] = [];
  const issues: Issue[] = [];
  for (const { value, number } of values) {
    const lineIssue = ({ path, message }: Issue): Issue => ({
      path: `line ${number}${path === '' ? '' : `: ${path}`}`,
      message,
    });
    const parsed = logRowSchema.safeParse(value, { reportInput: true });
    if (isHeader(value)) throw secondHeader(file, number);
    if (!parsed.success) issues.push(...issuesOf(parsed.error).map(lineIssue));
    else if (rows.at(-1)?.row.type === 'end') issues.push(lineIssue({ path: '', message: 'a row after the end row' }));
    else rows.push({ row: parsed.data, line: number });
  }
  if (issues.length > 0) throw invalidRows(file, issues);
  return rows;
}

/** The rows of one type. */
export function ofType<Type extends LogRow['type']>(
  rows: readonly PlacedRow[],
  type: Type,
): Extract<LogRow, { type: Type }>[] {
  return rows.flatMap(({ row }) => (row.type === type ? [row as Extract<LogRow, { type: Type }>] : []));
}

/** @throws E_INVALID for rows that are not of the updates 0, 1, 2, ... at rates >= 0, or not as many as is said */
export function requireBelievable(
  header: LogHeader,
  rows: readonly PlacedRow[],
  { file, isPartial }: { readonly file: string; readonly isPartial: boolean },
): void {
  const lines = rows.flatMap(({ row, line }) => (row.type === 'step' ? [line] : []));
  const [end = null] = ofType(rows, 'end');
  const fault = logFault({ header, steps: ofType(rows, 'step'), lines, end });
  if (fault === null) return;
  throw invalidRows(file, fault.issues, {
    sentence: `${file} is not the log of every update of a run.`,
    remedy: isPartial ? 'Put the rows back as they were, or start over with --fresh.' : fault.remedies.join(' '),
  });
}

function isHeader(value: unknown): boolean {
  return (value as { kind?: unknown } | null)?.kind === 'training_log';
}

function secondHeader(file: string, line: number): HjbLrError {
  return new HjbLrError('E_INVALID', `${file} has a second header at line ${line}.`, {
    remedy:
      'Of a resumed run, leave that line out, or give the file to `hjb-lr import FILE --out FOLDER`; of two runs, split the ' +
      'file there.',
    issues: [{ path: `line ${line}`, message: 'a header of kind "training_log" among the rows' }],
    fields: { file, line },
  });
}

const BAD_ROWS = {
  sentence: (file: string) => `${file} has rows that are not those of a training log.`,
  remedy: 'Correct these rows, or run the training again.',
};

function invalidRows(
  file: string,
  issues: readonly Issue[],
  { sentence, remedy } = { sentence: BAD_ROWS.sentence(file), remedy: BAD_ROWS.remedy },
): HjbLrError {
  const more = issues.length - MAXIMUM_BAD_ROWS;
  const listed = issues.slice(0, MAXIMUM_BAD_ROWS);
  return new HjbLrError('E_INVALID', sentence, {
    remedy,
    issues: more > 0 ? [...listed, { path: '', message: `and ${more} more` }] : listed,
    fields: { file },
  });
}
