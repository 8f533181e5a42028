import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { HjbLrError } from '../../errors.js';
import { readJson, writeFileAtomic } from '../../filesystem.js';
import type { Json } from '../../json.js';

export const MANIFEST_FILE = 'manifest.json';
export const TASKS_FILE = 'tasks.jsonl';

const headerSchema = z.strictObject({
  kind: z.literal('task_manifest'),
  schema_version: z.string(),
  /** What knows how to run the tasks, by name. */
  runner: z.string(),
  tool_version: z.string(),
  /** Of the process that wrote the manifest; others refuse to run its tasks, whose last bits might differ. */
  node: z.string(),
  v8: z.string(),
  /** What all tasks share. */
  shared: z.json(),
  tasks: z.int().nonnegative(),
  /** Groups of tasks that need nothing of one another. */
  lanes: z.int().nonnegative(),
  /** Longest chain of needs. */
  depth: z.int().nonnegative(),
});

const taskSchema = z.strictObject({
  /** SHA-256 of all that the result depends on: kind, content, the ids of the needs, versions. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  kind: z.string(),
  /** For people. */
  label: z.string(),
  /** Indices of the tasks whose results it reads, all of them lower than its own. */
  needs: z.array(z.int().nonnegative()),
  input: z.json(),
  /** About what it takes, in whatever unit all tasks share. */
  cost: z.number().nonnegative(),
  lane: z.int().nonnegative(),
  depth: z.int().nonnegative(),
});

export type ManifestHeader = z.output<typeof headerSchema>;
export type ManifestTask = z.output<typeof taskSchema>;

export interface Manifest {
  readonly header: ManifestHeader;
  readonly tasks: readonly ManifestTask[];
}

/** A manifest whose tasks are parsed one by one, as they are asked for: an element of a large study needs few of them. */
export interface OpenManifest {
  readonly header: ManifestHeader;
  task(index: number): ManifestTask;
}

/**
 * Writes a manifest as two files: `tasks.jsonl`, one task in each line, and then `manifest.json` with all else.
 * @throws E_WRITE
 */
export async function writeManifest(folder: string, { header, tasks }: Manifest): Promise<void> {
  const lines = tasks.map((task) => Buffer.from(`${JSON.stringify(task)}\n`));
  await writeFileAtomic(path.join(folder, TASKS_FILE), lines);
  await writeFileAtomic(path.join(folder, MANIFEST_FILE), `${JSON.stringify(header, null, 1)}\n`);
}

/**
 * Opens a manifest.
 * @throws E_NOT_FOUND, E_NOT_JSON, E_INVALID; E_TRUNCATED if its tasks are not as many as its header says
 */
export async function openManifest(folder: string): Promise<OpenManifest> {
  const file = path.join(folder, MANIFEST_FILE);
  const header = checked(headerSchema, await readJson(file), file);
  const tasksFile = path.join(folder, TASKS_FILE);
  const text = await readFile(tasksFile, 'utf8').catch((cause: unknown) => {
    throw noManifest(tasksFile, cause);
  });
  const lines = text.split('\n');
  if (lines.length - 1 !== header.tasks) throw torn(tasksFile, header.tasks, lines.length - 1);
  const parsed = new Map<number, ManifestTask>();
  return {
    header,
    task(index) {
      const found = parsed.get(index) ?? checked(taskSchema, jsonOf(lines[index]), `${tasksFile}, line ${index + 1}`);
      parsed.set(index, found);
      return found;
    },
  };
}

/** What tells one manifest of a folder from the next. @throws E_NOT_FOUND */
export async function manifestState(folder: string): Promise<string> {
  const file = path.join(folder, TASKS_FILE);
  const { mtimeMs, size, ino } = await stat(file).catch((cause: unknown) => {
    throw noManifest(file, cause);
  });
  return `${mtimeMs} ${size} ${ino}`;
}

/** All tasks of a manifest, in their order. */
export function allTasks({ header, task }: OpenManifest): ManifestTask[] {
  return Array.from({ length: header.tasks }, (_, i) => task(i));
}

/** @throws E_RUN_MISMATCH in a process of another Node, whose numbers might differ in their last bits */
export function requireSameNode({ node, v8 }: Pick<ManifestHeader, 'node' | 'v8'>): void {
  if (node === process.version && v8 === process.versions.v8) return;
  throw new HjbLrError('E_RUN_MISMATCH', `This machine runs Node ${process.version}, and these tasks are of ${node}.`, {
    remedy: `Run them with Node ${node}: another one gives other last bits.`,
    issues: [{ path: 'node', message: `expected ${node} (V8 ${v8}); got ${process.version} (${process.versions.v8})` }],
  });
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, place: string): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', `${place} is not of a manifest of tasks.`, {
    remedy: 'Run the command that wrote it again.',
    issues: parsed.error.issues.map(({ path: keys, message }) => ({ path: keys.join('.'), message })),
    fields: { file: place },
  });
}

function jsonOf(line: string | undefined): Json {
  try {
    return JSON.parse(line ?? '') as Json;
  } catch {
    return null;
  }
}

function torn(file: string, expected: number, found: number): HjbLrError {
  return new HjbLrError('E_TRUNCATED', `${file} has ${found} tasks where its manifest has ${expected}.`, {
    remedy: 'Run the command that wrote it again.',
    fields: { file },
  });
}

function noManifest(file: string, cause: unknown): HjbLrError {
  return new HjbLrError('E_NOT_FOUND', `There is no manifest of tasks at ${file}.`, {
    remedy: 'Give the folder that `hjb-lr benchmark` wrote, or run that command again.',
    fields: { file },
    cause,
  });
}
