import type { CommandResult } from './stages.js';

/** Entry of the worker process in which a stage computes, so that the command itself can answer Ctrl-C at once. */
export const STAGE_TASK_MODULE: string = import.meta.url;

export interface StageTask {
  /** Path of the stage's module, relative to this one. */
  readonly module: string;
  readonly name: string;
  readonly options: object;
}

export async function runTask(input: unknown, report: (event: unknown) => void): Promise<CommandResult> {
  const { module, name, options } = input as StageTask;
  const stages = (await import(new URL(module, import.meta.url).href)) as Record<
    string,
    (options: object) => Promise<CommandResult>
  >;
  return stages[name]({ ...options, onProgress: report });
}
