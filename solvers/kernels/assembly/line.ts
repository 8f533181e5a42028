// The fused kernel of one state: ../line.ts, operation by operation.
import { Found, Line, NUMBER, Piece, pointer, Size, Tolerance } from './layout';
import { highs, isEitherNegative, lows, weightsAt } from './pairs';

/** Bytes of a piece. */
const PIECE: usize = Size.HEAD + Size.AXIS;

export function lineForward(at: usize, found: usize, size: i32, rest: f64): void {
  const start = pointer(at, Line.START);
  const V = pointer(at, Line.V);
  const source = pointer(at, Line.SOURCE);
  const control = pointer(at, Line.CONTROL);
  const elimination = pointer(at, Line.ELIMINATION);
  const data = pointer(at, Line.DATA);
  const last = size - 1;
  let residual: f64 = 0;
  let rawResidual: f64 = 0;
  let offender = i32.MAX_VALUE;
  let lastFactor: f64 = 0;
  let lastPartial: f64 = 0;
  let toLow: f64 = 0;
  let here = load<f64>(V);
  let k = data;
  for (let i = 0; i <= last; i++) {
    const o = (<usize>i) << 3;
    const above = i < last ? load<f64>(V + o, NUMBER) : here;
    const toHigh = above - here;
    // To the neighbour below and to the one above, as the weights of a piece lie.
    const away = f64x2.replace_lane(f64x2.splat(toLow), 1, toHigh);
    let best: f64 = Infinity;
    let v: f64 = 0;
    let chosen = k;
    const end = data + PIECE * <usize>load<i32>(start + ((<usize>i) << 2), 4);
    do {
      const p0 = f64x2.mul(v128.load(k, Piece.LOW_0), away);
      const p1 = f64x2.mul(v128.load(k, Piece.LOW_1), away);
      const p2 = f64x2.mul(v128.load(k, Piece.LOW_2), away);
      const c = f64x2.add(f64x2.add(v128.load(k, Piece.GIVEN_0), lows(p0, p1)), highs(p0, p1));
      const c0 = f64x2.extract_lane(c, 0);
      const c1 = f64x2.extract_lane(c, 1);
      const c2 = load<f64>(k, Piece.GIVEN_2) + f64x2.extract_lane(p2, 0) + f64x2.extract_lane(p2, 1);
      if (c0 < best - Tolerance.TIE * abs(c0)) {
        best = c0;
        v = 0;
        chosen = k;
      }
      if (isEitherNegative(c1, c2)) {
        let other = load<f64>(k, Piece.WIDTH);
        const twice = 2 * c2;
        if (c2 > 0) {
          if (c1 + twice * other > 0) other = -c1 / twice;
        }
        const H = c0 + other * (c1 + other * c2);
        if (H < best - Tolerance.TIE * abs(H)) {
          best = H;
          v = other;
          chosen = k;
        }
      }
      k += PIECE;
    } while (k < end);
    store<f64>(control + o, load<f64>(chosen, Piece.FROM) + v);
    const weights = weightsAt(chosen + Piece.LOW_0, f64x2.splat(v));
    const low = f64x2.extract_lane(weights, 0);
    const high = f64x2.extract_lane(weights, 1);
    const diagonal = rest + low + high;
    const missing = best + load<f64>(source + o) - rest * here;
    if (i64x2.bitmask(weights) != 0) {
      const magnitude = abs(low) + abs(high);
      const slack = Tolerance.NEGATIVE_WEIGHT * (rest + magnitude);
      if (!(low >= -slack && high >= -slack && diagonal >= magnitude - slack)) offender = min(offender, i);
    }
    const raw = abs(missing);
    if (raw > rawResidual) rawResidual = raw;
    if (raw > residual * diagonal) residual = raw / diagonal;
    const pivot = 1 / (diagonal - low * lastFactor);
    lastPartial = (missing + low * lastPartial) * pivot;
    lastFactor = high * pivot;
    store<f64>(elimination + 2 * o, lastFactor);
    store<f64>(elimination + 2 * o, lastPartial, NUMBER);
    toLow = here - above;
    here = above;
  }
  store<f64>(found, residual, Found.RESIDUAL);
  store<f64>(found, rawResidual, Found.RAW_RESIDUAL);
  store<f64>(found, offender < i32.MAX_VALUE ? <f64>offender : -1, Found.OFFENDER);
}

export function lineBackward(at: usize, found: usize, size: i32): void {
  const V = pointer(at, Line.V);
  const elimination = pointer(at, Line.ELIMINATION);
  let change: f64 = 0;
  let largest: f64 = 0;
  let correction: f64 = 0;
  for (let i = size - 1; i >= 0; i--) {
    const o = (<usize>i) << 3;
    correction = load<f64>(elimination + 2 * o, NUMBER) + load<f64>(elimination + 2 * o) * correction;
    const value = load<f64>(V + o) + correction;
    const moved = abs(correction);
    const magnitude = abs(value);
    if (moved > change) change = moved;
    if (magnitude > largest) largest = magnitude;
    store<f64>(V + o, value);
  }
  store<f64>(found, change, Found.CHANGE);
  store<f64>(found, largest, Found.LARGEST);
}
