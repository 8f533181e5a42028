import path from 'node:path';
import { HjbLrError } from '../errors.js';
import { fileSha256 } from './digests.js';
import { exists } from './exists.js';
import { LEDGER_NAME, ledgerNames, readLedger } from './ledger.js';

/** Folders above a file in which its run may be recorded: `seeds/1/trajectories/run-0.jsonl` lies three below. */
const LEVELS_ABOVE = 3;

/**
 * Requires that a file in the folder of a run is as the run recorded it; of any other file nothing is known, and nothing is required.
 * @throws E_DAMAGED if its digest is not the recorded one; what `readLedger` throws of a record beside it
 */
export async function requireRecordedFile(file: string): Promise<void> {
  if (LEDGER_NAME.test(path.basename(file)) || !(await exists(file))) return;
  const target = path.resolve(file);
  let folder = path.dirname(target);
  for (let level = 0; level <= LEVELS_ABOVE; level += 1, folder = path.dirname(folder)) {
    const recorded = await recordedIn(folder, path.relative(folder, target).replaceAll(path.sep, '/'));
    if (recorded === undefined) continue;
    if ((await fileSha256(target)) === recorded) return;
    throw new HjbLrError('E_DAMAGED', `${file} is not as its run wrote it: its digest is not the recorded one.`, {
      remedy: `\`hjb-lr repair ${folder}\` removes it and nothing else; the command of the run then makes it again.`,
      fields: { file, folder },
    });
  }
}

async function recordedIn(folder: string, file: string): Promise<string | undefined> {
  for (const name of await ledgerNames(folder)) {
    const { digests } = await readLedger(folder, name);
    if (digests[file] !== undefined) return digests[file];
  }
  return undefined;
}
