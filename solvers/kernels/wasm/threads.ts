import type { KernelExports } from './module.js';
import { kernelModule } from './module.js';
import { setFields, type WasmMemory } from './memory.js';

/** Passes that threads share, as ../assembly/threads.ts numbers them. */
export const PASS = { stop: 0, forward: 1, apply: 2, sweep: 3, add: 4, combine: 5, dot: 6 } as const;

/** What a pass works on. */
export interface PassInput {
  readonly number?: number;
  readonly x?: Float64Array;
  readonly y?: Float64Array;
  readonly z?: Float64Array;
  readonly axis?: number;
}

/** Threads on one memory; this one leads. */
export interface Team {
  /** Runs a pass over `total` lines, tiles or nodes. */
  run(pass: number, total: number, input: PassInput): void;
  stop(): void;
}

/** All that a following thread does; the work is in the module. */
const FOLLOW = `const { workerData: { module, memory, at, id } } = require('node:worker_threads');
new WebAssembly.Instance(module, { env: { memory } }).exports.follow(at, id);`;

/** @param threads - 1 or more, with this one; each of the others starts a worker thread */
export function startThreads(
  memory: WasmMemory,
  exports: KernelExports,
  parts: { readonly threads: number; readonly grid: Int32Array; readonly found: Float64Array; readonly size: number },
): Team {
  const { threads, grid, found, size } = parts;
  const block = memory.indices(14);
  const number = new Float64Array(block.buffer, block.byteOffset + 48, 1);
  const at = block.byteOffset;
  if (threads > 1) startFollowers(memory, at, threads);
  const run = (pass: number, total: number, { number: value = 0, x, y, z, axis = 0 }: PassInput): void => {
    setFields(block.subarray(2), [threads, pass, total, grid, found, x ?? 0, y ?? 0, z ?? 0, axis, size]);
    number[0] = value;
    exports.lead(at);
  };
  return { run, stop: () => run(PASS.stop, 0, {}) };
}

function startFollowers({ memory }: WasmMemory, at: number, threads: number): void {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  for (let id = 1; id < threads; id += 1) {
    const worker = new Worker(FOLLOW, { eval: true, workerData: { module: kernelModule(), memory, at, id } });
    worker.unref();
  }
}
