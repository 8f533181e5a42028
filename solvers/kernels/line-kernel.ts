import { lineBackward, lineForward, type LineState } from './line.js';
import type { RowPieces } from './row-pieces.js';

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

/** The reference: plain TypeScript. */
export function typescriptLine(state: LineState): LineKernel {
  let rows: RowPieces;
  return {
    name: 'typescript',
    state,
    load: (packed) => {
      rows = packed;
    },
    forward: (rest) => lineForward(rows, rest, state),
    backward: () => lineBackward(state),
  };
}
