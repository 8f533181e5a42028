// Matrix products with gathered rows. The tile is 4 by 8: eight sums, six loads and a temporary fill the registers that V8
// has, because it moves every load of a round before its arithmetic; larger tiles and unrolled rounds spill.
import { Product } from './layout';
import { multiplyAdd, relu, storeUpTo } from './vectors';

/**
 * C = A B + bias, then relu where asked, or 0 where `mask` (laid out as C; 0 for none) is not positive.
 * Every element is one sum in the order of k, whatever its tile, so that results do not depend on the rows around.
 */
export function multiply(at: usize, A: usize, C: usize, mask: usize, rows: i32): void {
  const rowTable = <usize>load<i32>(at, Product.ROWS);
  const resultTable = <usize>load<i32>(at, Product.RESULTS);
  const segments = load<i32>(at, Product.SEGMENTS);
  const length = <usize>load<i32>(at, Product.LENGTH);
  const stride = <usize>load<i32>(at, Product.STRIDE);
  const panels = <usize>load<i32>(at, Product.PANELS);
  const quadruples = load<i32>(at, Product.QUADRUPLES);
  const places = <usize>load<i32>(at, Product.PLACES);
  const last = load<i32>(at, Product.LAST);
  const bias = <usize>load<i32>(at, Product.BIAS);
  const isRelu = load<i32>(at, Product.IS_RELU) != 0;
  const zero = f32x4.splat(0);
  for (let m = 0; m < rows; m += 4) {
    // The last tile repeats the last row.
    const i0 = (<usize>m) << 2;
    const i1 = (<usize>min(m + 1, rows - 1)) << 2;
    const i2 = (<usize>min(m + 2, rows - 1)) << 2;
    const i3 = (<usize>min(m + 3, rows - 1)) << 2;
    const a0 = A + <usize>load<i32>(rowTable + i0);
    const a1 = A + <usize>load<i32>(rowTable + i1);
    const a2 = A + <usize>load<i32>(rowTable + i2);
    const a3 = A + <usize>load<i32>(rowTable + i3);
    let b = panels;
    for (let q = 0; q < quadruples; q += 2) {
      let c00 = zero,
        c01 = zero,
        c10 = zero,
        c11 = zero;
      let c20 = zero,
        c21 = zero,
        c30 = zero,
        c31 = zero;
      let shift: usize = 0;
      for (let s = 0; s < segments; s++) {
        let p0 = a0 + shift;
        let p1 = a1 + shift;
        let p2 = a2 + shift;
        let p3 = a3 + shift;
        const end = p0 + length;
        for (; p0 < end; p0 += 4) {
          const b0 = v128.load(b);
          const b1 = v128.load(b, 16);
          const x0 = v128.load32_splat(p0);
          c00 = multiplyAdd(x0, b0, c00);
          c01 = multiplyAdd(x0, b1, c01);
          const x1 = v128.load32_splat(p1);
          c10 = multiplyAdd(x1, b0, c10);
          c11 = multiplyAdd(x1, b1, c11);
          const x2 = v128.load32_splat(p2);
          c20 = multiplyAdd(x2, b0, c20);
          c21 = multiplyAdd(x2, b1, c21);
          const x3 = v128.load32_splat(p3);
          c30 = multiplyAdd(x3, b0, c30);
          c31 = multiplyAdd(x3, b1, c31);
          p1 += 4;
          p2 += 4;
          p3 += 4;
          b += 32;
        }
        shift += stride;
      }
      let bias0 = zero,
        bias1 = zero;
      if (bias != 0) {
        bias0 = v128.load(bias + ((<usize>q) << 4));
        bias1 = v128.load(bias + ((<usize>q) << 4), 16);
      }
      const r0 = <usize>load<i32>(resultTable + i0);
      const r1 = <usize>load<i32>(resultTable + i1);
      const r2 = <usize>load<i32>(resultTable + i2);
      const r3 = <usize>load<i32>(resultTable + i3);
      const place0 = <usize>load<i32>(places + ((<usize>q) << 2));
      const count0 = q + 1 == quadruples ? last : 4;
      finish(C, mask, place0 + r0, f32x4.add(c00, bias0), isRelu, count0);
      finish(C, mask, place0 + r1, f32x4.add(c10, bias0), isRelu, count0);
      finish(C, mask, place0 + r2, f32x4.add(c20, bias0), isRelu, count0);
      finish(C, mask, place0 + r3, f32x4.add(c30, bias0), isRelu, count0);
      if (q + 1 == quadruples) break;
      const place1 = <usize>load<i32>(places + ((<usize>q) << 2), 4);
      const count1 = q + 2 == quadruples ? last : 4;
      finish(C, mask, place1 + r0, f32x4.add(c01, bias1), isRelu, count1);
      finish(C, mask, place1 + r1, f32x4.add(c11, bias1), isRelu, count1);
      finish(C, mask, place1 + r2, f32x4.add(c21, bias1), isRelu, count1);
      finish(C, mask, place1 + r3, f32x4.add(c31, bias1), isRelu, count1);
    }
  }
}

function finish(C: usize, mask: usize, offset: usize, sum: v128, isRelu: bool, count: i32): void {
  let v = sum;
  if (isRelu) v = relu(v);
  if (mask != 0) v = v128.and(v, f32x4.gt(v128.load(mask + offset), f32x4.splat(0)));
  storeUpTo(C + offset, v, count);
}
