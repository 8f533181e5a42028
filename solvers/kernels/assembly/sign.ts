/** Negative where the sign bit is set: many numbers are tested at once, where comparisons would cost one each. */
export function signOf(value: f64): i64 {
  return reinterpret<i64>(value);
}
