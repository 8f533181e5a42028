import path from 'node:path';
import { z } from 'zod';
import { HjbLrError } from '../../../errors.js';
import { makeFolder, readJson, writeFileAtomic } from '../../../filesystem.js';
import { exists } from '../../exists.js';
import type { OpenManifest } from '../../manifest/manifest.js';
import { dealtElements, isOpen } from '../elements.js';
import { largestArray, queued, submit, type JobState } from './cluster.js';
import { arrayScript, quoted, singleScript, type SlurmOptions } from './script.js';

const FOLDER = 'slurm';
const SUBMISSION = 'submission.json';

const submissionSchema = z.strictObject({
  kind: z.literal('slurm_submission'),
  elements: z.int().positive(),
  /** The arrays by depth, then the job that collects. */
  jobs: z.array(
    z.strictObject({
      depth: z.int().nonnegative().nullable(),
      offset: z.int().nonnegative(),
      job: z.string(),
      log: z.string(),
    }),
  ),
});

export type Submission = z.output<typeof submissionSchema>;

export interface SubmitOptions extends SlurmOptions {
  /** Name of the jobs. */
  readonly name: string;
  /** Elements of all arrays of a depth; by default those of the cluster's largest array, and no more than there are lanes. */
  readonly elements?: number | undefined;
  /** Start of the command line that runs an element: the tool, `task` and the folder. */
  readonly task: readonly string[];
  /** Command line that collects. */
  readonly collect: readonly string[];
}

export interface Script {
  /** null: the job that collects. */
  readonly depth: number | null;
  /** Number of the first element that the array may have. */
  readonly offset: number;
  readonly file: string;
  readonly text: string;
  readonly log: string;
}

/** Whole numbers of elements, and the most of one array: more elements are several arrays. */
interface Sizes {
  readonly elements: number;
  readonly largest: number;
}

/**
 * Scripts of what is still to do: an array, or several, for each depth, and the job that collects.
 * @param elements - of the whole manifest; those without an open task are left out
 */
export function slurmScripts(folder: string, manifest: OpenManifest, options: SubmitOptions & Sizes): Script[] {
  const { name, task, collect, elements, largest, ...asked } = options;
  const open = dealtElements(manifest, elements).filter((element) => isOpen(folder, manifest, element));
  const place = path.resolve(folder, FOLDER);
  const depths = Array.from({ length: manifest.header.depth }, (_, depth) => depth).filter((depth) =>
    open.some((element) => isOpen(folder, manifest, element, depth)),
  );
  const offsets = Array.from({ length: Math.ceil(elements / largest) }, (_, i) => i * largest);
  const array = (depth: number, offset: number): Script[] => {
    const numbers = open.map(({ number }) => number).filter((i) => i >= offset && i < offset + largest);
    if (numbers.length === 0) return [];
    const log = path.join(place, `depth-${depth}-${offset}-%a.log`);
    const command = [...task.map(quoted), '--elements', String(elements), '--depth', String(depth), '--element'];
    const job = { ...asked, name: `${name}-${depth}`, elements: numbers, offset, log: quoted(log), command };
    return [{ depth, offset, file: path.join(place, `depth-${depth}-${offset}.sbatch`), text: arrayScript(job), log }];
  };
  const arrays = offsets.flatMap((offset) => depths.flatMap((depth) => array(depth, offset)));
  const log = path.join(place, 'collect.log');
  const text = singleScript({ ...asked, name: `${name}-collect`, log: quoted(log), command: collect.map(quoted) });
  return [...arrays, { depth: null, offset: 0, file: path.join(place, 'collect.sbatch'), text, log }];
}

/**
 * Submits what is still to do of a manifest: one array for each depth, each element of which waits for its own element of the depth
 * before (`aftercorr`), and a job that collects once all have ended, however they did (`afterany`).
 *
 * @throws E_RUN_MISMATCH while an earlier submission is in the queue; E_ENGINE without the cluster's commands; E_WRITE
 */
export async function submitSlurm(folder: string, manifest: OpenManifest, options: SubmitOptions): Promise<Submission> {
  await requireNoneQueued(folder);
  const largest = await largestArray();
  const elements = Math.min(options.elements ?? largest, manifest.header.lanes);
  const scripts = await writeScripts(folder, slurmScripts(folder, manifest, { ...options, elements, largest }));
  const jobs: Submission['jobs'] = [];
  for (const { depth, offset, file, log } of scripts) {
    const before = jobs.filter((job) => job.offset === offset).at(-1)?.job;
    const all = jobs.map(({ job }) => job).join(':');
    const after = depth === null ? `afterany:${all}` : `aftercorr:${before}`;
    jobs.push({
      depth,
      offset,
      log,
      job: await submit(file, jobs.length === 0 || (depth !== null && before === undefined) ? null : after),
    });
  }
  const submission: Submission = { kind: 'slurm_submission', elements, jobs };
  await writeFileAtomic(submissionFile(folder), `${JSON.stringify(submission, null, 1)}\n`);
  return submission;
}

/** Writes the scripts where the cluster finds them. */
export async function writeScripts(folder: string, scripts: readonly Script[]): Promise<readonly Script[]> {
  await makeFolder(path.join(folder, FOLDER));
  for (const { file, text } of scripts) await writeFileAtomic(file, text);
  return scripts;
}

/** What was submitted last from a folder; null where nothing was. */
export async function readSubmission(folder: string): Promise<Submission | null> {
  if (!(await exists(submissionFile(folder)))) return null;
  const parsed = submissionSchema.safeParse(await readJson(submissionFile(folder)));
  return parsed.success ? parsed.data : null;
}

/** Where the element of a job writes. */
export function logOf({ jobs }: Submission, { id }: Pick<JobState, 'id'>): string | null {
  const [job, element] = id.split('_');
  const log = jobs.find((one) => one.job === job)?.log;
  return log === undefined ? null : log.replace('%a', element ?? '');
}

async function requireNoneQueued(folder: string): Promise<void> {
  const earlier = await readSubmission(folder);
  if (earlier === null) return;
  const waiting = await queued(earlier.jobs.map(({ job }) => job));
  if (waiting.length === 0) return;
  const jobs = [...new Set(waiting.map(({ id }) => id.split('_')[0]))];
  throw new HjbLrError('E_RUN_MISMATCH', `${folder} has jobs in the queue already: ${jobs.join(', ')}.`, {
    remedy: `Wait for them (hjb-lr status ${folder}), or end them first: scancel ${jobs.join(' ')}.`,
    fields: { out: folder, jobs },
  });
}

function submissionFile(folder: string): string {
  return path.join(folder, FOLDER, SUBMISSION);
}
