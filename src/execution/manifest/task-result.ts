import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { HjbLrError } from '../../errors.js';
import { readJson, writeFileAtomic } from '../../filesystem.js';
import type { Json } from '../../json.js';
import type { ManifestTask } from './manifest.js';

export const RESULTS_FOLDER = 'results';

const resultSchema = z.discriminatedUnion('status', [
  z.strictObject({ task: z.string(), kind: z.string(), status: z.literal('done'), result: z.json() }),
  z.strictObject({
    task: z.string(),
    kind: z.string(),
    status: z.literal('failed'),
    /** Why the task has no result, which running it again would not change. */
    error: z.strictObject({ code: z.string(), message: z.string() }),
  }),
]);

/** What a task left: its result, or why it has none. */
export type TaskResult = z.output<typeof resultSchema>;

/** `results/ID.json`: no clock, host or path is in it, so that every engine writes the same bytes. */
export function resultFile(folder: string, { id }: Pick<ManifestTask, 'id'>): string {
  return path.join(folder, RESULTS_FOLDER, `${id}.json`);
}

/** `results/ID.NAME`, for bytes that JSON holds badly; written before the result that speaks of them. */
export function blobFile(folder: string, { id }: Pick<ManifestTask, 'id'>, name: string): string {
  return path.join(folder, RESULTS_FOLDER, `${id}.${name}`);
}

export function isFinished(folder: string, task: Pick<ManifestTask, 'id'>): boolean {
  return existsSync(resultFile(folder, task));
}

/**
 * The result of a task.
 * @throws E_NOT_FOUND, E_NOT_JSON; E_INVALID for a file that is not of this task
 */
export async function readResult(folder: string, task: Pick<ManifestTask, 'id'>): Promise<TaskResult> {
  const file = resultFile(folder, task);
  const parsed = resultSchema.safeParse(await readJson(file));
  if (parsed.success && parsed.data.task === task.id) return parsed.data;
  throw new HjbLrError('E_INVALID', `${file} is not the result of the task that it is named after.`, {
    remedy: 'Remove the file and run the same command again: that task alone runs anew.',
    fields: { file },
  });
}

export function doneResult({ id, kind }: Pick<ManifestTask, 'id' | 'kind'>, result: Json): TaskResult {
  return { task: id, kind, status: 'done', result: result as Extract<TaskResult, { status: 'done' }>['result'] };
}

export function failedResult(
  { id, kind }: Pick<ManifestTask, 'id' | 'kind'>,
  code: string,
  message: string,
): TaskResult {
  return { task: id, kind, status: 'failed', error: { code, message } };
}

/** @throws E_WRITE */
export async function writeResult(folder: string, task: Pick<ManifestTask, 'id'>, result: TaskResult): Promise<void> {
  await writeFileAtomic(resultFile(folder, task), `${JSON.stringify(result)}\n`);
}
