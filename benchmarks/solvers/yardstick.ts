import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RowPieces } from '../../solvers/kernels/row-pieces.js';
import { startAnswering, type Answering } from '../answering.js';
import { benchmarkFile } from '../file.js';

export type { Timed } from '../answering.js';

/** The work in C++; its process answers one run at a time. */
export interface Yardstick extends Answering {
  readonly compiler: string;
  readonly version: string;
}

const FLAGS = ['-O3', '-march=native', '-std=gnu++17'];
const COMPILERS = ['g++', 'clang++'];

/**
 * Compiles a program by each compiler that is there and starts it on its input. It answers each line that it is given with
 * "CPU-seconds checksum".
 */
export function startYardsticks(source: string, input: Uint8Array): readonly Yardstick[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'yardstick-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'input.bin');
  writeFileSync(file, input);
  return COMPILERS.flatMap((compiler) => {
    const binary = path.join(folder, compiler);
    try {
      execFileSync(compiler, [...FLAGS, '-o', binary, source], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    } catch {
      return [];
    }
    const version = execFileSync(compiler, ['--version']).toString().split('\n')[0];
    return [{ compiler, version, ...startAnswering(binary, [file]) }];
  });
}

/** The kernels of the solvers on these rows. @param lanes - one set of rows, or eight of the same pieces side by side */
export function startSolverYardsticks(
  lanes: readonly RowPieces[],
  shape: readonly number[],
  rest: number,
): readonly Yardstick[] {
  return startYardsticks(benchmarkFile('solvers/yardstick.cpp'), rowsFile(lanes, shape, rest));
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
