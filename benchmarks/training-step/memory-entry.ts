import * as tf from '@tensorflow/tfjs';
import type { EngineName } from '../../src/training/engines/index.js';
import { countWasmMemory } from './wasm-memory.js';
import type { MemoryPoint } from './memory.js';

/** Entry of a process (node --expose-gc) that takes steps on one engine and prints what it holds after each count of them. */
const wasmBytes = countWasmMemory();
const { adversarialSteps } = await import('./step.js');
const [folder, engine, ...counts] = process.argv.slice(2);
const steps = await adversarialSteps(folder, engine as EngineName);

const points: MemoryPoint[] = [];
let done = 0;
for (const count of counts.map(Number)) {
  steps.take(count - done);
  done = count;
  points.push({ steps: count, tensors: tf.memory().numTensors, wasmBytes: wasmBytes(), heapBytes: await heap() });
}
process.stdout.write(JSON.stringify(points));
process.exit(0);

/** Bytes of the heap after collections, with a turn of the event loop in between for finalizers. */
async function heap(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
