// Gradients of a product in its weights: W += A^T D for the rows of A and D, and bias += the sum of the rows of D.
import { Product } from './layout';
import { multiplyAdd, storeUpTo } from './vectors';

/**
 * @param at - the product whose rows A gave the results D
 * @param columns - of D and W
 * @param atOnce - rows that are laid out at a time
 * @param scratch - room for them: four columns of A, and those of D rounded up to eight
 */
export function weightGradient(
  at: usize,
  A: usize,
  D: usize,
  rows: i32,
  columns: i32,
  W: usize,
  bias: usize,
  atOnce: i32,
  scratch: usize,
): void {
  const panels = scratch + ((<usize>atOnce) << 4);
  for (let first = 0; first < rows; first += atOnce) {
    const count = min(atOnce, rows - first);
    gatherPanels(at, D, first, count, columns, panels);
    addColumns(panels, count, columns, bias);
    addProducts(at, A, first, count, columns, W, scratch, panels);
  }
}

/** Rows of D as panels of eight columns; what stands beyond the last column is of no account. */
function gatherPanels(at: usize, D: usize, first: i32, rows: i32, columns: i32, panels: usize): void {
  const table = <usize>load<i32>(at, Product.RESULTS) + ((<usize>first) << 2);
  const panelBytes = (<usize>rows) << 5;
  for (let r = 0; r < rows; r++) {
    let d = D + <usize>load<i32>(table + ((<usize>r) << 2));
    let to = panels + ((<usize>r) << 5);
    for (let n = 0; n < columns; n += 8) {
      v128.store(to, v128.load(d));
      v128.store(to, v128.load(d, 16), 16);
      d += 32;
      to += panelBytes;
    }
  }
}

function addColumns(panels: usize, rows: i32, columns: i32, bias: usize): void {
  let d = panels;
  for (let n = 0; n < columns; n += 8) {
    let sum0 = f32x4.splat(0),
      sum1 = f32x4.splat(0);
    for (let r = 0; r < rows; r++) {
      sum0 = f32x4.add(sum0, v128.load(d));
      sum1 = f32x4.add(sum1, v128.load(d, 16));
      d += 32;
    }
    addTo(bias + ((<usize>n) << 2), sum0, sum1, columns - n);
  }
}

/** Four columns of A at a time are laid out side by side: in their own places, far apart, they would fall out of the cache. */
function addProducts(
  at: usize,
  A: usize,
  first: i32,
  rows: i32,
  columns: i32,
  W: usize,
  scratch: usize,
  panels: usize,
): void {
  const table = <usize>load<i32>(at, Product.ROWS) + ((<usize>first) << 2);
  const end = scratch + ((<usize>rows) << 4);
  const segments = load<i32>(at, Product.SEGMENTS);
  const length = load<i32>(at, Product.LENGTH);
  const stride = <usize>load<i32>(at, Product.STRIDE);
  const rowBytes = (<usize>columns) << 2;
  const zero = f32x4.splat(0);
  let w = W;
  for (let s = 0; s < segments; s++) {
    for (let m = 0; m < length; m += 16) {
      const a = A + <usize>s * stride + <usize>m;
      let t = table;
      for (let p = scratch; p < end; p += 16) {
        v128.store(p, v128.load(a + <usize>load<i32>(t)));
        t += 4;
      }
      let b = panels;
      for (let n = 0; n < columns; n += 8) {
        let c00 = zero,
          c01 = zero,
          c10 = zero,
          c11 = zero;
        let c20 = zero,
          c21 = zero,
          c30 = zero,
          c31 = zero;
        for (let p = scratch; p < end; p += 16) {
          const b0 = v128.load(b);
          const b1 = v128.load(b, 16);
          const x0 = v128.load32_splat(p);
          c00 = multiplyAdd(x0, b0, c00);
          c01 = multiplyAdd(x0, b1, c01);
          const x1 = v128.load32_splat(p, 4);
          c10 = multiplyAdd(x1, b0, c10);
          c11 = multiplyAdd(x1, b1, c11);
          const x2 = v128.load32_splat(p, 8);
          c20 = multiplyAdd(x2, b0, c20);
          c21 = multiplyAdd(x2, b1, c21);
          const x3 = v128.load32_splat(p, 12);
          c30 = multiplyAdd(x3, b0, c30);
          c31 = multiplyAdd(x3, b1, c31);
          b += 32;
        }
        const place = w + ((<usize>n) << 2);
        const left = columns - n;
        addTo(place, c00, c01, left);
        if (m + 4 < length) addTo(place + rowBytes, c10, c11, left);
        if (m + 8 < length) addTo(place + 2 * rowBytes, c20, c21, left);
        if (m + 12 < length) addTo(place + 3 * rowBytes, c30, c31, left);
      }
      w += <usize>(min(16, length - m) >> 2) * rowBytes;
    }
  }
}

/** Adds the first `count` of eight numbers to those at `place`. */
function addTo(place: usize, low: v128, high: v128, count: i32): void {
  storeUpTo(place, f32x4.add(v128.load(place), low), count);
  if (count > 4) storeUpTo(place + 16, f32x4.add(v128.load(place, 16), high), count - 4);
}
