import type { ProgressEvent } from './progress.js';
import type { CommandResult } from './stages.js';

/** What a command may use while it runs. */
export interface CommandContext {
  readonly onProgress: (event: ProgressEvent) => void;
  readonly signal: AbortSignal;
  /** The command line as it was typed. */
  readonly commandLine: string;
}

/** Runs a stage in a process of its own. */
export async function inWorker(
  module: string,
  name: string,
  options: object,
  { onProgress, signal }: CommandContext,
): Promise<CommandResult> {
  const { runTasks, resultsOf } = await import('../execution/run-tasks.js');
  const { STAGE_TASK_MODULE } = await import('./stage-task.js');
  const task = { id: name, module: STAGE_TASK_MODULE, input: { module, name, options } };
  const onEvent = (_id: string, event: unknown): void => onProgress(event as ProgressEvent);
  const [result] = resultsOf(await runTasks([task], { workers: 1, onEvent, signal }));
  return result as unknown as CommandResult;
}
