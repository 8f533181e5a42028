import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The compiled command line (`npm run build`). */
export const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts Node with these arguments in the root of the repository. */
export function startNode(
  argv: readonly string[],
  input: string | null = null,
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, argv, {
    cwd: ROOT,
    stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (input !== null) child.stdin!.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (data: Buffer) => (stdout += data.toString('utf8')));
  child.stderr!.on('data', (data: Buffer) => (stderr += data.toString('utf8')));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, finished };
}

/** The same with this text on standard input. */
export function hjbLrReading(input: string, ...argv: readonly string[]): Promise<Finished> {
  return startNode([MAIN, ...argv], input).finished;
}

/** Runs `hjb-lr` with these arguments. */
export function hjbLr(...argv: readonly string[]): Promise<Finished> {
  return startNode([MAIN, ...argv]).finished;
}
