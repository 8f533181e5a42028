import { schemaVersionOf } from '../artifacts/shared/common.js';
import { issuesOf } from '../artifacts/shared/issues.js';
import { logNumber, type LogNumber } from '../artifacts/shared/log-number.js';
import { logHeaderSchema, type LogEnd, type LogHeader } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { TOOL_VERSION } from '../version.js';
import { LOSS_COLUMNS, type ImportedRun } from './log-reader.js';

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
  const steps = run.columns.update.map((_, row) => stepOf(run, row));
  const updates = steps.length === 0 ? 0 : steps.at(-1)!.update + 1;
  const header = {
    kind: 'training_log',
    schema_version: schemaVersionOf('training_log'),
    tool_version: TOOL_VERSION,
    run_id: runId,
    purpose: 'import',
    engine: run.trainer,
    updates,
    horizon: updates,
    ...run.facts,
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
    remedy: 'Add these facts, for example { batch_size: 64, optimizer: { name: "sgd" }, attack: null }.',
    issues: issuesOf(parsed.error),
    fields: { file },
  });
}

function stepOf({ columns }: ImportedRun, row: number): ImportedStep {
  const cells = Object.entries(columns).flatMap(([name, cells]) => {
    const cell = cells[row];
    return cell === null ? [] : [[name, logNumber(cell)]];
  });
  return { type: 'step', ...Object.fromEntries(cells) } as ImportedStep;
}

function isDiverged(step: ImportedStep): boolean {
  return LOSS_COLUMNS.some((name) => typeof step[name] === 'string');
}
