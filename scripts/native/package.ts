import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { npmCommand } from '../command.js';
import { runStep } from './step.js';
import { TFJS_NODE } from './versions.js';

type Dependencies = Readonly<Record<string, string>>;

interface Lock {
  packages: Record<string, object>;
}

/** Shared with the rest of the project: one copy has the back ends of both. */
const SHARED = '@tensorflow/tfjs';

/**
 * tfjs-node without its own download, and what it needs but TensorFlow.js itself inside it, at the versions and with the
 * checksums of the project's lock.
 * @returns the folder of the package
 */
export async function fetchPackage(
  { root, version, staging }: { readonly root: string; readonly version: string; readonly staging: string },
  signal?: AbortSignal,
): Promise<string> {
  const folder = path.join(staging, 'npm');
  const run = (verb: string): Promise<string> =>
    runStep(`npm ${verb}`, npmCommand(verb, '--prefix', folder, '--ignore-scripts', '--no-audit'), { signal });
  await mkdir(folder);
  await copyFile(path.join(root, '.npmrc'), path.join(folder, '.npmrc'));
  await writeLock(root, folder, { [TFJS_NODE]: version });
  await writeManifest(folder, { [TFJS_NODE]: version });
  await run('install');

  const fetched = path.join(staging, 'package');
  await rename(path.join(folder, 'node_modules', TFJS_NODE), fetched);
  await writeManifest(folder, await ownDependencies(fetched));
  await run('prune');
  await rename(path.join(folder, 'node_modules'), path.join(fetched, 'node_modules'));
  return fetched;
}

async function ownDependencies(fetched: string): Promise<Dependencies> {
  const { dependencies } = await readJsonFile<{ dependencies: Dependencies }>(path.join(fetched, 'package.json'));
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => name !== SHARED));
}

async function writeManifest(folder: string, dependencies: Dependencies): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
}

/** The project's lock with other wishes at its root: npm drops what they do not reach. */
async function writeLock(root: string, folder: string, dependencies: Dependencies): Promise<void> {
  const lock = await readJsonFile<Lock>(path.join(root, 'package-lock.json'));
  const packages = { ...lock.packages, '': { dependencies } };
  await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
}

async function readJsonFile<Value>(file: string): Promise<Value> {
  return JSON.parse(await readFile(file, 'utf8')) as Value;
}
