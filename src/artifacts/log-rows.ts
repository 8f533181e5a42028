import { HjbLrError, type Issue } from '../errors.js';
import { issuesOf } from './shared/issues.js';
import { logRowSchema, type LogRow } from './training-log/training-log.js';

/** Bad rows that one error lists. */
const MAXIMUM_BAD_ROWS = 20;

/** A row after the header, or everything that is wrong with it. */
export function rowOf(value: unknown): LogRow | readonly Issue[] {
  const parsed = logRowSchema.safeParse(value, { reportInput: true });
  return parsed.success ? parsed.data : issuesOf(parsed.error);
}

/** The bad rows of a log, with their lines; of very many the first ones. */
export class BadRows {
  readonly #file: string;
  readonly #issues: Issue[] = [];
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** @param line - of the row, from 1 */
  add(line: number, issues: readonly Issue[]): void {
    this.#count += issues.length;
    if (this.#issues.length > MAXIMUM_BAD_ROWS) return;
    for (const { path, message } of issues)
      this.#issues.push({ path: `line ${line}${path === '' ? '' : `: ${path}`}`, message });
  }

  /** @throws E_INVALID with every bad row and its line */
  throwIfAny(): void {
    if (this.#count > 0) throw invalidRows(this.#file, this.#issues, { count: this.#count });
  }
}

export function secondHeader(file: string, line: number): HjbLrError {
  return new HjbLrError('E_INVALID', `${file} has a second header at line ${line}.`, {
    remedy:
      'Of a resumed run, leave that line out, or give the file to `hjb-lr import FILE --out FOLDER`; of two runs, split the ' +
      'file there.',
    issues: [{ path: `line ${line}`, message: 'a header of kind "training_log" among the rows' }],
    fields: { file, line },
  });
}

/** The error for rows that cannot be believed. */
export function invalidRows(
  file: string,
  issues: readonly Issue[],
  {
    sentence = `${file} has rows that are not those of a training log.`,
    remedy = 'Correct these rows, or run the training again.',
    count = issues.length,
  }: { readonly sentence?: string; readonly remedy?: string; readonly count?: number } = {},
): HjbLrError {
  const listed = issues.slice(0, MAXIMUM_BAD_ROWS);
  const more = count - listed.length;
  return new HjbLrError('E_INVALID', sentence, {
    remedy,
    issues: more > 0 ? [...listed, { path: '', message: `and ${more} more` }] : listed,
    fields: { file },
  });
}
