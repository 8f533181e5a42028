// Eight problems of one state on the same nodes and pieces, two by two: ./line.ts with a problem in each half of a vector.
// Every number of ../row-pieces.ts, and every value at a node, stands twice side by side, pair of problems after pair.
import { Found, Line, NUMBER, Piece, pointer, Size, Tolerance } from './layout';
import { TO_LINEAR, TO_SQUARE } from './pairs';

/** Bytes of a pair of numbers, and of a pair of pieces: there a place lies twice as far on. */
const PAIR: usize = 2 * NUMBER;
const PIECE: usize = 2 * (Size.HEAD + Size.AXIS);
/** Problems. */
const LANES: usize = 8;

export function batchForward(at: usize, found: usize, size: i32, rest: f64): void {
  const start = pointer(at, Line.START);
  const nodes = <usize>size * PAIR;
  const rows = PIECE * <usize>load<i32>(start + ((<usize>size) << 2));
  for (let pair: usize = 0; pair < 4; pair++) {
    forwardPair(
      pointer(at, Line.DATA) + pair * rows,
      start,
      pointer(at, Line.V) + pair * nodes,
      pointer(at, Line.SOURCE) + pair * nodes,
      pointer(at, Line.CONTROL) + pair * nodes,
      pointer(at, Line.ELIMINATION) + 2 * pair * nodes,
      found + pair * PAIR,
      size,
      rest,
    );
  }
}

function forwardPair(
  data: usize,
  start: usize,
  V: usize,
  source: usize,
  control: usize,
  elimination: usize,
  found: usize,
  size: i32,
  rest: f64,
): void {
  const last = size - 1;
  const zero = f64x2.splat(0);
  const rest2 = f64x2.splat(rest);
  const slack = f64x2.splat(Tolerance.TIE);
  const one = f64x2.splat(1);
  v128.store(found, f64x2.splat(-1), Found.OFFENDER * LANES);
  let residual = zero;
  let rawResidual = zero;
  let lastFactor = zero;
  let lastPartial = zero;
  let toLow = zero;
  let here = v128.load(V);
  let k = data;
  for (let i = 0; i <= last; i++) {
    const o = <usize>i * PAIR;
    const above = i < last ? v128.load(V + o, PAIR) : here;
    const toHigh = f64x2.sub(above, here);
    const end = data + PIECE * <usize>load<i32>(start + ((<usize>i) << 2), 4);
    let best = f64x2.splat(Infinity);
    let v = zero;
    let row = k;
    // Halves that take different pieces: what they take is held in u, low and high.
    let isMixed = false;
    let u = zero;
    let low = zero;
    let high = zero;
    do {
      const piece = k;
      k += PIECE;
      const c0 = hamiltonian(piece + 2 * Piece.GIVEN_0, piece + 2 * Piece.LOW_0, toLow, toHigh);
      const c1 = hamiltonian(piece + 2 * Piece.GIVEN_1, piece + 2 * Piece.LOW_1, toLow, toHigh);
      const c2 = hamiltonian(piece + 2 * Piece.GIVEN_2, piece + 2 * Piece.LOW_2, toLow, toHigh);
      let isTaken = f64x2.lt(c0, f64x2.sub(best, f64x2.mul(slack, f64x2.abs(c0))));
      best = v128.bitselect(c0, best, isTaken);
      let to = zero;
      if (i64x2.bitmask(v128.or(c1, c2)) != 0) {
        const other = lowest(c1, c2, v128.load(piece, 2 * Piece.WIDTH), zero);
        const H = f64x2.add(c0, f64x2.mul(other, f64x2.add(c1, f64x2.mul(other, c2))));
        const isOther = f64x2.lt(H, f64x2.sub(best, f64x2.mul(slack, f64x2.abs(H))));
        best = v128.bitselect(H, best, isOther);
        to = v128.and(other, isOther);
        isTaken = v128.or(isTaken, isOther);
      }
      const taken = i64x2.bitmask(isTaken);
      if (taken == 0) continue;
      if (taken == 3) {
        v = to;
        row = piece;
        isMixed = false;
        continue;
      }
      if (!isMixed) {
        u = f64x2.add(v128.load(row, 2 * Piece.FROM), v);
        low = weight(row + 2 * Piece.LOW_0, v);
        high = weight(row + 2 * Piece.HIGH_0, v);
        isMixed = true;
      }
      u = v128.bitselect(f64x2.add(v128.load(piece, 2 * Piece.FROM), to), u, isTaken);
      low = v128.bitselect(weight(piece + 2 * Piece.LOW_0, to), low, isTaken);
      high = v128.bitselect(weight(piece + 2 * Piece.HIGH_0, to), high, isTaken);
    } while (k < end);
    if (!isMixed) {
      u = f64x2.add(v128.load(row, 2 * Piece.FROM), v);
      low = weight(row + 2 * Piece.LOW_0, v);
      high = weight(row + 2 * Piece.HIGH_0, v);
    }
    v128.store(control + o, u);
    const diagonal = f64x2.add(f64x2.add(rest2, low), high);
    const missing = f64x2.sub(f64x2.add(best, v128.load(source + o)), f64x2.mul(rest2, here));
    if (i64x2.bitmask(v128.or(low, high)) != 0) blame(found, i, low, high, diagonal, rest);
    const raw = f64x2.abs(missing);
    rawResidual = f64x2.pmax(rawResidual, raw);
    const isLarger = f64x2.gt(raw, f64x2.mul(residual, diagonal));
    if (i64x2.bitmask(isLarger) != 0) residual = v128.bitselect(f64x2.div(raw, diagonal), residual, isLarger);
    const pivot = f64x2.div(one, f64x2.sub(diagonal, f64x2.mul(low, lastFactor)));
    lastPartial = f64x2.mul(f64x2.add(missing, f64x2.mul(low, lastPartial)), pivot);
    lastFactor = f64x2.mul(high, pivot);
    v128.store(elimination + 2 * o, lastFactor);
    v128.store(elimination + 2 * o, lastPartial, PAIR);
    toLow = f64x2.sub(here, above);
    here = above;
  }
  v128.store(found, residual, Found.RESIDUAL * LANES);
  v128.store(found, rawResidual, Found.RAW_RESIDUAL * LANES);
}

