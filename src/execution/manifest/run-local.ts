import { HjbLrError } from '../../errors.js';
import { runTasks } from '../run-tasks.js';
import type { ProgressEvent } from '../stage.js';
import { taskOf, type TaskKind } from '../task.js';
import { allTasks, openManifest, type ManifestTask } from './manifest.js';
import { isFinished } from './task-result.js';

/** What a worker process is handed. */
export interface ManifestTaskInput {
  readonly folder: string;
  readonly index: number;
}

export interface LocalOptions {
  /** Entry of the worker processes: a module whose `runTask` runs one task of a manifest. */
  readonly entry: TaskKind<ManifestTaskInput>;
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
}

/** A task that could not be run, which has no result and is tried again by the same command. */
export interface BrokenTask {
  readonly task: ManifestTask;
  readonly error: Error;
}

/**
 * Runs all tasks of a manifest that have no result yet on this machine, needs first and the longest ones of a depth first.
 * @returns the tasks that could not be run; those that need them are left out
 */
export async function runManifest(folder: string, options: LocalOptions): Promise<BrokenTask[]> {
  const { entry, workers, signal, onProgress = () => {} } = options;
  const manifest = await openManifest(folder);
  const tasks = allTasks(manifest);
  const broken: BrokenTask[] = [];
  const missing = new Set(tasks.flatMap((task, i) => (isFinished(folder, task) ? [] : [i])));
  const report = (): void =>
    onProgress({ stage: 'tasks', done: tasks.length - missing.size - broken.length, total: tasks.length });
  report();
  for (let depth = 0; depth < manifest.header.depth; depth += 1) {
    const ready = [...missing].filter((i) => tasks[i].depth === depth && tasks[i].needs.every((n) => !missing.has(n)));
    ready.sort((a, b) => tasks[b].cost - tasks[a].cost || a - b);
    const jobs = ready.map((index) => taskOf(entry, `${index} ${tasks[index].label}`, { folder, index }));
    const outcomes = await runTasks(jobs, {
      workers,
      signal,
      onEvent: (id, event) => {
        if (event !== 'done') return;
        missing.delete(parseInt(id, 10));
        report();
      },
    });
    outcomes.forEach((outcome, i) => {
      if (outcome.status === 'done') missing.delete(ready[i]);
      else broken.push({ task: tasks[ready[i]], error: outcome.error });
    });
  }
  return broken;
}

/**
 * Tells what could not be run.
 * @throws the first error, with the others in it, unless there is none
 */
export function requireWhole(broken: readonly BrokenTask[]): void {
  if (broken.length === 0) return;
  const [{ error }] = broken;
  const issues = broken.map(({ task, error: { message } }) => ({ path: task.label, message }));
  const known = error instanceof HjbLrError ? error : null;
  if (known === null) throw error;
  throw new HjbLrError(known.code, `${broken.length} tasks could not be run: ${known.message}`, {
    remedy: `${known.remedy} The same command again runs these tasks alone, and those that need them.`,
    fields: known.fields,
    issues,
    cause: error,
  });
}
