import { expect } from '@jest/globals';
import { trainRun } from '../../src/training/train.js';
import type { TrainingRun } from '../../src/training/training-run.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { smallRunIn, type SmallRunOptions } from './small-run.js';

/** The small run in a folder of its own. */
export async function smallRun(options: SmallRunOptions & { readonly folder?: string } = {}): Promise<TrainingRun> {
  return smallRunIn(options.folder ?? (await temporaryFolder()), options);
}

/** Runs until `stop` updates are done, then is cut off. */
export async function cutOff(run: TrainingRun, stop: number): Promise<void> {
  const onProgress = (update: number): void => {
    if (update === stop) throw new Error('cut off');
  };
  await expect(trainRun({ ...run, onProgress })).rejects.toThrow('cut off');
}
