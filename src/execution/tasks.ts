/** Anything that survives a round trip through JSON unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One independent piece of work. */
export interface Task {
  /** Names the task in events and errors; unique within one call. */
  readonly id: string;
  /** File URL of the module that exports `runTask`. */
  readonly module: string;
  readonly input: Json;
}

/** What a task module exports. `report` passes progress to whoever started the tasks. */
export interface TaskModule {
  runTask(input: Json, report: (event: Json) => void): Promise<Json> | Json;
}

export type TaskOutcome =
  | { readonly id: string; readonly status: 'done'; readonly result: Json }
  | { readonly id: string; readonly status: 'failed'; readonly error: Error };

/** What crosses the border between processes: a result, or an error as plain data. */
export type TaskReply =
  { readonly status: 'done'; readonly result: Json } | { readonly status: 'failed'; readonly error: PlainError };

export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** The rest of an `HjbLrError`; null for any other error. */
  readonly detail: { code: string; remedy: string; fields: Record<string, unknown>; issues: { path: string; message: string }[] } | null;
}

/** Runs a task where it is called; never throws. */
export async function runTask({ module, input }: Task, report: (event: Json) => void): Promise<TaskReply> {
  try {
    const { runTask: run } = (await import(module)) as TaskModule;
    return { status: 'done', result: (await run(input, report)) ?? null };
  } catch (error) {
    return { status: 'failed', error: plainError(error) };
  }
}