/** A coefficient of the Hamiltonian from those of given, and of low and high at `weights`. */
function hamiltonian(given: usize, weights: usize, toLow: v128, toHigh: v128): v128 {
  const below = f64x2.mul(v128.load(weights), toLow);
  const above = f64x2.mul(v128.load(weights, PAIR), toHigh);
  return f64x2.add(f64x2.add(v128.load(given), below), above);
}

/** Where c1 v + c2 v^2 is least in [0, width]: at its vertex, or at the upper end; 0 where it rises from there on. */
function lowest(c1: v128, c2: v128, width: v128, zero: v128): v128 {
  const twice = f64x2.add(c2, c2);
  const vertex = f64x2.pmax(zero, f64x2.div(f64x2.neg(c1), twice));
  const isInside = v128.and(f64x2.gt(c2, zero), f64x2.gt(f64x2.add(c1, f64x2.mul(twice, width)), zero));
  return v128.bitselect(vertex, width, isInside);
}

function weight(k: usize, v: v128): v128 {
  const slope = f64x2.add(v128.load(k, 2 * TO_LINEAR), f64x2.mul(v, v128.load(k, 2 * TO_SQUARE)));
  return f64x2.add(v128.load(k), f64x2.mul(v, slope));
}

/** Rows with a negative weight that is more than rounding: the first of each lane. */
function blame(found: usize, i: i32, low: v128, high: v128, diagonal: v128, rest: f64): void {
  const magnitude = f64x2.add(f64x2.abs(low), f64x2.abs(high));
  const slack = f64x2.mul(f64x2.splat(Tolerance.NEGATIVE_WEIGHT), f64x2.add(f64x2.splat(rest), magnitude));
  const least = f64x2.neg(slack);
  const isSound = v128.and(
    v128.and(f64x2.ge(low, least), f64x2.ge(high, least)),
    f64x2.ge(diagonal, f64x2.sub(magnitude, slack)),
  );
  const before = v128.load(found, Found.OFFENDER * LANES);
  const isFree = f64x2.lt(before, f64x2.splat(0));
  v128.store(found, v128.bitselect(f64x2.splat(<f64>i), before, v128.andnot(isFree, isSound)), Found.OFFENDER * LANES);
}

export function batchBackward(at: usize, found: usize, size: i32): void {
  const nodes = <usize>size * PAIR;
  for (let pair: usize = 0; pair < 4; pair++) {
    backwardPair(
      pointer(at, Line.V) + pair * nodes,
      pointer(at, Line.ELIMINATION) + 2 * pair * nodes,
      v128.load(pointer(at, Line.ACTIVE) + pair * PAIR),
      found + pair * PAIR,
      size,
    );
  }
}

function backwardPair(V: usize, elimination: usize, moves: v128, found: usize, size: i32): void {
  let change = f64x2.splat(0);
  let largest = change;
  let correction = change;
  for (let i = size - 1; i >= 0; i--) {
    const o = <usize>i * PAIR;
    const e = elimination + 2 * o;
    correction = f64x2.add(v128.load(e, PAIR), f64x2.mul(v128.load(e), correction));
    const value = f64x2.add(v128.load(V + o), v128.and(correction, moves));
    change = f64x2.pmax(change, f64x2.abs(correction));
    largest = f64x2.pmax(largest, f64x2.abs(value));
    v128.store(V + o, value);
  }
  v128.store(found, change, Found.CHANGE * LANES);
  v128.store(found, largest, Found.LARGEST * LANES);
}
