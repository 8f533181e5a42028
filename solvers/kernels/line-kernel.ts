import { emptyLine, lineBackward, lineForward, type LineState } from './line.js';
import { emptyRows, JAVASCRIPT_MEMORY, type RowPieces } from './row-pieces.js';

/** What carries out the passes over the nodes of one state. */
export interface LineKernel {
  /** `typescript` or `wasm`. */
  readonly name: string;
  readonly state: LineState;
  /** Takes the rows of a level; to be called when they have changed. */
  load(rows: RowPieces): void;
  /** Policy improvement, assembly and forward elimination at V. */
  forward(rest: number): void;
  /** Back substitution, added to V. */
  backward(): void;
}

/** The reference, for so many nodes: plain TypeScript. */
export function typescriptLine(size: number): { readonly kernel: LineKernel; readonly rows: RowPieces } {
  const state = emptyLine(size, JAVASCRIPT_MEMORY);
  const rows = emptyRows(1, size, JAVASCRIPT_MEMORY);
  const kernel: LineKernel = {
    name: 'typescript',
    state,
    load: () => {},
    forward: (rest) => lineForward(rows, rest, state),
    backward: () => lineBackward(state),
  };
  return { kernel, rows };
}
