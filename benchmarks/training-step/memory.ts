import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../scripts/command.js';
import type { EngineName } from '../../src/training/engines/index.js';
import { PROBLEMS, writeProblem } from './problems.js';

/** What a process holds after that many steps. */
export interface MemoryPoint {
  readonly steps: number;
  readonly tensors: number;
  /** Of all WebAssembly memories. */
  readonly wasmBytes: number;
  /** JavaScript's heap and array buffers after a forced collection. */
  readonly heapBytes: number;
}

export interface MemoryRow {
  readonly engine: EngineName;
  readonly problem: string;
  readonly points: readonly MemoryPoint[];
  /** Heap at the end over that at the first point. */
  readonly heapRatio: number;
  /** Tensors and WebAssembly memory the same, heap within 5 %. */
  readonly flat: boolean;
}

const COUNTS = [1_000, 10_000];
const MOST_HEAP_CHANGE = 0.05;

/** Memory of the first problem's steps on every engine that runs here. */
export async function memoryRows(engines: readonly EngineName[] = ['fused', 'native', 'tfjs']): Promise<MemoryRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'training-step-'));
  const rows: MemoryRow[] = [];
  try {
    await writeProblem(folder, PROBLEMS[0]);
    for (const engine of engines) {
      const points = await pointsOf(folder, engine);
      if (points !== null) rows.push(memoryRow(engine, points));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function pointsOf(folder: string, engine: EngineName): Promise<MemoryPoint[] | null> {
  const entry = fileURLToPath(new URL('./memory-entry.js', import.meta.url));
  const command = [process.execPath, '--expose-gc', entry, folder, engine, ...COUNTS.map(String)] as const;
  const { code, stdout, output } = await runCommand(command);
  if (code === 0) return JSON.parse(stdout) as MemoryPoint[];
  process.stderr.write(`${output}\n`);
  return null;
}

function memoryRow(engine: EngineName, points: readonly MemoryPoint[]): MemoryRow {
  const [first, last] = [points[0], points[points.length - 1]];
  const heapRatio = last.heapBytes / first.heapBytes;
  const constant = last.tensors === first.tensors && last.wasmBytes === first.wasmBytes;
  const flat = constant && Math.abs(heapRatio - 1) <= MOST_HEAP_CHANGE;
  return { engine, problem: PROBLEMS[0].name, points, heapRatio, flat };
}
