import { chooseSplit, emptyGrid, nodeCount, tileCount, type GridShape, type GridState } from '../grid.js';
import type { GridKernel } from '../grid-kernel.js';
import { BLOCKS } from '../vectors.js';
import { emptyRows, type RowPieces } from '../row-pieces.js';
import { FOUND, FOUND_SIZE, largestOf, takeLargest } from './findings.js';
import { setFields, WasmMemory, type Field } from './memory.js';
import { kernelExports } from './module.js';
import { PASS, startThreads } from './threads.js';

/**
 * The kernel of two or three states in WebAssembly: the same operations in the same order as the reference, their lines and
 * tiles shared among threads, so that the numbers depend on neither.
 */
export function wasmGrid(grid: GridShape, threads: number): { readonly kernel: GridKernel; readonly rows: RowPieces } {
  const memory = new WasmMemory();
  const { shape } = grid;
  const size = nodeCount(grid);
  const state = emptyGrid(grid, memory);
  const rows = emptyRows(shape.length, size, memory);
  const block = memory.indices(FIELDS);
  const found = memory.numbers(FOUND_SIZE * threads);
  const sums = memory.numbers(BLOCKS);
  const team = startThreads(memory, kernelExports(memory.memory), { threads, grid: block, found, size });
  const lines = size / shape[shape.length - 1];
  const kernel: GridKernel = {
    name: threads === 1 ? 'wasm' : `wasm, ${threads} threads`,
    state,
    memory,
    load: (packed) => {
      chooseSplit(state, packed);
      setFields(block, gridFields(state, packed));
    },
    forward: (rest) => {
      team.run(PASS.forward, lines, { number: rest });
      takeLargest(found, threads, state);
      state.stiffness = largestOf(found, threads, FOUND.stiffness);
    },
    split: (y, shift) =>
      shape.forEach((_, axis) => team.run(PASS.sweep, tileCount(state, axis), { number: shift, x: y, axis })),
    apply: (x, out) => team.run(PASS.apply, lines, { x, y: out }),
    add: () => {
      team.run(PASS.add, size, { x: state.V, y: state.correction });
      takeLargest(found, threads, state);
    },
    combine: (out, a, alpha, b) => {
      team.run(PASS.combine, size, { x: out, y: a, number: alpha, z: b });
      return largestOf(found, threads, FOUND.largest);
    },
    dot: (a, b) => {
      team.run(PASS.dot, BLOCKS, { x: a, y: b, z: sums });
      return sums.reduce((total, sum) => total + sum, 0);
    },
    close: () => team.stop(),
  };
  return { kernel, rows };
}

/** Fields of a grid's block. */
const FIELDS = 36;

/** In the order of `Grid` in ../assembly/layout.ts. */
function gridFields(state: GridState, rows: RowPieces): Field[] {
  const { V, source, control, own, missing, elimination, factor, chosen, weights, splitWeights } = state;
  const { states, data, start, crossStart, crossEnd, crossNodes, crossWeights, crossAxes, stride, hasCross } = rows;
  const three = (values: readonly number[], absent: number): number[] => [0, 1, 2].map((a) => values[a] ?? absent);
  return [
    ...[data, start, V, source, control, own, missing, elimination, factor, chosen],
    ...[crossStart, crossEnd, crossNodes, crossWeights],
    ...Array.from({ length: 6 }, (_, s) => weights[s] ?? 0),
    ...[states, stride, Number(hasCross), ...three(state.shape, 1), ...three(state.isPeriodic.map(Number), 0)],
    ...[crossAxes, ...Array.from({ length: 6 }, (_, s) => splitWeights[s] ?? 0)],
  ];
}
