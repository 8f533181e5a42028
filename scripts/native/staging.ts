import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** A folder of ours in node_modules, on the same disk as what it will become; npm passes over names with a dot. */
const STAGING = /^\.hjb-lr-native-(\d+)$/;
const FORMER = 'former';

/**
 * Works in a new folder below `modules`, which is gone afterwards, however the work ends. What a killed process left is
 * undone first.
 * @param target - the folder that the work may replace by `replaceFolder`
 */
export async function withStaging<Result>(
  modules: string,
  target: string,
  work: (staging: string) => Promise<Result>,
): Promise<Result> {
  await undoKilled(modules, target);
  const staging = path.join(modules, `.hjb-lr-native-${process.pid}`);
  await mkdir(staging, { recursive: true });
  try {
    return await work(staging);
  } finally {
    await remove(staging);
  }
}

/**
 * Puts a finished folder in the place of another, or of none, and verifies it there; if that fails, the former state is
 * back.
 */
export async function replaceFolder(
  { target, finished, staging }: { readonly target: string; readonly finished: string; readonly staging: string },
  verify: () => Promise<void>,
): Promise<void> {
  const former = path.join(staging, FORMER);
  await mkdir(path.dirname(target), { recursive: true });
  await moveIfThere(target, former);
  try {
    await rename(finished, target);
    await verify();
  } catch (error) {
    await remove(target);
    await moveIfThere(former, target);
    throw error;
  }
}

/** Puts back what a killed process had moved away, and removes its folder. */
async function undoKilled(modules: string, target: string): Promise<void> {
  for (const name of await readdir(modules)) {
    const owner = STAGING.exec(name)?.[1];
    if (owner === undefined || isAnotherProcess(Number(owner))) continue;
    await mkdir(path.dirname(target), { recursive: true });
    await rename(path.join(modules, name, FORMER), target).catch(() => {});
    await remove(path.join(modules, name));
  }
}

/** Programs of a killed run may still be writing there. */
function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

async function moveIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

function isAnotherProcess(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
