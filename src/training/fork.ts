import { existsSync } from 'node:fs';
import { partialPath, scanTrainingLog } from '../artifacts/log-file.js';
import { LogDigest } from '../artifacts/log-digest.js';
import { openReplacement } from '../filesystem.js';
import { jsonLine } from '../formats/jsonl.js';
import { lineBatches } from '../formats/lines.js';
import type { LogHeader } from '../artifacts/training-log/training-log.js';
import { checkpointPath, copyForkPoint, forkPointLog, removeCheckpoint } from './checkpoint.js';
import type { TrainingRun } from './training-run.js';

/**
 * Starts a run at the state in which another was forked: with that run's rows so far and its checkpoint. Seed and rates up
 * to there are the same, so that the log is bit for bit that of the same run trained from its first update; without the
 * kept state it is trained so.
 *
 * @param trunk - log of the run that was forked, whole
 * @throws what `readTrainingLog` throws of it; E_DAMAGED if the kept state is damaged
 */
export async function startFork({ log, header }: TrainingRun, trunk: string): Promise<void> {
  const begun = [log, partialPath(log), checkpointPath(log)].some((file) => existsSync(file));
  if (begun || !existsSync(checkpointPath(forkPointLog(trunk)))) return;
  await scanTrainingLog(trunk, {}, () => {});
  await copyForkPoint(trunk, log, header, await copyRows(trunk, partialPath(log), header));
}

/** Writes the header and the rows that both runs share. @returns their digest */
async function copyRows(trunk: string, partial: string, header: LogHeader): Promise<string> {
  const shared = header.forked_from!.update;
  const digest = new LogDigest();
  const copy = await openReplacement(partial);
  digest.add(header);
  await copy.write(jsonLine(header));
  for await (const batch of lineBatches(trunk)) {
    for (const { text, number } of batch.filter((line) => line.number > 1 && line.number <= 1 + shared)) {
      digest.add(JSON.parse(text) as object);
      await copy.write(`${text}\n`);
      if (number === 1 + shared) break;
    }
  }
  await copy.finish();
  return digest.value();
}

/** Removes the kept state, once every run that forks there is done. */
export async function removeForkPoint(trunk: string): Promise<void> {
  await removeCheckpoint(forkPointLog(trunk));
}
