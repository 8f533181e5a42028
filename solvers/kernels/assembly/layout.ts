// Where a kernel finds its arrays: blocks of i32 that the caller fills (../wasm/memory.ts holds the same orders).

/** The array that a field of a block names. */
export function pointer(at: usize, field: usize): usize {
  return <usize>load<i32>(at + field);
}

/** Of one state, and of eight problems of one state. */
export namespace Line {
  export const DATA: usize = 0;
  export const START: usize = 4;
  export const V: usize = 8;
  export const SOURCE: usize = 12;
  export const CONTROL: usize = 16;
  export const ELIMINATION: usize = 20;
  /** Eight problems: which of them still move, as masks. */
  export const ACTIVE: usize = 24;
}

/** Of two or three states. */
export namespace Grid {
  export const DATA: usize = 0;
  export const START: usize = 4;
  export const V: usize = 8;
  export const SOURCE: usize = 12;
  export const CONTROL: usize = 16;
  export const OWN: usize = 20;
  export const MISSING: usize = 24;
  export const ELIMINATION: usize = 28;
  export const FACTOR: usize = 32;
  export const CHOSEN: usize = 36;
  export const CROSS_START: usize = 40;
  export const CROSS_END: usize = 44;
  export const CROSS_NODES: usize = 48;
  export const CROSS_WEIGHTS: usize = 52;
  /** Six of them: below and above along each axis. */
  export const WEIGHTS: usize = 56;
  export const STATES: usize = 80;
  export const STRIDE: usize = 84;
  export const HAS_CROSS: usize = 88;
  /** Three each; 1 and 0 for an axis that is not there. */
  export const SHAPE: usize = 92;
  export const IS_PERIODIC: usize = 104;
  export const CROSS_AXES: usize = 116;
  /** Six of them, as the weights. */
  export const SPLIT_WEIGHTS: usize = 120;
}

/** What a pass finds, as f64. */
export namespace Found {
  export const RESIDUAL: usize = 0;
  export const RAW_RESIDUAL: usize = 8;
  export const OFFENDER: usize = 16;
  export const CHANGE: usize = 24;
  export const LARGEST: usize = 32;
  export const STIFFNESS: usize = 40;
}

/** What threads share about the pass in hand. */
export namespace Shared {
  export const TURN: usize = 0;
  export const DONE: usize = 4;
  export const THREADS: usize = 8;
  export const PASS: usize = 12;
  /** Lines, tiles or nodes in all. */
  export const TOTAL: usize = 16;
  export const GRID: usize = 20;
  /** 64 bytes for each thread. */
  export const FOUND: usize = 24;
  export const X: usize = 28;
  export const Y: usize = 32;
  export const Z: usize = 36;
  export const AXIS: usize = 40;
  /** Nodes. */
  export const SIZE: usize = 44;
  /** `rest`, `shift` or a factor, f64. */
  export const NUMBER: usize = 48;
}

/** Bytes of a number. */
export const NUMBER: usize = 8;

/** Places in a piece as in `PLACES` of ../row-pieces.ts, in bytes. */
export namespace Piece {
  export const FROM: usize = 0 * NUMBER;
  export const WIDTH: usize = 1 * NUMBER;
  export const GIVEN_0: usize = 2 * NUMBER;
  export const GIVEN_1: usize = 3 * NUMBER;
  export const GIVEN_2: usize = 4 * NUMBER;
  export const LOW_0: usize = 5 * NUMBER;
  export const HIGH_0: usize = 6 * NUMBER;
  export const LOW_1: usize = 7 * NUMBER;
  export const HIGH_1: usize = 8 * NUMBER;
  export const LOW_2: usize = 9 * NUMBER;
  export const HIGH_2: usize = 10 * NUMBER;
  export const SECOND: usize = 6 * NUMBER;
  export const THIRD: usize = 12 * NUMBER;
}

/** `SIZES` of ../row-pieces.ts, in bytes. */
export namespace Size {
  export const HEAD: usize = 5 * NUMBER;
  export const AXIS: usize = 6 * NUMBER;
  export const FACTOR: usize = 3 * NUMBER;
}

/** `TOLERANCES` of ../tolerances.ts. */
export namespace Tolerance {
  export const TIE: f64 = 1e-13;
  export const NEGATIVE_WEIGHT: f64 = 1e-9;
}
