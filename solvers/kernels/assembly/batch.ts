// Eight problems of one state on the same nodes and pieces, lane by lane the arithmetic of ./line.ts: every number of
// ../row-pieces.ts, and every value at a node, stands eight times side by side.
import { Found, Line } from './layout';

const TIE_SLACK: f64 = 1e-13;
const ROUNDING: f64 = 1e-9;
/** Bytes of a field, of a piece, and of what is found of all lanes. */
const FIELD: usize = 64;
const PIECE: usize = 11 * FIELD;

function valueAt(k: usize, v: v128): v128 {
  return f64x2.add(v128.load(k), f64x2.mul(v, f64x2.add(v128.load(k, FIELD), f64x2.mul(v, v128.load(k, 2 * FIELD)))));
}

function hamiltonianAt(k: usize, toLow: v128, toHigh: v128): v128 {
  return f64x2.add(
    f64x2.add(v128.load(k), f64x2.mul(v128.load(k, 3 * FIELD), toLow)),
    f64x2.mul(v128.load(k, 6 * FIELD), toHigh),
  );
}

export function batchForward(at: usize, found: usize, size: i32, rest: f64): void {
  const start = <usize>load<i32>(at, Line.START);
  const V = <usize>load<i32>(at, Line.V);
  const source = <usize>load<i32>(at, Line.SOURCE);
  const control = <usize>load<i32>(at, Line.CONTROL);
  const factor = <usize>load<i32>(at, Line.FACTOR);
  const partial = <usize>load<i32>(at, Line.PARTIAL);
  const data = <usize>load<i32>(at, Line.DATA);
  const last = size - 1;
  const zero = f64x2.splat(0);
  const rest2 = f64x2.splat(rest);
  const slack2 = f64x2.splat(TIE_SLACK);
  const one = f64x2.splat(1);
  for (let lane: usize = 0; lane < FIELD; lane += 16) {
    v128.store(found + lane, zero, Found.RESIDUAL * 8);
    v128.store(found + lane, zero, Found.RAW_RESIDUAL * 8);
    v128.store(found + lane, f64x2.splat(-1), Found.OFFENDER * 8);
  }
  let first = data;
  for (let i = 0; i <= last; i++) {
    const end = data + PIECE * <usize>load<i32>(start + ((<usize>i) << 2), 4);
    for (let lane: usize = 0; lane < FIELD; lane += 16) {
      const o = ((<usize>i) << 6) + lane;
      const here = v128.load(V + o);
      const toLow = i > 0 ? f64x2.sub(v128.load(V + o - FIELD), here) : zero;
      const toHigh = i < last ? f64x2.sub(v128.load(V + o, FIELD), here) : zero;
      let best = f64x2.splat(Infinity);
      let u = zero;
      let low = zero;
      let high = zero;
      for (let k = first + lane; k < end; k += PIECE) {
        const c0 = hamiltonianAt(k + 2 * FIELD, toLow, toHigh);
        const c1 = hamiltonianAt(k + 3 * FIELD, toLow, toHigh);
        const c2 = hamiltonianAt(k + 4 * FIELD, toLow, toHigh);
        const isFrom = f64x2.lt(c0, f64x2.sub(best, f64x2.mul(slack2, f64x2.abs(c0))));
        best = v128.bitselect(c0, best, isFrom);
        let isTaken = isFrom;
        let v = zero;
        const rises = v128.and(f64x2.ge(c1, zero), f64x2.ge(c2, zero));
        if (!i64x2.all_true(rises)) {
          const width = v128.load(k, FIELD);
          const twice = f64x2.add(c2, c2);
          const isInside = v128.and(f64x2.gt(c2, zero), f64x2.gt(f64x2.add(c1, f64x2.mul(twice, width)), zero));
          const other = v128.bitselect(f64x2.div(f64x2.neg(c1), twice), width, isInside);
          const H = f64x2.add(c0, f64x2.mul(other, f64x2.add(c1, f64x2.mul(other, c2))));
          const isOther = v128.andnot(f64x2.lt(H, f64x2.sub(best, f64x2.mul(slack2, f64x2.abs(H)))), rises);
          best = v128.bitselect(H, best, isOther);
          isTaken = v128.or(isFrom, isOther);
          v = v128.and(other, isOther);
        }
        if (!v128.any_true(isTaken)) continue;
        u = v128.bitselect(f64x2.add(v128.load(k), v), u, isTaken);
        low = v128.bitselect(valueAt(k + 5 * FIELD, v), low, isTaken);
        high = v128.bitselect(valueAt(k + 8 * FIELD, v), high, isTaken);
      }
      v128.store(control + o, u);
      const diagonal = f64x2.add(f64x2.add(rest2, low), high);
      const missing = f64x2.sub(f64x2.add(best, v128.load(source + o)), f64x2.mul(rest2, here));
      if (!i64x2.all_true(v128.and(f64x2.ge(low, zero), f64x2.ge(high, zero)))) {
        blame(found + lane, i, low, high, diagonal, rest);
      }
      const raw = f64x2.abs(missing);
      const rawAt = found + lane;
      const rawResidual = v128.load(rawAt, Found.RAW_RESIDUAL * 8);
      if (v128.any_true(f64x2.gt(raw, rawResidual))) {
        v128.store(rawAt, f64x2.max(rawResidual, raw), Found.RAW_RESIDUAL * 8);
      }
      const residual = v128.load(rawAt, Found.RESIDUAL * 8);
      const isLarger = f64x2.gt(raw, f64x2.mul(residual, diagonal));
      if (v128.any_true(isLarger)) {
        const larger = v128.bitselect(f64x2.div(raw, diagonal), residual, isLarger);
        v128.store(rawAt, larger, Found.RESIDUAL * 8);
      }
      const lastFactor = i > 0 ? v128.load(factor + o - FIELD) : zero;
      const lastPartial = i > 0 ? v128.load(partial + o - FIELD) : zero;
      const pivot = f64x2.div(one, f64x2.sub(diagonal, f64x2.mul(low, lastFactor)));
      v128.store(partial + o, f64x2.mul(f64x2.add(missing, f64x2.mul(low, lastPartial)), pivot));
      v128.store(factor + o, f64x2.mul(high, pivot));
    }
    first = end;
  }
}

