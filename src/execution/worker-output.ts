import type { ChildProcess } from 'node:child_process';
import type { Pool } from 'workerpool';

export interface WorkerOutput {
  /** Follows every worker of the pool that is not followed yet. */
  watch(pool: Pool): void;
  /** What the worker of that process printed last, once its outputs are closed; nothing where it is not known. */
  lastLines(pid: number | undefined): Promise<string[]>;
}

const LAST_LINES = 10;
const LAST_BYTES = 8192;

/** Frames of the native stack that Node prints after its reason. */
const NATIVE_FRAME = /^\s*\d+: 0x[\da-f]+/;

/** How long a dead worker's outputs may stay open, held by programs that it started, in milliseconds. */
const GRACE = 500;

/** Passes all that workers print on to standard error, and remembers the end of it. */
export function watchOutput(): WorkerOutput {
  const ends = new Map<number, { text: string; closed: Promise<void> }>();
  const follow = (child: ChildProcess): void => {
    if (child.pid === undefined || ends.has(child.pid)) return;
    const end = { text: '', closed: new Promise<void>((resolve) => child.once('close', () => resolve())) };
    ends.set(child.pid, end);
    const onData = (chunk: Buffer): void => {
      process.stderr.write(chunk);
      end.text = (end.text + chunk.toString()).slice(-LAST_BYTES);
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
  };
  return {
    // workerpool keeps its processes there, and tells of none of them.
    watch: (pool) =>
      (pool as unknown as { workers: { worker: ChildProcess }[] }).workers.forEach((w) => follow(w.worker)),
    async lastLines(pid) {
      const end = pid === undefined ? undefined : ends.get(pid);
      if (end === undefined) return [];
      await Promise.race([end.closed, new Promise((resolve) => setTimeout(resolve, GRACE))]);
      const lines = end.text.split('\n').map((line) => line.trimEnd());
      return lines.filter((line) => line !== '' && !NATIVE_FRAME.test(line)).slice(-LAST_LINES);
    },
  };
}
