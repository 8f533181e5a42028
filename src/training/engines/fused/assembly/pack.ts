// Weights as panels of eight columns, [K, 8] each, as `multiply` reads them.
import { storeUpTo } from './vectors';

/** The matrix W, [K, columns]. */
export function pack(W: usize, K: i32, columns: i32, panels: usize): void {
  const rowBytes = (<usize>columns) << 2;
  let to = panels;
  for (let n = 0; n < columns; n += 8) {
    const left = columns - n;
    let from = W + ((<usize>n) << 2);
    for (let k = 0; k < K; k++) {
      storeUpTo(to, v128.load(from), left);
      if (left > 4) storeUpTo(to + 16, v128.load(from, 16), left - 4);
      from += rowBytes;
      to += 32;
    }
  }
}

/** The transpose of W, [rows, columns], into rows `row`.. and columns `column`.. of a matrix with K rows. */
export function packTransposed(W: usize, rows: i32, columns: i32, panels: usize, K: i32, row: i32, column: i32): void {
  let from = W;
  for (let r = 0; r < rows; r++) {
    const n = column + r;
    let to = panels + <usize>(((n >> 3) * K + row) << 5) + ((<usize>(n & 7)) << 2);
    let k = columns;
    for (; k >= 4; k -= 4) {
      const v = v128.load(from);
      v128.store32_lane(to, v, 0);
      v128.store32_lane(to, v, 1, 32);
      v128.store32_lane(to, v, 2, 64);
      v128.store32_lane(to, v, 3, 96);
      from += 16;
      to += 128;
    }
    for (; k > 0; k--) {
      store<f32>(to, load<f32>(from));
      from += 4;
      to += 32;
    }
  }
}
