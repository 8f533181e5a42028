import { existsSync } from 'node:fs';
import { partialPath, readTrainingLog, requireSameHeader } from '../artifacts/log-file.js';
import type { LogHeader, TrainingLog } from '../artifacts/training-log/training-log.js';

/** What an earlier run left at a log's path. */
export interface EarlierRun {
  /** The whole log, or null if the run is not finished. */
  readonly finished: TrainingLog | null;
  /** Whether there is a log that a killed run was writing. */
  readonly isPartial: boolean;
}

/**
 * Looks for a finished or partial log of the same run: equal headers, clock and host fields aside.
 * @throws E_RUN_MISMATCH naming the fields that differ if the log is another run's
 */
export async function findEarlierRun(log: string, header: LogHeader): Promise<EarlierRun> {
  if (existsSync(log)) {
    const finished = await readTrainingLog(log);
    requireSameHeader(log, finished.header, header);
    return { finished, isPartial: false };
  }
  const partial = partialPath(log);
  if (!existsSync(partial)) return { finished: null, isPartial: false };
  requireSameHeader(partial, (await readTrainingLog(partial, { allowPartial: true })).header, header);
  return { finished: null, isPartial: true };
}