/** Rows with a negative weight that is more than rounding: the first of each lane. */
function blame(found: usize, i: i32, low: v128, high: v128, diagonal: v128, rest: f64): void {
  const magnitude = f64x2.add(f64x2.abs(low), f64x2.abs(high));
  const slack = f64x2.mul(f64x2.splat(ROUNDING), f64x2.add(f64x2.splat(rest), magnitude));
  const least = f64x2.neg(slack);
  const isSound = v128.and(
    v128.and(f64x2.ge(low, least), f64x2.ge(high, least)),
    f64x2.ge(diagonal, f64x2.sub(magnitude, slack)),
  );
  const before = v128.load(found, Found.OFFENDER * 8);
  const isFree = f64x2.lt(before, f64x2.splat(0));
  v128.store(found, v128.bitselect(f64x2.splat(<f64>i), before, v128.andnot(isFree, isSound)), Found.OFFENDER * 8);
}

export function batchBackward(at: usize, found: usize, size: i32): void {
  const V = <usize>load<i32>(at, Line.V);
  const factor = <usize>load<i32>(at, Line.FACTOR);
  const partial = <usize>load<i32>(at, Line.PARTIAL);
  const active = <usize>load<i32>(at, Line.ACTIVE);
  const zero = f64x2.splat(0);
  for (let lane: usize = 0; lane < FIELD; lane += 16) {
    const moves = v128.load(active + lane);
    let change = zero;
    let largest = zero;
    let correction = zero;
    for (let i = size - 1; i >= 0; i--) {
      const o = ((<usize>i) << 6) + lane;
      correction = f64x2.add(v128.load(partial + o), f64x2.mul(v128.load(factor + o), correction));
      const before = v128.load(V + o);
      const value = v128.bitselect(f64x2.add(before, correction), before, moves);
      change = f64x2.max(change, f64x2.abs(correction));
      largest = f64x2.max(largest, f64x2.abs(value));
      v128.store(V + o, value);
    }
    v128.store(found + lane, change, Found.CHANGE * 8);
    v128.store(found + lane, largest, Found.LARGEST * 8);
  }
}
