import type { TrainingRun } from '../../src/training/train.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { smallRunIn, type SmallRunOptions } from './small-run.js';

/** The small run in a folder of its own. */
export async function smallRun(options: SmallRunOptions & { readonly folder?: string } = {}): Promise<TrainingRun> {
  return smallRunIn(options.folder ?? (await temporaryFolder()), options);
}
