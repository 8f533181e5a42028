import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Timed {
  /** CPU seconds. */
  readonly seconds: number;
  readonly checksum: number;
}

/** A program that does a piece of work for each line that it is given. */
export interface Answering {
  /** @param order - the line that the program takes for a run */
  run(order: string): Promise<Timed>;
  end(): void;
}

/** Starts a program that answers each line with "CPU-seconds checksum". `run` rejects if it ends in place of an answer. */
export function startAnswering(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Answering {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on('error', (error) => process.stderr.write(`${program}: ${error.message}\n`));
  child.stdin.on('error', () => {});
  return {
    run: async (order) => {
      child.stdin.write(`${order}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${[program, ...args].join(' ')} ended without an answer to "${order}".`);
      const [seconds, checksum] = String(value).split(' ').map(Number);
      return { seconds, checksum };
    },
    end: () => child.stdin.end(),
  };
}
