import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import workerpool from 'workerpool';
import { HjbLrError } from '../errors.js';
import { asJson, type Json } from '../json.js';
import { errorFrom, replyTo, type Task, type TaskOutcome, type TaskReply, type WorkerEvent } from './task.js';
import { watchOutput } from './worker-output.js';

export type { Task, TaskModule, TaskOutcome } from './task.js';

export interface RunTasksOptions {
  /** Worker processes at most; 0 runs the tasks one after the other in this process. */
  readonly workers: number;
  /** What the tasks report, as it comes. */
  readonly onEvent?: ((taskId: string, event: unknown) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How long a worker may take to end by itself before it is killed, in milliseconds. */
const GRACE = 200;

/**
 * Runs independent tasks on worker processes. Results depend on neither their number nor the order in which tasks end.
 * A task that throws, or whose process dies, is reported as failed; the others go on.
 *
 * @returns one outcome for each task, in the order of the tasks
 * @throws E_INTERRUPTED once `signal` is aborted, with every worker ended
 */
export async function runTasks(tasks: readonly Task[], options: RunTasksOptions): Promise<TaskOutcome[]> {
  const { workers, onEvent = () => {}, signal } = options;
  const run = workers === 0 ? inThisProcess : workerProcesses(Math.min(workers, tasks.length), signal);
  const outcomes = new Array<TaskOutcome>(tasks.length);
  const waiting = tasks.entries();
  const lane = async (): Promise<void> => {
    for (const [i, task] of waiting) {
      requireNotAborted(signal);
      outcomes[i] = await run.task(task, (event) => onEvent(task.id, event));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, Math.min(workers, tasks.length)) }, lane));
    requireNotAborted(signal);
    return outcomes;
  } finally {
    await run.end();
  }
}

/** The results, in the order of the tasks. Throws the first error if any task failed, and lists the others in it. */
export function resultsOf(outcomes: readonly TaskOutcome[]): Json[] {
  const [first, ...others] = outcomes.filter((outcome) => outcome.status === 'failed');
  if (first !== undefined) throw withOthers(first.error, others);
  return outcomes.map((outcome) => (outcome as Extract<TaskOutcome, { status: 'done' }>).result);
}

function withOthers(error: Error, others: readonly Extract<TaskOutcome, { status: 'failed' }>[]): Error {
  if (others.length === 0 || !(error instanceof HjbLrError)) return error;
  const { code, message, remedy, fields, issues } = error;
  const more = others.map(({ id, error: { message: text } }) => ({ path: id, message: text }));
  return new HjbLrError(code, message, { remedy, fields, issues: [...issues, ...more], cause: error });
}

interface TaskRunner {
  task(task: Task, report: (event: unknown) => void): Promise<TaskOutcome>;
  end(): Promise<void>;
}

const inThisProcess: TaskRunner = {
  task: async (task, report) => outcomeOf(task, await replyTo({ ...task, input: asJson(task.input) }, report)),
  end: async () => {},
};

function workerProcesses(count: number, signal: AbortSignal | undefined): TaskRunner {
  const pool = createPool(count);
  const output = watchOutput();
  const abort = (): void => void pool.terminate(true).catch(() => {});
  signal?.addEventListener('abort', abort, { once: true });
  return {
    task: async (task, report) => {
      let pid: number | undefined;
      const on = (event: WorkerEvent): void => {
        if ('report' in event) return report(event.report);
        pid = event.pid;
        output.watch(pool);
      };
      try {
        const reply = pool.exec('run', [task], { on }) as PromiseLike<TaskReply>;
        output.watch(pool);
        return outcomeOf(task, await reply);
      } catch (cause) {
        return { id: task.id, status: 'failed', error: workerDeath(task, cause as Error, await output.lastLines(pid)) };
      }
    },
    end: async () => {
      signal?.removeEventListener('abort', abort);
      await pool.terminate(true);
    },
  };
}

/** Workers run the compiled entry, or the TypeScript source through tsx where this module is one. */
function createPool(count: number): workerpool.Pool {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(isSource ? './worker.ts' : './worker.js', import.meta.url));
  const execArgv = isSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [];
  return workerpool.pool(entry, {
    workerType: 'process',
    maxWorkers: Math.max(1, count),
    workerTerminateTimeout: GRACE,
    // Without the parent's outputs, so that the last lines of a worker that dies can be told.
    forkOpts: { execArgv, silent: true },
  });
}

function outcomeOf({ id }: Task, reply: TaskReply): TaskOutcome {
  if ('result' in reply) return { id, status: 'done', result: reply.result };
  return { id, status: 'failed', error: errorFrom(reply.error) };
}

/** A process that a signal ended has mostly run out of memory; one that ended by itself is a bug. */
function workerDeath(task: Task, cause: Error, lines: readonly string[]): Error {
  const signal = /signalCode: `(SIG\w+)`/.exec(cause.message)?.[1];
  const exitCode = /exitCode: `(\d+)`/.exec(cause.message)?.[1];
  const how = signal === undefined ? `ended (exit code ${exitCode})` : `was ended by ${signal}`;
  const last = lines.length === 0 ? '.' : `; its last lines:\n${lines.map((line) => `    ${line}`).join('\n')}`;
  const sentence = `The worker of task ${task.id} ${how}${last}`;
  if (signal === undefined) return new Error(sentence, { cause });
  return new HjbLrError('E_LIMIT', sentence, {
    remedy: 'Free some memory or lower --workers, and run the same command again: it resumes.',
    fields: { task: task.id, signal, last_lines: lines },
    cause,
  });
}

function requireNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new HjbLrError('E_INTERRUPTED', 'Interrupted.', { remedy: 'Run the same command again: it resumes.' });
}
