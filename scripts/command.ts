import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Given to the program on its standard input. */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the program is ended. */
  readonly timeout?: number;
}

export interface CommandEnd {
  /** null where the program does not exist or a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  /** Both outputs as they came, or why the program did not start. */
  readonly output: string;
}

const LAST_LINES = 15;

/** Milliseconds that a program may take to end by itself. */
const GRACE = 1000;

/** Runs a program to its end, and those that it starts: an abort ends them all. Never rejects. */
export function runCommand([program, ...args]: Command, options: CommandOptions = {}): Promise<CommandEnd> {
  const { input = '', signal, timeout, cwd, env = process.env } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const limits = [signal, timeout === undefined ? undefined : AbortSignal.timeout(timeout)];
    const limit = AbortSignal.any(limits.filter((one) => one !== undefined));
    let kill: NodeJS.Timeout | undefined;
    const endGroup = (): void => {
      signalGroup(child.pid, 'SIGTERM');
      kill = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE);
    };
    const seen = { stdout: '', output: '' };
    const end = (code: number | null, note: string): void => {
      limit.removeEventListener('abort', endGroup);
      clearTimeout(kill);
      resolve({ code, stdout: seen.stdout, output: seen.output + note });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      seen.stdout += chunk.toString();
      seen.output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => (seen.output += chunk.toString()));
    child.on('error', (error) => end(null, error.message));
    child.on('close', (code, by) => end(code, by === null ? '' : `\nended by ${by}`));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    if (limit.aborted) endGroup();
    limit.addEventListener('abort', endGroup, { once: true });
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // it has ended meanwhile
  }
}

/** The last lines of what a program printed, for an error. */
export function lastLines(output: string): string {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LAST_LINES)
    .join('\n');
}

/** npm as it was started, run by this Node; the one on the path where this process was not started by npm. */
export function npmCommand(...args: string[]): Command {
  const script = process.env['npm_execpath'];
  const given = [...args, '--loglevel=error'];
  return script?.endsWith('.js') === true ? [process.execPath, script, ...given] : ['npm', ...given];
}

/** A TypeScript file run by a Node, this one by default. */
export function typeScriptCommand(file: URL, args: readonly string[], node = process.execPath): Command {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return [node, '--import', tsx, fileURLToPath(file), ...args];
}
