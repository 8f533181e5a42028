// What BiCGSTAB does with vectors: ../vectors.ts, operation by operation.
import { Found } from './layout';

/** out = a + alpha b for the nodes from `first` to `end`; finds the largest magnitude. */
export function combine(out: usize, a: usize, alpha: f64, b: usize, found: usize, first: i32, end: i32): void {
  let largest: f64 = 0;
  let sum: f64 = 0;
  for (let o = (<usize>first) << 3, to = (<usize>end) << 3; o < to; o += 8) {
    const value = load<f64>(a + o) + alpha * load<f64>(b + o);
    const size = abs(value);
    if (size > largest) largest = size;
    sum += value - value;
    store<f64>(out + o, value);
  }
  store<f64>(found, largest + sum, Found.LARGEST);
}

/** Inner products of the blocks from `first` to `end`, even and odd places apart. */
export function dotBlocks(a: usize, b: usize, sums: usize, size: i32, blocks: i32, first: i32, end: i32): void {
  for (let block = first; block < end; block++) {
    let o = (<usize>((<i64>size * block) / blocks)) << 3;
    const to = (<usize>((<i64>size * (block + 1)) / blocks)) << 3;
    let pair = f64x2.splat(0);
    for (; o + 16 <= to; o += 16) pair = f64x2.add(pair, f64x2.mul(v128.load(a + o), v128.load(b + o)));
    let sum = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
    if (o < to) sum += load<f64>(a + o) * load<f64>(b + o);
    store<f64>(sums + ((<usize>block) << 3), sum);
  }
}
