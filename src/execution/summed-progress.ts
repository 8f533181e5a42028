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

/**
 * Puts into every event of a stage how far the whole command is. Stages come one after the other; each is worth what it is
 * planned to take, and what it did not need after all counts as done when it ends.
 */
export class OverallProgress {
  private before = 0;
  private current = 0;

  /** @param total - what all stages are planned to take, in one unit */
  constructor(private total: number) {}

  /** Begins a stage of this worth; the one before it is over. */
  begin(worth: number): void {
    this.before += this.current;
    this.current = worth;
  }

  /** What was planned and will not be done. */
  drop(worth: number): void {
    this.total -= worth;
  }

  of(event: ProgressEvent): ProgressEvent {
    const share = event.total === 0 ? 1 : event.done / event.total;
    return { ...event, overall: { done: this.before + share * this.current, total: this.total } };
  }
}
