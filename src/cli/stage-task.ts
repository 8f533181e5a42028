import type { TaskKind } from '../execution/task.js';
import type { ProgressEvent, StageOutput } from '../execution/stage.js';
import { stageNamed } from './stages.js';

/** Entry of the worker process in which a stage computes, so that the command itself can answer Ctrl-C at once. */
export const STAGE_TASK: TaskKind<StageTask> = { module: import.meta.url };

export interface StageTask {
  readonly stage: string;
  readonly options: object;
}

export async function runTask(input: unknown, report: (event: ProgressEvent) => void): Promise<StageOutput<unknown>> {
  const { stage, options } = input as StageTask;
  const run = await stageNamed(stage).load();
  return run({ ...options, onProgress: report });
}
