import { HjbLrError, type Issue } from '../errors.js';
import { parseJsonLine } from '../formats/jsonl.js';
import { lineBatches, type Line } from '../formats/lines.js';
import { parseArtifact } from './files.js';
import { LogDigest } from './log-digest.js';
import { BadRows, invalidRows, rowOf, secondHeader } from './log-rows.js';
import { logFault } from './training-log/log-faults.js';
import type {
  LogEnd,
  LogEvaluation,
  LogHeader,
  LogLook,
  LogMeasurement,
  LogOutline,
  LogRow,
  LogStep,
  TrainingLog,
} from './training-log/training-log.js';

export interface ScanOptions {
  /** A torn last line is left out and the end row may be missing (`end` is null). */
  readonly allowPartial?: boolean;
}

/**
 * A whole training log.
 *
 * @param allowPartial - a torn last line is left out and the end row may be missing (`end` is null)
 * @throws E_TRUNCATED with the line number if the last line is torn or the end row is missing; E_NOT_JSON; E_INVALID
 * with every bad row and its line, and for rows that are not of the updates 0, 1, 2, ... at rates >= 0, as many as is said;
 * E_DAMAGED if the end row names another digest than that of the log; E_KIND, E_VERSION for another header
 */
export async function readTrainingLog(file: string, options: ScanOptions = {}): Promise<TrainingLog> {
  const steps: LogStep[] = [];
  const {
    stepCount: _count,
    lastStep: _last,
    ...rest
  } = await scanTrainingLog(file, options, (step) => {
    steps.push(step);
  });
  const { header, ...rows } = rest;
  return { header, steps, ...rows };
}

/** The same without its steps, in memory that does not grow with their number; throws the same. */
export function outlineTrainingLog(file: string): Promise<LogOutline> {
  return scanTrainingLog(file, {}, () => {});
}

/**
 * Reads a training log row by row.
 * @param onStep - is given every step in its order; what it has seen counts only once this returns
 * @throws what `readTrainingLog` throws
 */
export async function scanTrainingLog(
  file: string,
  { allowPartial = false }: ScanOptions,
  onStep: (step: LogStep) => void,
): Promise<LogOutline> {
  const scan = new LogScan(file, onStep);
  for await (const batch of lineBatches(file)) for (const line of batch) scan.see(line);
  const { header, torn, lastLine, bad, isInOrder } = scan;
  if (header === null) throw truncated(file, 1, 'there is no whole line');
  if (torn !== null && !allowPartial) throw truncated(file, torn, 'the last line is not whole');
  bad.throwIfAny();
  const outline = scan.outline();
  if (outline.end === null && !allowPartial) throw noEnd(file, lastLine, scan.rows);
  if (!isInOrder || !countsAgree(outline)) await requireBelievable(file, header, allowPartial);
  requireDigest(file, scan.end, scan.digest);
  return outline;
}

/** What is known of a log while it is read. */
class LogScan {
  readonly #file: string;
  readonly #onStep: (step: LogStep) => void;
  readonly bad: BadRows;
  header: LogHeader | null = null;
  rows = 0;
  lastLine = 0;
  torn: number | null = null;
  /** Whether all steps so far are those of the updates 0, 1, 2, ... at rates >= 0. */
  isInOrder = true;
  /** Of the rows before the end row. */
  readonly digest = new LogDigest();
  #stepCount = 0;
  #lastStep: LogStep | null = null;
  #end: LogEnd | null = null;
  /** The end row as it was written. */
  end: { readonly sha256?: string } | null = null;
  readonly #evaluations: LogEvaluation[] = [];
  readonly #measurements: LogMeasurement[] = [];
  readonly #looks: LogLook[] = [];

  constructor(file: string, onStep: (step: LogStep) => void) {
    this.#file = file;
    this.#onStep = onStep;
    this.bad = new BadRows(file);
  }

