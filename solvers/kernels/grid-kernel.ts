import {
  chooseSplit,
  emptyGrid,
  gridAdd,
  gridApply,
  gridForward,
  sweepAxis,
  tileCount,
  type GridShape,
  type GridState,
} from './grid.js';
import { VECTORS, type VectorOperations } from './vectors.js';
import { emptyRows, JAVASCRIPT_MEMORY, type ArrayMemory, type RowPieces } from './row-pieces.js';

/** What carries out the passes over the nodes of two or three states. */
export interface GridKernel extends VectorOperations {
  /** `typescript`, `wasm` or `wasm, 2 threads`. */
  readonly name: string;
  readonly state: GridState;
  /** Where the arrays that are given to its passes have to lie. */
  readonly memory: ArrayMemory;
  /** Takes the rows of a level; to be called when they have changed. */
  load(rows: RowPieces): void;
  /** Policy improvement and assembly at V. */
  forward(rest: number): void;
  /** The split matrix (s + A_0) s^-1 (s + A_1) ..., s = shift own, of the split weights, solved for s y, in the place of y. */
  split(y: Float64Array, shift: number): void;
  /** out = A x over `own`. */
  apply(x: Float64Array, out: Float64Array): void;
  /** V += correction. */
  add(): void;
  /** Ends its threads; nothing is called after it. */
  close(): void;
}

/** The reference: this thread, plain TypeScript. */
export function typescriptGrid(nodes: GridShape): { readonly kernel: GridKernel; readonly rows: RowPieces } {
  const grid = emptyGrid(nodes, JAVASCRIPT_MEMORY);
  const size = grid.V.length;
  const lines = size / grid.shape[grid.shape.length - 1];
  const rows = emptyRows(nodes.shape.length, size, JAVASCRIPT_MEMORY);
  const kernel: GridKernel = {
    name: 'typescript',
    state: grid,
    memory: JAVASCRIPT_MEMORY,
    load: (packed) => chooseSplit(grid, packed),
    forward: (rest) => gridForward(rows, rest, grid, 0, lines),
    split: (y, shift) => grid.shape.forEach((_, axis) => sweepAxis(grid, axis, y, shift, 0, tileCount(grid, axis))),
    apply: (x, out) => gridApply(rows, grid, x, out, 0, lines),
    ...VECTORS,
    add: () => gridAdd(grid, 0, size, grid),
    close: () => {},
  };
  return { kernel, rows };
}
