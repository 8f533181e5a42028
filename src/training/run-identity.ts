import { existsSync } from 'node:fs';
import { canonicalJson } from '../artifacts/shared/hash.js';
import { partialPath, readTrainingLog } from '../artifacts/training-log/log-file.js';
import { VOLATILE_FIELDS } from '../artifacts/shared/common.js';
import type { LogHeader, TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { differences } from '../execution/ledger.js';
import type { Json } from '../execution/task.js';

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
    requireSameRun(log, finished.header, header);
    return { finished, isPartial: false };
  }
  const partial = partialPath(log);
  if (!existsSync(partial)) return { finished: null, isPartial: false };
  requireSameRun(partial, (await readTrainingLog(partial, { allowPartial: true })).header, header);
  return { finished: null, isPartial: true };
}

/** @throws E_RUN_MISMATCH naming the fields of the header in which a file's run differs from the one asked for */
export function requireSameRun(file: string, found: LogHeader, expected: LogHeader): void {
  const differing = differingFields(found, expected);
  if (differing.length === 0) return;
  throw new HjbLrError('E_RUN_MISMATCH', `${file} belongs to another run: ${differing.join(', ')} differ.`, {
    remedy: 'Choose another folder with --out, or start over with --fresh.',
    issues: differing.flatMap((field) => differences(found[field] as Json, expected[field] as Json, [field])),
    fields: { file, differing },
  });
}

function differingFields(a: LogHeader, b: LogHeader): (keyof LogHeader)[] {
  const fields = Object.keys({ ...a, ...b }) as (keyof LogHeader)[];
  return fields.filter(
    (field) => !VOLATILE_FIELDS.includes(field) && canonicalJson(a[field]) !== canonicalJson(b[field]),
  );
}
