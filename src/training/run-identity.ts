import { existsSync } from 'node:fs';
import { outlineTrainingLog, partialHeader, partialPath, requireSameHeader } from '../artifacts/log-file.js';
import type { LogHeader, LogOutline } from '../artifacts/training-log/training-log.js';

/** What an earlier run left at a log's path. */
export interface EarlierRun {
  /** The finished log without its steps, or null if the run is not finished. */
  readonly finished: LogOutline | null;
  /** Whether there is a log that a killed run was writing. */
  readonly isPartial: boolean;
}

/**
 * Looks for a finished or partial log of the same run: equal headers, clock and host fields aside. Of a partial log the header alone
 * is read: which of its rows count is for the checkpoint to say.
 *
 * @param continues - records of the same run under another Node, whose logs it goes on with
 * @throws E_RUN_MISMATCH naming the fields that differ if the log is another run's; what `readTrainingLog` throws of a finished one
 */
export async function findEarlierRun(
  log: string,
  header: LogHeader,
  continues: readonly string[] = [],
): Promise<EarlierRun> {
  if (existsSync(log)) {
    const finished = await outlineTrainingLog(log);
    requireSameHeader(log, finished.header, header, continues);
    return { finished, isPartial: false };
  }
  const partial = partialPath(log);
  const found = existsSync(partial) ? await partialHeader(partial) : null;
  if (found === null || isBegunAnew(log, found, header, continues)) return { finished: null, isPartial: false };
  requireSameHeader(partial, found, header, continues);
  return { finished: null, isPartial: true };
}

/** Of a log that this very record began, and that has no checkpoint yet, nothing is kept: how it looks does not matter. */
function isBegunAnew(log: string, found: LogHeader, { record }: LogHeader, continues: readonly string[]): boolean {
  const hasCheckpoint = existsSync(log.replace(/\.jsonl$/, '.checkpoint.json'));
  const isOfRecord = found.record !== undefined && [record?.sha256, ...continues].includes(found.record.sha256);
  return !hasCheckpoint && isOfRecord;
}
