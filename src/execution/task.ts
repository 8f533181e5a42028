import { HjbLrError, type ErrorCode, type Issue } from '../errors.js';
import { asJson, type Json } from '../json.js';

/** One independent piece of work. */
export interface Task {
  /** Names the task in events and errors; unique within one call. */
  readonly id: string;
  /** File URL of the module that exports `runTask`. */
  readonly module: string;
  /** Plain data that survives JSON. */
  readonly input: unknown;
}

/** A kind of task: the module that does it, with the type of what it takes. */
export interface TaskKind<Input> {
  readonly module: string;
  /** Never set: it carries the type. */
  readonly inputType?: Input;
}

/** A task of a kind; an input of another shape does not compile. */
export function taskOf<Input>({ module }: TaskKind<Input>, id: string, input: NoInfer<Input>): Task {
  return { id, module, input };
}

/** What a task's module exports. `report` passes progress on to whoever started the tasks. */
export interface TaskModule {
  runTask(input: unknown, report: (event: unknown) => void): Promise<unknown>;
}

export type TaskOutcome =
  | { readonly id: string; readonly status: 'done'; readonly result: Json }
  | { readonly id: string; readonly status: 'failed'; readonly error: Error };

/** What crosses the border between processes: the result, or the error as plain data. */
export type TaskReply = { readonly result: Json } | { readonly error: PlainError };

/** What a worker says while it runs a task: first which process it is, then what the task reports. */
export type WorkerEvent = { readonly pid: number } | { readonly report: unknown };

export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** The rest of an HjbLrError; null for any other error. */
  readonly detail: { code: ErrorCode; fields: Record<string, unknown>; remedy: string; issues: Issue[] } | null;
}

/** Runs a task where it is called. Never throws: an error becomes part of the reply. */
export async function replyTo({ module, input }: Task, report: (event: unknown) => void): Promise<TaskReply> {
  try {
    const { runTask } = (await import(module)) as TaskModule;
    return { result: asJson(await runTask(input, report)) };
  } catch (error) {
    return { error: plainError(error) };
  }
}

export function plainError(thrown: unknown): PlainError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack = '' } = error;
  if (name !== 'HjbLrError') return { name, message, stack, detail: null };
  const { code, fields, remedy, issues } = error as HjbLrError;
  return { name, message, stack, detail: { code, fields, remedy, issues: [...issues] } };
}

/** The error that `plainError` took apart: an HjbLrError again, or an Error with the name and stack of the first. */
export function errorFrom({ name, message, stack, detail }: PlainError): Error {
  if (detail !== null) return Object.assign(new HjbLrError(detail.code, message, detail), { stack });
  return Object.assign(new Error(message), { name, stack });
}
