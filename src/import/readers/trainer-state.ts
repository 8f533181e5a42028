import { utf8Of } from '../../formats/bytes.js';
import { dataError } from '../../formats/problem.js';
import { namedColumns } from '../column-names.js';
import type { Cell, LogFile, LogReader } from '../log-reader.js';

interface TrainerState {
  readonly log_history: readonly Readonly<Record<string, unknown>>[];
  readonly max_steps?: unknown;
  readonly logging_steps?: unknown;
}

/** `trainer_state.json` of the Hugging Face Trainer: its steps are of updates done, from 1. */
export const trainerStateReader: LogReader = {
  name: 'trainer-state',
  describe: () => 'trainer_state.json of the Hugging Face Trainer, with logging_steps=1.',
  recognises: (log) => /^\s*\{/.test(beginningOf(log)) && stateOf(log) !== undefined,
  read: (log, options) => {
    const state = stateOf(log);
    if (state === undefined) throw dataError(log.file, 'no "log_history"', 'Give trainer_state.json as it was saved.');
    const rows = state.log_history.filter((row) => typeof row['loss'] === 'number');
    const theirs = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) =>
      rows.every((row) => row[name] === undefined || typeof row[name] === 'number'),
    );
    const { names, notes } = namedColumns(theirs, options, log.file);
    const column = (name: string): Cell[] => rows.map((row) => (row[name] as number | undefined) ?? null);
    const others = state.log_history.length - rows.length;
    const { max_steps, logging_steps } = state;
    return {
      trainer: 'transformers',
      facts: typeof max_steps === 'number' && max_steps > 0 ? { horizon: max_steps } : {},
      columns: Object.fromEntries([...names].map(([ours, name]) => [ours, column(name)])),
      notes: [...notes, ...(others === 0 ? [] : [`${others} entries without a training loss are left out`])],
      place: (row): string => `log_history, step ${String(rows[row]['step'])}`,
      ...(typeof logging_steps === 'number' && logging_steps > 1
        ? { averaged: `the Trainer logs the mean of ${logging_steps} losses` }
        : {}),
    };
  },
};

function stateOf({ bytes }: LogFile): TrainerState | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(utf8Of(bytes))) as Partial<TrainerState> | null;
    return Array.isArray(value?.log_history) ? (value as TrainerState) : undefined;
  } catch {
    return undefined;
  }
}

function beginningOf({ bytes }: LogFile): string {
  return new TextDecoder().decode(utf8Of(bytes.subarray(0, 100)));
}
