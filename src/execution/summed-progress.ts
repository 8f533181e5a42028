import type { ProgressEvent } from './stage.js';

/** What a task reports: how much of its own work is done. */
interface TaskProgress {
  readonly done: number;
}

/** One bar for many tasks. */
export interface SummedProgress {
  /** For `runTasks`: what a task has done counts once, however often it reports. */
  onEvent(taskId: string, event: unknown): void;
  finish(): void;
}

/** Adds up what the tasks of a stage have done. */
export function summedProgress(
  stage: string,
  total: number,
  onProgress: (event: ProgressEvent) => void,
): SummedProgress {
  const byTask = new Map<string, number>();
  return {
    onEvent(taskId, event) {
      byTask.set(taskId, (event as TaskProgress).done);
      const done = [...byTask.values()].reduce((sum, n) => sum + n, 0);
      onProgress({ stage, done: Math.min(total, done), total });
    },
    finish: () => onProgress({ stage, done: total, total }),
  };
}
