import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ended, queued, type JobState } from './slurm/cluster.js';
import { logOf, readSubmission } from './slurm/submit.js';
import { allTasks, MANIFEST_FILE, openManifest } from '../manifest/manifest.js';
import { exists } from '../exists.js';
import { isFinished, readResult } from '../manifest/task-result.js';

const LAST_LINES = 8;

/** How far the tasks of a manifest are. */
export interface ManifestProgress {
  readonly tasks: number;
  readonly done: number;
  /** Tasks whose result says that there is none. */
  readonly failed: readonly { readonly label: string; readonly message: string }[];
  /** What the cluster says; null where nothing was submitted. */
  readonly slurm: { readonly queue: readonly JobState[]; readonly broken: readonly BrokenElement[] } | null;
}

/** An array element that ended badly, with the end of what it wrote. */
export interface BrokenElement extends JobState {
  readonly log: string | null;
  readonly lines: readonly string[];
}

/** How far the manifest of a folder is; null where it has none. */
export async function manifestProgress(folder: string): Promise<ManifestProgress | null> {
  if (!(await exists(path.join(folder, MANIFEST_FILE)))) return null;
  const tasks = allTasks(await openManifest(folder));
  const finished = tasks.filter((task) => isFinished(folder, task));
  const results = await Promise.all(finished.map((task) => readResult(folder, task)));
  const failed = results.flatMap((result, i) =>
    result.status === 'failed' ? [{ label: finished[i].label, message: result.error.message }] : [],
  );
  return { tasks: tasks.length, done: finished.length, failed, slurm: await slurmState(folder) };
}

async function slurmState(folder: string): Promise<ManifestProgress['slurm']> {
  const submission = await readSubmission(folder);
  if (submission === null) return null;
  const jobs = submission.jobs.map(({ job }) => job);
  const queue = await queued(jobs);
  const over = (await ended(jobs)).filter(({ id }) => !queue.some((job) => job.id === id));
  const bad = over.filter(({ state }) => !['COMPLETED', 'RUNNING', 'PENDING', 'REQUEUED'].includes(state));
  const broken = bad.map(async (job) => {
    const log = logOf(submission, job);
    return { ...job, log, lines: log === null ? [] : await lastLines(log) };
  });
  return { queue, broken: await Promise.all(broken) };
}

async function lastLines(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-LAST_LINES);
}
