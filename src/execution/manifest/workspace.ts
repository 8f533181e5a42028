import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeFolder, writeError } from '../../filesystem.js';

export const WORK_FOLDER = 'work';

/** A workspace of another machine is abandoned once it has shown no life for so long, in milliseconds. */
const STALE = 60_000;
const HEARTBEAT = 5_000;
const ALIVE = 'alive';

export interface Workspace {
  readonly folder: string;
  /** Removes the folder. */
  remove(): Promise<void>;
  /** Leaves the folder to whoever takes the task up again. */
  leave(): void;
}

/**
 * A folder of its own for a process that runs a task: `work/ID.HOST.PID`. What a process that is gone has left of the same task is
 * taken over by a rename, so that a run goes on from its last checkpoint; beside one that may be alive the task starts anew.
 * Two processes that run one task at the same time thus never write the same file but the result, which they both write whole.
 *
 * @throws E_WRITE
 */
export async function openWorkspace(folder: string, id: string): Promise<Workspace> {
  const work = path.join(folder, WORK_FOLDER);
  const own = path.join(work, `${id}.${os.hostname()}.${process.pid}`);
  try {
    await makeFolder(work);
    await takeOver(work, id, own);
    await makeFolder(own);
    await writeFile(path.join(own, ALIVE), '');
  } catch (cause) {
    throw writeError(own, cause);
  }
  const beat = setInterval(() => void touch(path.join(own, ALIVE)), HEARTBEAT);
  beat.unref();
  return {
    folder: own,
    async remove() {
      clearInterval(beat);
      await rm(own, { recursive: true, force: true });
    },
    leave: () => clearInterval(beat),
  };
}

/** The first abandoned workspace of the task becomes our own. */
async function takeOver(work: string, id: string, own: string): Promise<void> {
  const names = (await readdir(work)).filter((name) => name.startsWith(`${id}.`)).sort();
  for (const name of names) {
    const found = path.join(work, name);
    if (found === own || !(await isAbandoned(found))) continue;
    // Another process may take it over at the same time: one of the two renames fails.
    const isOurs = await rename(found, own).then(
      () => true,
      () => false,
    );
    if (isOurs) return;
  }
}

async function isAbandoned(workspace: string): Promise<boolean> {
  const [, host, pid] = /\.([^/]*)\.(\d+)$/.exec(path.basename(workspace)) ?? [];
  if (host === os.hostname()) return !isRunning(Number(pid));
  const alive = await stat(path.join(workspace, ALIVE)).catch(() => null);
  return alive === null || Date.now() - alive.mtimeMs > STALE;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => {});
}
