import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { HjbLrError } from '../../src/errors.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { lastLines, npmCommand, runCommand } from '../command.js';

/** The majors that the project supports. */
export const NODE_MAJORS: readonly number[] = [20, 22, 24];

/**
 * The executable of a Node major: the running one where it is of that major, else that of the npm package
 * node-<platform>-<arch> in .cache/nodes, which is brought there once.
 * @throws E_NOT_FOUND if there is none for this platform, or the registry cannot be reached
 */
export async function nodeExecutable(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = path.join(PACKAGE_ROOT, '.cache', 'nodes', String(major));
  const name = `node-${process.platform}-${process.arch}`;
  const executable = path.join(folder, 'node_modules', name, 'bin', 'node');
  if (existsSync(executable)) return executable;
  await mkdir(folder, { recursive: true });
  const install = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', `${name}@${major}`];
  const { code, output } = await runCommand(npmCommand(...install));
  if (code === 0) return executable;
  throw new HjbLrError('E_NOT_FOUND', `Node ${major} cannot be had from npm:\n${lastLines(output)}`, {
    remedy: `Check the network and the registry, or start this with Node ${major} itself.`,
  });
}
