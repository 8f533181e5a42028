import path from 'node:path';
import { experimentSchema, type Experiment } from '../src/artifacts/experiment/experiment.js';
import { writeArtifact } from '../src/artifacts/files.js';
import { readTrainingLog } from '../src/artifacts/log-file.js';
import type { TrainingLog } from '../src/artifacts/training-log/training-log.js';
import { trainStage } from '../src/training/stage/stage.js';

export interface TrainedRun {
  readonly log: TrainingLog;
  readonly result: Awaited<ReturnType<typeof trainStage>>['result'];
}

/**
 * One run of `hjb-lr train` in a folder of its own kind: the log and the scores. A run that is there already is read, and one
 * that was interrupted goes on.
 *
 * @param folder - of all runs of this experiment, of whatever seed and schedule
 */
export async function trainedRun(
  folder: string,
  experiment: Experiment,
  schedule: string,
  seed: number,
): Promise<TrainedRun> {
  const experimentPath = path.join(folder, 'experiment.json');
  await writeArtifact('experiment', experimentPath, experimentSchema.parse(experiment));
  const { artifacts, result } = await trainStage({ experimentPath, out: folder, schedule, seed, engine: 'auto' });
  return { log: await readTrainingLog(artifacts[artifacts.length - 1]), result };
}
