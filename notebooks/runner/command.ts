import { spawn } from 'node:child_process';

export interface Outcome {
  /** Exit code; 127 where there is no such program, as a shell says. */
  readonly code: number;
  /** Standard output and standard error together, in their order. */
  readonly text: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, or ends it where the signal says so; never throws for what the program does. */
export function command(
  [program, ...args]: readonly string[],
  { cwd, env, signal }: CommandOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = (): boolean => child.kill('SIGTERM');
    let text = '';
    const settle = (code: number, more = ''): void => {
      signal?.removeEventListener('abort', end);
      resolve({ code, text: text + more });
    };
    signal?.addEventListener('abort', end);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
    child.on('error', ({ message }) => settle(127, message));
    child.on('close', (code) => settle(code ?? 1));
  });
}
