import { HjbLrError, type ErrorCode } from '../../errors.js';
import { asJson, type Json } from '../../json.js';
import { requireSameNode, type ManifestTask, type OpenManifest } from './manifest.js';
import {
  blobFile,
  doneResult,
  failedResult,
  isFinished,
  readResult,
  writeResult,
  type TaskResult,
} from './task-result.js';
import { openWorkspace } from './workspace.js';

/** What a runner is handed to run one task: nothing else may its result depend on. */
export interface TaskContext {
  readonly task: ManifestTask;
  readonly shared: Json;
  /** Folder of the manifest, from which shared paths start. */
  readonly folder: string;
  /** Results of the needs, in their order. */
  readonly needs: readonly Json[];
  /** What a need wrote beside its result, by its place among the needs. */
  needBlob(place: number, name: string): string;
  /** Where this task writes bytes of that name beside its result, atomically and before it ends. */
  blob(name: string): string;
  /** A folder for files on the way. What lies there may come from an earlier attempt at the same task. */
  readonly work: string;
}

export type TaskRunner = (context: TaskContext, report: (event: unknown) => void) => Promise<Json>;

/** Errors that the same task would meet again: they are its result. Others (a full disk) are not. */
const RESULTS: readonly ErrorCode[] = ['E_PILOT', 'E_NOT_CONVERGED'];

/**
 * Runs one task of a manifest and writes its result; a task that has one is left as it is. Any engine that calls this for every
 * index, in any order that puts needs first, gives the same files.
 *
 * @throws E_RUN_MISMATCH on another Node; E_NOT_FOUND if a need has no result yet; what the runner throws, but for errors that
 * are results
 */
export async function runManifestTask(
  folder: string,
  manifest: OpenManifest,
  index: number,
  run: TaskRunner,
  report: (event: unknown) => void = () => {},
): Promise<TaskResult> {
  const task = manifest.task(index);
  if (isFinished(folder, task)) return readResult(folder, task);
  requireSameNode(manifest.header);
  const needs = task.needs.map((i) => manifest.task(i));
  const results = await Promise.all(needs.map((need) => readResult(folder, need)));
  const failed = results.findIndex(({ status }) => status === 'failed');
  if (failed === -1) return attempt({ folder, manifest, task, needs, results }, run, report);
  const result = failedResult(task, 'E_PILOT', `${needs[failed].label} failed: ${errorOf(results[failed])}`);
  await writeResult(folder, task, result);
  return result;
}

interface Attempt {
  readonly folder: string;
  readonly manifest: OpenManifest;
  readonly task: ManifestTask;
  readonly needs: readonly ManifestTask[];
  readonly results: readonly TaskResult[];
}

async function attempt(
  { folder, manifest, task, needs, results }: Attempt,
  run: TaskRunner,
  report: (event: unknown) => void,
): Promise<TaskResult> {
  const workspace = await openWorkspace(folder, task.id);
  const context: TaskContext = {
    task,
    shared: manifest.header.shared,
    folder,
    needs: results.map((result) => (result as Extract<TaskResult, { status: 'done' }>).result),
    needBlob: (place, name) => blobFile(folder, needs[place], name),
    blob: (name) => blobFile(folder, task, name),
    work: workspace.folder,
  };
  try {
    const result = await outcomeOf(task, () => run(context, report));
    await writeResult(folder, task, result);
    await workspace.remove();
    return result;
  } catch (error) {
    workspace.leave();
    throw error;
  }
}

async function outcomeOf(task: ManifestTask, run: () => Promise<Json>): Promise<TaskResult> {
  try {
    return doneResult(task, asJson(await run()));
  } catch (error) {
    if (!(error instanceof HjbLrError) || !RESULTS.includes(error.code)) throw error;
    return failedResult(task, error.code, error.message);
  }
}

function errorOf(result: TaskResult): string {
  return result.status === 'failed' ? result.error.message : '';
}
