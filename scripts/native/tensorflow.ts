import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from '../command.js';
import { runStep } from './step.js';
import { TENSORFLOW, WHEEL_CHOICE } from './versions.js';

const LIBRARY = 'libtensorflow_cc.so.2';
const FRAMEWORK = 'libtensorflow_framework.so.2';
const NOTICES = 'THIRD_PARTY_NOTICES.txt';

/** Of the wheel: what the binding is linked to and compiled with, and its licences. */
const WANTED = [LIBRARY, FRAMEWORK, NOTICES, 'include/tensorflow/', 'include/tsl/'];

const UNPACK = `
import sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
prefixes = tuple('tensorflow/' + part for part in wanted)
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(folder, [name for name in archive.namelist() if name.startswith(prefixes)])
`;

/** Libraries and headers of TensorFlow into the folder `deps` of the package, where its build looks for them. */
export async function fetchTensorFlow(
  { pip, fetched, staging }: { readonly pip: Command; readonly fetched: string; readonly staging: string },
  signal?: AbortSignal,
): Promise<void> {
  const wheel = await downloadWheel(pip, staging, signal);
  const unpacked = path.join(staging, 'unpacked');
  await runStep('Unpacking TensorFlow', ['python3', '-c', UNPACK, wheel, unpacked, ...WANTED], { signal });
  await rm(wheel);
  await arrange(path.join(unpacked, 'tensorflow'), path.join(fetched, 'deps'));
}

/** The one file that has the checksum: pip refuses any other. */
async function downloadWheel(pip: Command, staging: string, signal?: AbortSignal): Promise<string> {
  const folder = path.join(staging, 'wheel');
  const requirements = path.join(staging, 'requirements.txt');
  await writeFile(requirements, `${TENSORFLOW.requirement} --hash=sha256:${TENSORFLOW.sha256}\n`);
  const choice = ['--no-deps', '--require-hashes', ...WHEEL_CHOICE, `--requirement=${requirements}`];
  await runStep('The download of TensorFlow', [...pip, 'download', ...choice, `--dest=${folder}`], { signal });
  return path.join(folder, (await readdir(folder))[0]);
}

async function arrange(from: string, deps: string): Promise<void> {
  const lib = path.join(deps, 'lib');
  await mkdir(lib, { recursive: true });
  await rename(path.join(from, 'include'), path.join(deps, 'include'));
  await rename(path.join(from, NOTICES), path.join(deps, NOTICES));
  await rename(path.join(from, LIBRARY), path.join(lib, LIBRARY));
  await rename(path.join(from, FRAMEWORK), path.join(lib, FRAMEWORK));
  await symlink(LIBRARY, path.join(lib, 'libtensorflow.so'));
  await symlink(FRAMEWORK, path.join(lib, 'libtensorflow_framework.so'));
}
