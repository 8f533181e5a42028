// Numbers side by side in one vector, as the weights of the neighbours below and above along an axis are.

import { Piece } from './layout';

/** From the coefficient of 1 of a weight to those of v and v^2. */
export const TO_LINEAR: usize = Piece.LOW_1 - Piece.LOW_0;
export const TO_SQUARE: usize = Piece.LOW_2 - Piece.LOW_0;

/** The first halves of two vectors. */
export function lows(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 0, 2);
}

/** The second halves of two vectors. */
export function highs(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 1, 3);
}

/** By the sign bits, -0 included: comparisons would be turned into numbers first. */
export function isEitherNegative(a: f64, b: f64): bool {
  return (reinterpret<i64>(a) | reinterpret<i64>(b)) < 0;
}

/** Both weights of an axis, whose coefficients begin at k with its LOW_0, under the control v. */
export function weightsAt(k: usize, v: v128): v128 {
  return f64x2.add(
    v128.load(k),
    f64x2.mul(v, f64x2.add(v128.load(k, TO_LINEAR), f64x2.mul(v, v128.load(k, TO_SQUARE)))),
  );
}