  see({ text, number, isWhole }: Line): void {
    if (text.trim() === '') return;
    // A whole end row needs no line feed.
    if (!isWhole && !isEndRow(text)) {
      this.torn = number;
      return;
    }
    this.lastLine = number;
    const value = parseJsonLine(text, this.#file, number, 'Correct that line, or run the training again.');
    if (this.header === null) {
      this.header = parseArtifact('training_log', value, this.#file);
      this.digest.add(value as object);
    } else this.#seeRow(value, number);
  }

  outline(): LogOutline {
    return {
      header: this.header!,
      stepCount: this.#stepCount,
      lastStep: this.#lastStep,
      evaluations: this.#evaluations,
      measurements: this.#measurements,
      looks: this.#looks,
      end: this.#end,
    };
  }

  #seeRow(value: unknown, number: number): void {
    if ((value as { kind?: unknown } | null)?.kind === 'training_log') throw secondHeader(this.#file, number);
    if (this.#end !== null) return this.bad.add(number, [{ path: '', message: 'a row after the end row' }]);
    const row = rowOf(value);
    if (Array.isArray(row)) return this.bad.add(number, row as readonly Issue[]);
    this.rows += 1;
    this.#take(row as LogRow);
    if ((row as LogRow).type === 'end') this.end = value as object;
    else this.digest.add(value as object);
  }

  #take(row: LogRow): void {
    if (row.type === 'step') this.#takeStep(row);
    else if (row.type === 'evaluation') this.#evaluations.push(row);
    else if (row.type === 'measurement') this.#measurements.push(row);
    else if (row.type === 'look') this.#looks.push(row);
    else this.#end = row;
  }

  #takeStep(step: LogStep): void {
    if (step.update !== this.#stepCount || typeof step.lr !== 'number' || !(step.lr >= 0)) this.isInOrder = false;
    this.#stepCount += 1;
    this.#lastStep = step;
    this.#onStep(step);
  }
}

/** Whether header and end row speak of as many steps as there are; where they do not, `logFault` says what may be so. */
function countsAgree({ header, stepCount, end }: LogOutline): boolean {
  return end === null || (end.updates === stepCount && stepCount === header.updates);
}

/**
 * Looks for what no single row shows, in a second pass that only logs of which something is odd need.
 * @throws E_INVALID for rows that are not of the updates 0, 1, 2, ... at rates >= 0, or not as many as is said
 */
async function requireBelievable(file: string, header: LogHeader, isPartial: boolean): Promise<void> {
  const steps: Pick<LogStep, 'update' | 'lr'>[] = [];
  const lines: number[] = [];
  let end: LogEnd | null = null;
  for await (const batch of lineBatches(file)) {
    for (const { text, number, isWhole } of batch) {
      if (text.trim() === '' || (!isWhole && !isEndRow(text))) continue;
      const row = parseJsonLine(text, file, number) as LogRow;
      if (row.type === 'end') end = row;
      if (row.type !== 'step') continue;
      steps.push({ update: row.update, lr: row.lr });
      lines.push(number);
    }
  }
  const fault = logFault({ header, steps, lines, end });
  if (fault === null) return;
  throw invalidRows(file, fault.issues, {
    sentence: `${file} is not the log of every update of a run.`,
    remedy: isPartial ? 'Put the rows back as they were.' : fault.remedies.join(' '),
  });
}

/** @throws E_DAMAGED if the end row names another digest than that of the log */
function requireDigest(file: string, end: { readonly sha256?: string } | null, digest: LogDigest): void {
  if (end?.sha256 === undefined) return;
  const expected = digest.with(end);
  if (end.sha256 === expected) return;
  throw new HjbLrError('E_DAMAGED', `${file} was changed after it was written: its digest is not that of its rows.`, {
    remedy:
      'In the folder of a run, `hjb-lr repair FOLDER` removes it and the same command trains that run again. An edit of your own is ' +
      'accepted without "sha256" in the end row.',
    issues: [{ path: 'end row: sha256', message: `expected ${expected}; got ${end.sha256}` }],
    fields: { file, expected, found: end.sha256 },
  });
}

function isEndRow(text: string): boolean {
  try {
    return (JSON.parse(text) as { type?: unknown } | null)?.type === 'end';
  } catch {
    return false;
  }
}

/** A log without its end: cut off, or of a trainer that writes none. */
function noEnd(file: string, line: number, rows: number): HjbLrError {
  return truncated(
    file,
    line,
    'there is no end row',
    'Run the command that wrote it again: it resumes where it stopped. A trainer of your own ends its log with ' +
      `{"type":"end","status":"completed","updates":${rows}}, or "killed" where it stopped early.`,
  );
}

function truncated(
  file: string,
  line: number,
  reason: string,
  remedy = 'Run the command that wrote it again: it resumes where it stopped. A finished log of a run of ours that was cut off is ' +
    'removed by `hjb-lr repair FOLDER`.',
): HjbLrError {
  return new HjbLrError('E_TRUNCATED', `${file} is cut off at line ${line}: ${reason}.`, {
    remedy,
    fields: { file, line },
  });
}
