// Four float32 numbers at a time.

/** a b + c: one rounding in the relaxed build, two in the other. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** max(v, 0); NaN stays NaN. */
export function relu(v: v128): v128 {
  return f32x4.pmax(v, f32x4.splat(0));
}

/** Stores the first `count` of four numbers, or all. */
export function storeUpTo(place: usize, v: v128, count: i32): void {
  // The rare rest is a call, so that the compiler writes the store itself in line.
  if (count >= 4) v128.store(place, v);
  else storeFirst(place, v, count);
}

function storeFirst(place: usize, v: v128, count: i32): void {
  if (count == 1) {
    v128.store32_lane(place, v, 0);
    return;
  }
  v128.store64_lane(place, v, 0);
  if (count == 3) v128.store32_lane(place, v, 2, 8);
}
