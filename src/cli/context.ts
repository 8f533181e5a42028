import type { Exact, InputDeclaration, OptionDeclarations, ValuesOf } from '../execution/stage-options.js';
import type { ProgressEvent, Stage, StageOutput } from '../execution/stage.js';

/** What a command may use while it runs. */
export interface CommandContext {
  readonly onProgress: (event: ProgressEvent) => void;
  readonly signal: AbortSignal;
  /** The command line as it was typed. */
  readonly commandLine: string;
}

/** Runs a stage in a process of its own. An option that the stage does not declare does not compile. */
export async function inWorker<
  Input extends InputDeclaration,
  Options extends OptionDeclarations,
  Result,
  Given extends ValuesOf<Input> & ValuesOf<Options>,
>(
  { name }: Stage<Input, Options, Result>,
  options: Exact<ValuesOf<Input> & ValuesOf<Options>, Given>,
  { onProgress, signal, commandLine }: CommandContext,
): Promise<StageOutput<Result>> {
  const { runTasks, resultsOf } = await import('../execution/run-tasks.js');
  const { taskOf } = await import('../execution/task.js');
  const { STAGE_TASK } = await import('./stage-task.js');
  const input = { stage: name, options: { ...(options as Given), commandLine } };
  const onEvent = (_id: string, event: unknown): void => onProgress(event as ProgressEvent);
  const outcomes = await runTasks([taskOf(STAGE_TASK, name, input)], { workers: 1, onEvent, signal });
  const [output] = resultsOf(outcomes);
  return output as unknown as StageOutput<Result>;
}
