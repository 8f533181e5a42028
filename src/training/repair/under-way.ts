import { existsSync } from 'node:fs';
import path from 'node:path';
import { partialHeader, partialPath, takeKeptRows } from '../../artifacts/log-file.js';
import { canonicalJson } from '../../artifacts/shared/hash.js';
import { HjbLrError } from '../../errors.js';
import { fileSha256 } from '../../execution/digests.js';
import type { Ledger } from '../../execution/ledger.js';
import { checkpointPath, readCheckpointFacts } from '../checkpoint.js';
import { keptPaths } from '../kept/file.js';
import { lossOf, type Finding } from './findings.js';

/**
 * What of a run that is under way cannot be gone on with: a checkpoint and its log are believed together or not at all.
 *
 * @param log - the name of the log once it is finished, relative to the folder
 */
export async function underWayFindings(
  out: string,
  log: string,
  { records }: Pick<Ledger, 'records'>,
): Promise<Finding[]> {
  const reason = await troubleOf(
    path.join(out, log),
    records.map(({ sha256 }) => sha256),
  );
  if (reason === null) return [];
  const files = [partialPath(log), checkpointPath(log), ...keptPaths(log)];
  return files.filter((file) => existsSync(path.join(out, file))).map((file) => ({ file, reason, lost: lossOf(file) }));
}

/** Why a run cannot go on from what is there; null where it can. */
async function troubleOf(log: string, known: readonly string[]): Promise<string | null> {
  const [partial, checkpoint] = [partialPath(log), checkpointPath(log)];
  const isWritten = existsSync(partial);
  if (!existsSync(checkpoint)) {
    // Without a checkpoint the run starts again anyway, unless the log says that it is another run's.
    const header = isWritten ? await partialHeader(partial) : null;
    if (header === null || known.includes(header.record?.sha256 ?? '')) return null;
    return 'it was made from something else than this run';
  }
  try {
    const { header, update, log: digest, perturbations } = await readCheckpointFacts(checkpoint);
    if (!isWritten) return 'the log that its checkpoint goes on is not there';
    const found = await partialHeader(partial);
    if (found === null || canonicalJson(found) !== canonicalJson(header)) return 'log and checkpoint are of two runs';
    await takeKeptRows(partial, header, { keepSteps: update, digest }, async () => {});
    if (perturbations === null) return null;
    const kept = path.join(path.dirname(log), perturbations.file);
    const isKept = existsSync(kept) && (await fileSha256(kept)) === perturbations.sha256;
    return isKept ? null : 'the kept perturbations are not those that its checkpoint names';
  } catch (error) {
    if (error instanceof HjbLrError) return error.message;
    throw error;
  }
}

/** The state in which a finished run was forked: the runs that would go on from it are trained from their start without it. */
export async function forkFindings(out: string, file: string): Promise<Finding[]> {
  const trunk = path.join(out, file.replace(/\.fork\.checkpoint\.json$/, '.jsonl'));
  const finding = (reason: string): Finding[] => [{ file, reason, lost: 'the runs that fork there share no updates' }];
  try {
    const { header } = await readCheckpointFacts(path.join(out, file));
    const found = await partialHeader(existsSync(trunk) ? trunk : partialPath(trunk));
    return found !== null && canonicalJson(found) === canonicalJson(header)
      ? []
      : finding('it is the state of another run');
  } catch (error) {
    if (error instanceof HjbLrError) return finding(error.message);
    throw error;
  }
}
