import { schemaVersionOf } from '../artifacts/shared/common.js';
import { logNumber, type LogNumber } from '../artifacts/shared/log-number.js';
import { TOOL_VERSION } from '../version.js';
import { LOSS_COLUMNS, type ImportedRun, type RunFacts } from './log-reader.js';

/** The first line of a training log, as far as another trainer's log says it. */
export interface ImportedHeader extends RunFacts {
  readonly kind: 'training_log';
  readonly schema_version: string;
  readonly tool_version: string;
  readonly run_id: string;
  readonly purpose: 'import';
  /** The trainer. */
  readonly engine: string;
  /** Updates up to the last row. */
  readonly updates: number;
}

/** One update: the columns of its row that hold something. */
export interface ImportedStep {
  readonly type: 'step';
  readonly update: number;
  readonly lr: number;
  readonly [column: string]: LogNumber | string;
}

export interface ImportedEnd {
  readonly type: 'end';
  readonly status: 'completed' | 'diverged';
  readonly updates: number;
}

/** Another trainer's run as a training log of ours. */
export interface ImportedLog {
  readonly header: ImportedHeader;
  readonly steps: readonly ImportedStep[];
  readonly end: ImportedEnd;
}

/** A run that has been checked as a training log. */
export function importedLog(run: ImportedRun, runId: string): ImportedLog {
  const steps = run.columns.update.map((_, row) => stepOf(run, row));
  const updates = steps.length === 0 ? 0 : steps.at(-1)!.update + 1;
  return {
    header: {
      kind: 'training_log',
      schema_version: schemaVersionOf('training_log'),
      tool_version: TOOL_VERSION,
      run_id: runId,
      purpose: 'import',
      engine: run.trainer,
      updates,
      ...run.facts,
    },
    steps,
    end: { type: 'end', status: steps.some(isDiverged) ? 'diverged' : 'completed', updates },
  };
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
