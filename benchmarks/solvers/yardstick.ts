import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RowPieces } from '../../solvers/kernels/row-pieces.js';

export interface Timed {
  /** CPU seconds. */
  readonly seconds: number;
  readonly checksum: number;
}

/** The kernels in C++, compiled here by each compiler that is there; its processes answer one run at a time. */
export interface Yardstick {
  readonly compiler: string;
  readonly version: string;
  run(steps: number): Promise<Timed>;
  end(): void;
}

const FLAGS = ['-O3', '-march=native', '-std=c++17'];
const COMPILERS = ['g++', 'clang++'];

/** @param lanes - one set of rows, or eight of the same pieces side by side */
export function startYardsticks(
  lanes: readonly RowPieces[],
  shape: readonly number[],
  rest: number,
): readonly Yardstick[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'yardstick-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const rows = path.join(folder, 'rows.bin');
  writeFileSync(rows, rowsFile(lanes, shape, rest));
  return COMPILERS.flatMap((compiler) => {
    const binary = path.join(folder, compiler);
    const source = fileURLToPath(new URL('./yardstick.cpp', import.meta.url));
    try {
      execFileSync(compiler, [...FLAGS, '-o', binary, source], { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch {
      return [];
    }
    return [startProcess(compiler, binary, rows)];
  });
}

/** As readRows of yardstick.cpp reads it. */
function rowsFile(lanes: readonly RowPieces[], shape: readonly number[], rest: number): Buffer {
  const [{ states, stride, start, count }] = lanes;
  const size = start.length - 1;
  const head = Int32Array.from([states, stride, size, lanes.length, ...[0, 1, 2].map((a) => shape[a] ?? 1), 0]);
  const starts = new Int32Array((size + 2) & ~1);
  starts.set(start);
  const data = new Float64Array(count * stride * lanes.length);
  lanes.forEach((rows, lane) => {
    for (let k = 0; k < count * stride; k += 1) data[k * lanes.length + lane] = rows.data[k];
  });
  const parts = [head, Float64Array.from([rest, 1]), starts, data];
  return Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)));
}

function startProcess(compiler: string, binary: string, rows: string): Yardstick {
  const child = spawn(binary, [rows], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    compiler,
    version: execFileSync(compiler, ['--version']).toString().split('\n')[0],
    run: async (steps) => {
      child.stdin.write(`${steps}\n`);
      const { value } = await lines.next();
      const [seconds, checksum] = String(value).split(' ').map(Number);
      return { seconds, checksum };
    },
    end: () => child.stdin.end(),
  };
}
