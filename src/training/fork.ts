import { existsSync } from 'node:fs';
import { readText, writeFileAtomic } from '../artifacts/files.js';
import { partialPath } from '../artifacts/log-file.js';
import { jsonLine } from '../formats/jsonl.js';
import { checkpointPath, copyForkPoint, forkPointLog, removeCheckpoint } from './checkpoint.js';
import type { TrainingRun } from './training-run.js';

/**
 * Starts a run at the state in which another was forked: with that run's rows so far and its checkpoint. Seed and rates up
 * to there are the same, so that the log is bit for bit that of the same run trained from its first update; without the
 * kept state it is trained so.
 *
 * @param trunk - log of the run that was forked, whole
 */
export async function startFork({ log, header }: TrainingRun, trunk: string): Promise<void> {
  const begun = [log, partialPath(log), checkpointPath(log)].some((file) => existsSync(file));
  if (begun || !existsSync(checkpointPath(forkPointLog(trunk)))) return;
  const shared = (await readText(trunk)).split('\n').slice(1, 1 + header.forked_from!.update);
  await writeFileAtomic(partialPath(log), jsonLine(header) + shared.map((line) => `${line}\n`).join(''));
  await copyForkPoint(trunk, log, header);
}

/** Removes the kept state, once every run that forks there is done. */
export async function removeForkPoint(trunk: string): Promise<void> {
  await removeCheckpoint(forkPointLog(trunk));
}
