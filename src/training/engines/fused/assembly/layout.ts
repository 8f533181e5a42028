// Where a kernel finds its arrays and sizes: blocks of i32 that the caller fills (../arena.ts, in the same orders). All
// offsets and strides are in bytes.

/** C[row] = sum over segments of A[row] B: rows are gathered, so that a convolution is a product without patches. */
export namespace Product {
  /** Offset of each row in A, and in C. */
  export const ROWS: usize = 0;
  export const RESULTS: usize = 4;
  /** A row of A is `SEGMENTS` pieces of `LENGTH` bytes, `STRIDE` apart. */
  export const SEGMENTS: usize = 8;
  export const LENGTH: usize = 12;
  export const STRIDE: usize = 16;
  /** Panels of eight columns, [K, 8] each, the last one filled up with zeros. */
  export const PANELS: usize = 20;
  /** Quadruples of columns, the offset of each in a row of C, and the columns of the last one. */
  export const QUADRUPLES: usize = 24;
  export const PLACES: usize = 28;
  export const LAST: usize = 32;
  /** Eight columns at a time, or 0 where there is none. */
  export const BIAS: usize = 36;
  export const IS_RELU: usize = 40;
}

/** Of a pooling layer; example, row and pixel strides of its inputs X and outputs Y. */
export namespace Pool {
  export const ROWS: usize = 0;
  export const COLUMNS: usize = 4;
  export const CHANNELS: usize = 8;
  export const SIZE: usize = 12;
  /** Between windows, in bytes of X. */
  export const DOWN: usize = 16;
  export const RIGHT: usize = 20;
  export const X_ROW: usize = 24;
  export const X_EXAMPLE: usize = 28;
  export const Y_ROW: usize = 32;
  export const Y_EXAMPLE: usize = 36;
}
