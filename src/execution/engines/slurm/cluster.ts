import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { HjbLrError } from '../../../errors.js';

/** A job, or one element of an array, as the cluster knows it. */
export interface JobState {
  /** `JOB` or `JOB_ELEMENT`. */
  readonly id: string;
  readonly state: string;
  readonly reason: string;
}

/** Output of a command of the cluster. @throws E_ENGINE where it is missing or fails */
export async function slurm(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(command, [...args], { maxBuffer: 1 << 28 })).stdout;
  } catch (cause) {
    const { code, stderr = '' } = cause as { code?: unknown; stderr?: string };
    const why = code === 'ENOENT' ? 'it is not on this machine' : stderr.trim() || String(code);
    throw new HjbLrError('E_ENGINE', `${command} does not work here: ${why}.`, {
      remedy: 'Run the command on a machine that submits to the cluster, or give --print-script and submit by hand.',
      fields: { command, args: [...args] },
      cause,
    });
  }
}

/** The most elements of an array: their numbers are below MaxArraySize. */
export async function largestArray(): Promise<number> {
  return Number(/MaxArraySize\s*=\s*(\d+)/.exec(await slurm('scontrol', ['show', 'config']))?.[1] ?? 1001) - 1;
}

/** Submits a script. @returns the number of the job */
export async function submit(file: string, dependency: string | null): Promise<string> {
  const after = dependency === null ? [] : [`--dependency=${dependency}`, '--kill-on-invalid-dep=yes'];
  return (await slurm('sbatch', ['--parsable', ...after, file])).trim().split(';')[0];
}

/** What is still in the queue of these jobs, element by element. */
export async function queued(jobs: readonly string[]): Promise<JobState[]> {
  // A job that squeue no longer knows makes it fail for all: ask for our own and choose.
  const lines = await slurm('squeue', ['--noheader', '--array', '--me', '--format=%i|%T|%r']);
  return lines
    .split('\n')
    .map((line) => line.trim().split('|'))
    .filter(([id]) => jobs.includes(id.split('_')[0]))
    .map(([id, state, reason]) => ({ id, state, reason: reason ?? '' }));
}

/**
 * How jobs ended: by `sacct` where there is accounting, else by the text file of jobcomp/filetxt; empty where there is neither.
 */
export async function ended(jobs: readonly string[]): Promise<JobState[]> {
  const accounted = await slurm('sacct', [
    '--noheader',
    '--parsable2',
    '--allocations',
    '--format=JobID,State,ExitCode',
    '--jobs',
    jobs.join(','),
  ]).catch(() => null);
  if (accounted !== null && accounted.trim() !== '') return accounted.trim().split('\n').map(accountedJob);
  const config = await slurm('scontrol', ['show', 'config']);
  const file = /JobCompLoc\s*=\s*(\S+)/.exec(config)?.[1];
  if (!/JobCompType\s*=\s*jobcomp\/filetxt/.test(config) || file === undefined) return [];
  const text = await readFile(file, 'utf8').catch(() => '');
  return completedJobs(text).filter(({ id }) => jobs.includes(id.split('_')[0]));
}

function accountedJob(line: string): JobState {
  const [id, state, reason] = line.split('|');
  return { id, state: state.split(' ')[0], reason };
}

/** The lines of jobcomp/filetxt: the last one of each job counts, for a job that was requeued has several. */
export function completedJobs(text: string): JobState[] {
  const found = new Map<string, JobState>();
  for (const line of text.split('\n')) {
    const field = (name: string): string | undefined => new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(line)?.[1];
    const [job, array, element] = [field('JobId'), field('ArrayJobId'), field('ArrayTaskId')];
    const state = field('JobState');
    if (job === undefined || state === undefined) continue;
    const id = array === undefined || array === '0' || element === undefined ? job : `${array}_${element}`;
    found.set(id, { id, state, reason: field('ExitCode') ?? '' });
  }
  return [...found.values()];
}
