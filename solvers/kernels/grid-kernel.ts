import { gridAdd, gridApply, gridForward, sweepAxis, tileCount, type GridState } from './grid.js';
import type { RowPieces } from './row-pieces.js';

/** What carries out the passes over the nodes of two or three states. */
export interface GridKernel {
  /** `typescript`, `wasm` or `wasm, 2 threads`. */
  readonly name: string;
  readonly state: GridState;
  /** Takes the rows of a level; to be called when they have changed. */
  load(rows: RowPieces): void;
  /** Policy improvement and assembly at V. */
  forward(rest: number): void;
  /** The split matrix (s + A_0) s^-1 (s + A_1) ..., s = shift own, solved for s y, in the place of y. */
  split(y: Float64Array, shift: number): void;
  /** out = A x over `own`. */
  apply(x: Float64Array, out: Float64Array): void;
  /** V += correction. */
  add(): void;
}

/** The reference: this thread, plain TypeScript. */
export function typescriptGrid(grid: GridState): GridKernel {
  const size = grid.V.length;
  const lines = size / grid.shape[grid.shape.length - 1];
  let rows: RowPieces;
  return {
    name: 'typescript',
    state: grid,
    load: (packed) => {
      rows = packed;
    },
    forward: (rest) => gridForward(rows, rest, grid, 0, lines),
    split: (y, shift) => grid.shape.forEach((_, axis) => sweepAxis(grid, axis, y, shift, 0, tileCount(grid, axis))),
    apply: (x, out) => gridApply(rows, grid, x, out, 0, lines),
    add: () => gridAdd(grid, 0, size, grid),
  };
}
