import { schemaVersionOf } from '../artifacts/shared/common.js';
import { issuesOf } from '../artifacts/shared/issues.js';
import { logNumber, type LogNumber } from '../artifacts/shared/log-number.js';
import { logHeaderSchema, type LogEnd, type LogHeader } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { TOOL_VERSION } from '../version.js';
import { LOSS_COLUMNS, type Cell, type ImportedRun } from './log-reader.js';

/** The `purpose` of every log that was imported, unless it said its own. */
export const IMPORTED = 'import';

/** One update: the columns of its row that hold something. */
export interface ImportedStep {
  readonly type: 'step';
  readonly update: number;
  readonly lr: number;
  readonly [column: string]: LogNumber | string;
}

/** Another trainer's run as a training log of ours. */
export interface ImportedLog {
  readonly header: LogHeader;
  readonly steps: readonly ImportedStep[];
  readonly end: LogEnd;
}

/**
 * A run that has been checked as a training log.
 * @throws E_INVALID with every fact of the run that is missing or is none
 */
export function importedLog(run: ImportedRun, runId: string, file: string): ImportedLog {
  const kept = keptColumns(run);
  const steps = run.columns.update.map((_, row) => stepOf(kept, row));
  const updates = steps.length;
  const header = {
    kind: 'training_log',
    schema_version: schemaVersionOf('training_log'),
    tool_version: TOOL_VERSION,
    run_id: runId,
    purpose: IMPORTED,
    engine: run.trainer,
    horizon: updates,
    ...run.facts,
    // What the rows are of, whatever was planned.
    updates,
  };
  return {
    header: requireHeader(header, file),
    steps,
    end: { type: 'end', status: steps.some(isDiverged) ? 'diverged' : 'completed', updates },
  };
}

function requireHeader(header: object, file: string): LogHeader {
  const parsed = logHeaderSchema.safeParse(header, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', `${file} does not say enough of its run.`, {
    remedy:
      'Add these facts: --batch-size 64 --optimizer sgd --attack none, or the file of an attack; in a program facts: ' +
      '{ batch_size: 64, optimizer: { name: "sgd" }, attack: null }.',
    issues: issuesOf(parsed.error),
    fields: { file },
  });
}

/** Columns of ours that hold counts. */
const COUNTS = ['n_grad_evals', 'n_example_grads', 'batch_size'];

/** The columns without those that would mean something else in a training log. */
function keptColumns({ columns }: ImportedRun): [string, readonly Cell[]][] {
  const isCount = (cell: Cell): boolean => cell === null || (Number.isInteger(cell) && cell > 0);
  const isTime = (cell: Cell): boolean => cell === null || cell >= 0;
  return Object.entries(columns).filter(([name, cells]) => {
    if (name === 'type' || name === 'reason') return false;
    if (name === 'epoch' || name === 'wall_s') return cells.every(isTime);
    return !COUNTS.includes(name) || cells.every(isCount);
  });
}

function stepOf(columns: readonly [string, readonly Cell[]][], row: number): ImportedStep {
  const cells = columns.flatMap(([name, cells]) => {
    const cell = cells[row];
    return cell === null ? [] : [[name, logNumber(cell)]];
  });
  return { type: 'step', ...Object.fromEntries(cells) } as ImportedStep;
}

function isDiverged(step: ImportedStep): boolean {
  return LOSS_COLUMNS.some((name) => typeof step[name] === 'string');
}
