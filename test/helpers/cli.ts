import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.js';

export const MAIN = path.join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line as a user would; `npm test` has built it. */
export function startCli(
  args: readonly string[],
  options: { cwd?: string; detached?: boolean } = {},
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [MAIN, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output }));
  });
  return { child, finished };
}

/** Commands that start worker processes unless they are told not to. */
const WITH_WORKERS = ['run', 'benchmark', 'pilot'];

/** Without worker processes, which take seconds to start, unless `args` asks for them. */
export function runCommand(args: readonly string[]): Promise<Finished> {
  const isAlone = WITH_WORKERS.includes(args[0]) && !args.includes('--workers') && !args.includes('--help');
  return startCli(isAlone ? [...args, '--workers', '0'] : args).finished;
}
