import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_ROOT } from '../version.js';

/** What tells one machine, checkout and command from another; it stands outside every hash. */
export async function describeHost(commandLine: string | undefined): Promise<Record<string, string | null>> {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    commit: await checkedOutCommit(),
    command_line: commandLine ?? null,
  };
}

/** The commit of a checkout of this project, `-dirty` with changes in it; null for an installed package. */
async function checkedOutCommit(): Promise<string | null> {
  if (!existsSync(path.join(PACKAGE_ROOT, '.git'))) return null;
  const args = ['-C', PACKAGE_ROOT, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  const described = await promisify(execFile)('git', args).catch(() => null);
  return described === null ? null : described.stdout.trim();
}
