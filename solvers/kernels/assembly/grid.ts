// The kernel of two and three states: ../grid.ts, operation by operation, so that both come to the same numbers.
import { Found, Grid, NUMBER, Piece, pointer, Size, Tolerance } from './layout';
import { highs, isEitherNegative, lows, weightsAt } from './pairs';

/** Lines that are swept together where they lie side by side: TILE of ../grid.ts. */
const TILE: i32 = 64;

/** The way to a neighbour along an axis, in positions: 0 where there is none. */
function wayTo(j: i32, side: i32, length: i32, isPeriodic: i32): i32 {
  const isEnd = side == 1 ? j == length - 1 : j == 0;
  return !isEnd ? side : isPeriodic ? -side * (length - 2) : 0;
}

function shapeOf(at: usize, axis: i32): i32 {
  return load<i32>(at + ((<usize>axis) << 2), Grid.SHAPE);
}

function periodicOf(at: usize, axis: i32): i32 {
  return load<i32>(at + ((<usize>axis) << 2), Grid.IS_PERIODIC);
}

function strideOf(at: usize, axis: i32): i32 {
  const states = load<i32>(at, Grid.STATES);
  let stride = 1;
  for (let a = axis + 1; a < states; a++) stride *= shapeOf(at, a);
  return stride;
}

/** Bytes to the neighbour of position j along an axis. */
function offsetTo(at: usize, axis: i32, j: i32, side: i32): isize {
  return (<isize>wayTo(j, side, shapeOf(at, axis), periodicOf(at, axis)) * <isize>strideOf(at, axis)) << 3;
}

/** Sum of weight times (V there - V here) over the cross legs. */
function crossLegs(from: i32, to: i32, nodes: usize, weights: usize, V: usize, here: f64): f64 {
  let legs: f64 = 0;
  for (let c = from; c < to; c++) {
    const other = <usize>load<i32>(nodes + ((<usize>c) << 2));
    legs += load<f64>(weights + ((<usize>c) << 3)) * (load<f64>(V + (other << 3)) - here);
  }
  return legs;
}

/** What cross legs add to the weights of both neighbours along an axis; nothing where there is none. */
function reaching(e: f64, toLow: isize, toHigh: isize): v128 {
  return f64x2.replace_lane(f64x2.splat(toLow == 0 ? 0 : e), 1, toHigh == 0 ? 0 : e);
}

function polynomial(k: usize, v: f64): f64 {
  return load<f64>(k) + v * (load<f64>(k, NUMBER) + v * load<f64>(k, 2 * NUMBER));
}

/** A flag that the compiler knows: what depends on it is compiled once for each. */
type Yes = i64;
type No = i32;
function is<Flag>(): bool {
  return sizeof<Flag>() == sizeof<Yes>();
}

export function gridForward(at: usize, found: usize, rest: f64, first: i32, end: i32): void {
  const isThree = load<i32>(at, Grid.STATES) == 3;
  const hasCross = load<i32>(at, Grid.HAS_CROSS) == 1;
  if (isThree) {
    if (hasCross) forwardOf<Yes, Yes>(at, found, rest, first, end);
    else forwardOf<Yes, No>(at, found, rest, first, end);
  } else if (hasCross) forwardOf<No, Yes>(at, found, rest, first, end);
  else forwardOf<No, No>(at, found, rest, first, end);
}

function forwardOf<Three, Cross>(at: usize, found: usize, rest: f64, first: i32, end: i32): void {
  const isThree = is<Three>();
  const hasCross = is<Cross>();
  const data = pointer(at, Grid.DATA);
  const start = pointer(at, Grid.START);
  const V = pointer(at, Grid.V);
  const source = pointer(at, Grid.SOURCE);
  const control = pointer(at, Grid.CONTROL);
  const own = pointer(at, Grid.OWN);
  const missingAt = pointer(at, Grid.MISSING);
  const factor = pointer(at, Grid.FACTOR);
  const chosen = pointer(at, Grid.CHOSEN);
  const crossStart = pointer(at, Grid.CROSS_START);
  const crossEnd = pointer(at, Grid.CROSS_END);
  const crossNodes = pointer(at, Grid.CROSS_NODES);
  const crossWeights = pointer(at, Grid.CROSS_WEIGHTS);
  const crossAxes = pointer(at, Grid.CROSS_AXES);
  const split0 = pointer(at, Grid.SPLIT_WEIGHTS);
  const split1 = pointer(at, Grid.SPLIT_WEIGHTS + 4);
  const split2 = pointer(at, Grid.SPLIT_WEIGHTS + 8);
  const split3 = pointer(at, Grid.SPLIT_WEIGHTS + 12);
  const split4 = pointer(at, Grid.SPLIT_WEIGHTS + 16);
  const split5 = pointer(at, Grid.SPLIT_WEIGHTS + 20);
  const w0 = pointer(at, Grid.WEIGHTS);
  const w1 = pointer(at, Grid.WEIGHTS + 4);
  const w2 = pointer(at, Grid.WEIGHTS + 8);
  const w3 = pointer(at, Grid.WEIGHTS + 12);
  const w4 = pointer(at, Grid.WEIGHTS + 16);
  const w5 = pointer(at, Grid.WEIGHTS + 20);
  const piece = (<usize>load<i32>(at, Grid.STRIDE)) << 3;
  const states = isThree ? 3 : 2;
  const length = shapeOf(at, states - 1);
  const middle = isThree ? shapeOf(at, 1) : 1;
  const wrapLow = offsetTo(at, states - 1, 0, -1);
  const wrapHigh = offsetTo(at, states - 1, length - 1, 1);
  const inverse = 1 / rest;
  let residual: f64 = 0;
  let rawResidual: f64 = 0;
  let stiffness: f64 = 0;
  let offender = i32.MAX_VALUE;
  let p = load<i32>(start + ((<usize>(first * length)) << 2));
  let k = data + piece * <usize>p;
  for (let line = first; line < end; line++) {
    const j0 = isThree ? line / middle : line;
    const j1 = isThree ? line % middle : 0;
    const below0 = offsetTo(at, 0, j0, -1);
    const above0 = offsetTo(at, 0, j0, 1);
    const below1 = isThree ? offsetTo(at, 1, j1, -1) : 0;
    const above1 = isThree ? offsetTo(at, 1, j1, 1) : 0;
    for (let j = 0; j < length; j++) {
      const i = line * length + j;
      const o = (<usize>i) << 3;
      const x = V + o;
      const here = load<f64>(x);
      const toLow: isize = j > 0 ? -8 : wrapLow;
      const toHigh: isize = j < length - 1 ? 8 : wrapHigh;
      const here2 = f64x2.splat(here);
      const along = f64x2.sub(pair(x + toLow, x + toHigh), here2);
      const away0 = f64x2.sub(pair(x + below0, x + above0), here2);
      const away1 = isThree ? f64x2.sub(pair(x + below1, x + above1), here2) : along;
      let best: f64 = Infinity;
      let v: f64 = 0;
      let row = k;
      let taken = p;
      const last = load<i32>(start + ((<usize>i) << 2), 4);
      do {
        let p0 = f64x2.add(
          f64x2.mul(v128.load(k, Piece.LOW_0), away0),
          f64x2.mul(v128.load(k, Piece.SECOND + Piece.LOW_0), away1),
        );
        let p1 = f64x2.add(
          f64x2.mul(v128.load(k, Piece.LOW_1), away0),
          f64x2.mul(v128.load(k, Piece.SECOND + Piece.LOW_1), away1),
        );
        let p2 = f64x2.add(
          f64x2.mul(v128.load(k, Piece.LOW_2), away0),
          f64x2.mul(v128.load(k, Piece.SECOND + Piece.LOW_2), away1),
        );
        if (isThree) {
          p0 = f64x2.add(p0, f64x2.mul(v128.load(k, Piece.THIRD + Piece.LOW_0), along));
          p1 = f64x2.add(p1, f64x2.mul(v128.load(k, Piece.THIRD + Piece.LOW_1), along));
          p2 = f64x2.add(p2, f64x2.mul(v128.load(k, Piece.THIRD + Piece.LOW_2), along));
        }
        let c = f64x2.add(f64x2.add(v128.load(k, Piece.GIVEN_0), lows(p0, p1)), highs(p0, p1));
        let c2 = load<f64>(k, Piece.GIVEN_2) + f64x2.extract_lane(p2, 0) + f64x2.extract_lane(p2, 1);
        if (hasCross) {
          const from = load<i32>(crossStart + ((<usize>p) << 2));
          const to = load<i32>(crossEnd + ((<usize>p) << 2));
          if (from < to) {
            const legs = crossLegs(from, to, crossNodes, crossWeights, V, here);
            c = f64x2.add(c, f64x2.mul(v128.load(k + piece - Size.FACTOR), f64x2.splat(legs)));
            c2 += load<f64>(k + piece - NUMBER) * legs;
          }
        }
        const c0 = f64x2.extract_lane(c, 0);
        const c1 = f64x2.extract_lane(c, 1);
        if (c0 < best - Tolerance.TIE * abs(c0)) {
          best = c0;
          v = 0;
          row = k;
          taken = p;
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
            row = k;
            taken = p;
          }
        }
        p++;
        k += piece;
      } while (p < last);
      store<f64>(control + o, load<f64>(row, Piece.FROM) + v);
      const v2 = f64x2.splat(v);
      const a0 = weightsAt(row + Piece.LOW_0, v2);
      const a1 = weightsAt(row + Piece.SECOND + Piece.LOW_0, v2);
      storePair(w0 + o, w1 + o, a0);
      storePair(w2 + o, w3 + o, a1);
      let total = f64x2.add(a0, a1);
      let negative = v128.or(a0, a1);
      if (isThree) {
        const a2 = weightsAt(row + Piece.THIRD + Piece.LOW_0, v2);
        storePair(w4 + o, w5 + o, a2);
        total = f64x2.add(total, a2);
        negative = v128.or(negative, a2);
      }
      const sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
      let isSuspect = i64x2.bitmask(negative) != 0;
      let split = sum;
      let legs: f64 = 0;
      if (hasCross) {
        const f = polynomial(row + piece - Size.FACTOR, v);
        const to = load<i32>(crossEnd + ((<usize>taken) << 2));
        for (let c = load<i32>(crossStart + ((<usize>taken) << 2)); c < to; c++) {
          const weight = load<f64>(crossWeights + ((<usize>c) << 3));
          legs += weight;
          if (f * weight < 0) isSuspect = true;
        }
        legs *= f;
        store<f64>(factor + o, f);
        store<i32>(chosen + ((<usize>i) << 2), taken);
        const axes = crossAxes + ((<usize>taken) << 3) * (isThree ? 3 : 2);
        const b0 = f64x2.add(a0, reaching(f * load<f64>(axes), below0, above0));
        const b1 = f64x2.add(
          a1,
          reaching(f * load<f64>(axes, NUMBER), isThree ? below1 : toLow, isThree ? above1 : toHigh),
        );
        storePair(split0 + o, split1 + o, b0);
        storePair(split2 + o, split3 + o, b1);
        let b = f64x2.add(b0, b1);
        if (isThree) {
          const b2 = f64x2.add(
            weightsAt(row + Piece.THIRD + Piece.LOW_0, v2),
            reaching(f * load<f64>(axes, 2 * NUMBER), toLow, toHigh),
          );
          storePair(split4 + o, split5 + o, b2);
          b = f64x2.add(b, b2);
        }
        split = f64x2.extract_lane(b, 0) + f64x2.extract_lane(b, 1);
      }
      store<f64>(own + o, rest);
      const raw = best + load<f64>(source + o) - rest * here;
      store<f64>(missingAt + o, raw * inverse);
      if (split > stiffness) stiffness = split;
      const diagonal = rest + legs + sum;
      if (isSuspect && !isDominant(at, rest, i)) offender = min(offender, i);
      const magnitude = abs(raw);
      if (magnitude > rawResidual) rawResidual = magnitude;
      if (magnitude > residual * diagonal) residual = magnitude / diagonal;
    }
  }
  store<f64>(found, residual, Found.RESIDUAL);
  store<f64>(found, rawResidual, Found.RAW_RESIDUAL);
  store<f64>(found, offender < i32.MAX_VALUE ? <f64>offender : -1, Found.OFFENDER);
  store<f64>(found, stiffness, Found.STIFFNESS);
}

/** Whether the negative weights of a row are rounding. */
function isDominant(at: usize, rest: f64, i: i32): bool {
  const slots = 2 * load<i32>(at, Grid.STATES);
  let magnitude: f64 = 0;
  let sum: f64 = 0;
  let least: f64 = Infinity;
  for (let s = 0; s < slots; s++) {
    const weight = load<f64>(pointer(at, Grid.WEIGHTS + ((<usize>s) << 2)) + ((<usize>i) << 3));
    magnitude += abs(weight);
    sum += weight;
    least = min(least, weight);
  }
  if (load<i32>(at, Grid.HAS_CROSS) == 1) {
    const taken = (<usize>load<i32>(pointer(at, Grid.CHOSEN) + ((<usize>i) << 2))) << 2;
    const f = load<f64>(pointer(at, Grid.FACTOR) + ((<usize>i) << 3));
    const to = load<i32>(pointer(at, Grid.CROSS_END) + taken);
    for (let c = load<i32>(pointer(at, Grid.CROSS_START) + taken); c < to; c++) {
      const weight = f * load<f64>(pointer(at, Grid.CROSS_WEIGHTS) + ((<usize>c) << 3));
      magnitude += abs(weight);
      sum += weight;
      least = min(least, weight);
    }
  }
  const slack = Tolerance.NEGATIVE_WEIGHT * (rest + magnitude);
  return least >= -slack && rest + sum >= magnitude - slack;
}

export function gridApply(at: usize, x: usize, out: usize, first: i32, end: i32): void {
  const own = pointer(at, Grid.OWN);
  const factor = pointer(at, Grid.FACTOR);
  const chosen = pointer(at, Grid.CHOSEN);
  const crossStart = pointer(at, Grid.CROSS_START);
  const crossEnd = pointer(at, Grid.CROSS_END);
  const crossNodes = pointer(at, Grid.CROSS_NODES);
  const crossWeights = pointer(at, Grid.CROSS_WEIGHTS);
  const states = load<i32>(at, Grid.STATES);
  const hasCross = load<i32>(at, Grid.HAS_CROSS) == 1;
  const isThree = states == 3;
  const w0 = pointer(at, Grid.WEIGHTS);
  const w1 = pointer(at, Grid.WEIGHTS + 4);
  const w2 = pointer(at, Grid.WEIGHTS + 8);
  const w3 = pointer(at, Grid.WEIGHTS + 12);
  const w4 = pointer(at, Grid.WEIGHTS + (isThree ? 16 : 8));
  const w5 = pointer(at, Grid.WEIGHTS + (isThree ? 20 : 12));
  const length = shapeOf(at, states - 1);
  const middle = isThree ? shapeOf(at, 1) : 1;
  const wrapLow = offsetTo(at, states - 1, 0, -1);
  const wrapHigh = offsetTo(at, states - 1, length - 1, 1);
  for (let line = first; line < end; line++) {
    const j0 = isThree ? line / middle : line;
    const j1 = isThree ? line % middle : 0;
    const below0 = offsetTo(at, 0, j0, -1);
    const above0 = offsetTo(at, 0, j0, 1);
    const below1 = isThree ? offsetTo(at, 1, j1, -1) : 0;
    const above1 = isThree ? offsetTo(at, 1, j1, 1) : 0;
    for (let j = 0; j < length; j++) {
      const i = line * length + j;
      const o = (<usize>i) << 3;
      const y = x + o;
      // Inside a line two nodes at a time, where nothing but the axes couples them.
      if (!hasCross && j > 0 && j + 2 < length) {
        const here = v128.load(y);
        let flow = f64x2.add(
          f64x2.mul(v128.load(w0 + o), f64x2.sub(v128.load(y + below0), here)),
          f64x2.mul(v128.load(w1 + o), f64x2.sub(v128.load(y + above0), here)),
        );
        if (isThree) {
          const more = f64x2.add(
            f64x2.mul(v128.load(w2 + o), f64x2.sub(v128.load(y + below1), here)),
            f64x2.mul(v128.load(w3 + o), f64x2.sub(v128.load(y + above1), here)),
          );
          flow = f64x2.add(flow, more);
        }
        const along = f64x2.add(
          f64x2.mul(v128.load(w4 + o), f64x2.sub(v128.load(y - 8), here)),
          f64x2.mul(v128.load(w5 + o), f64x2.sub(v128.load(y, 8), here)),
        );
        flow = f64x2.add(flow, along);
        v128.store(out + o, f64x2.sub(here, f64x2.div(flow, v128.load(own + o))));
        j++;
        continue;
      }
      const here = load<f64>(y);
      const toLow: isize = j > 0 ? -8 : wrapLow;
      const toHigh: isize = j < length - 1 ? 8 : wrapHigh;
      let flow =
        load<f64>(w0 + o) * (load<f64>(y + below0) - here) + load<f64>(w1 + o) * (load<f64>(y + above0) - here);
      if (isThree) {
        flow += load<f64>(w2 + o) * (load<f64>(y + below1) - here) + load<f64>(w3 + o) * (load<f64>(y + above1) - here);
      }
      flow += load<f64>(w4 + o) * (load<f64>(y + toLow) - here) + load<f64>(w5 + o) * (load<f64>(y + toHigh) - here);
      if (hasCross) {
        const taken = (<usize>load<i32>(chosen + ((<usize>i) << 2))) << 2;
        const from = load<i32>(crossStart + taken);
        const legs = crossLegs(from, load<i32>(crossEnd + taken), crossNodes, crossWeights, x, here);
        flow += load<f64>(factor + o) * legs;
      }
      store<f64>(out + o, here - flow / load<f64>(own + o));
    }
  }
}

/** The split matrix along one axis, tiles from `first` to `end`, in the place of y. */
export function sweepAxis(at: usize, axis: i32, y: usize, shift: f64, first: i32, end: i32): void {
  if (strideOf(at, axis) == 1) sweepAlong(at, axis, y, shift, first, end);
  else sweepAcross(at, axis, y, shift, first, end);
}

/** Lines side by side in memory, two nodes at a time. */
function sweepAcross(at: usize, axis: i32, y: usize, shift: f64, first: i32, end: i32): void {
  const low = pointer(at, Grid.SPLIT_WEIGHTS + ((<usize>axis) << 3));
  const high = pointer(at, Grid.SPLIT_WEIGHTS + ((<usize>axis) << 3) + 4);
  const own = pointer(at, Grid.OWN);
  const f = pointer(at, Grid.ELIMINATION);
  const stride = strideOf(at, axis);
  const length = shapeOf(at, axis);
  const back = (<usize>stride) << 3;
  const across = (stride + TILE - 1) / TILE;
  const shift2 = f64x2.splat(shift);
  const one = f64x2.splat(1);
  for (let tile = first; tile < end; tile++) {
    const left = (tile % across) * TILE;
    const width = min(TILE, stride - left);
    const begin = (tile / across) * stride * length + left;
    for (let j = 0; j < length; j++) {
      let o = (<usize>(begin + j * stride)) << 3;
      const pairs = o + ((<usize>(width & ~1)) << 3);
      const to = o + ((<usize>width) << 3);
      if (j == 0) {
        for (; o < pairs; o += 16) {
          const s = f64x2.mul(shift2, v128.load(own + o));
          const h = v128.load(high + o);
          const pivot = f64x2.div(one, f64x2.add(f64x2.add(s, v128.load(low + o)), h));
          v128.store(f + o, f64x2.mul(h, pivot));
          v128.store(y + o, f64x2.mul(f64x2.mul(s, v128.load(y + o)), pivot));
        }
        for (; o < to; o += 8) {
          const s = shift * load<f64>(own + o);
          const h = load<f64>(high + o);
          const pivot = 1 / (s + load<f64>(low + o) + h);
          store<f64>(f + o, h * pivot);
          store<f64>(y + o, s * load<f64>(y + o) * pivot);
        }
        continue;
      }
      for (; o < pairs; o += 16) {
        const s = f64x2.mul(shift2, v128.load(own + o));
        const l = v128.load(low + o);
        const h = v128.load(high + o);
        const whole = f64x2.sub(f64x2.add(f64x2.add(s, l), h), f64x2.mul(l, v128.load(f + o - back)));
        const pivot = f64x2.div(one, whole);
        v128.store(f + o, f64x2.mul(h, pivot));
        const right = f64x2.add(f64x2.mul(s, v128.load(y + o)), f64x2.mul(l, v128.load(y + o - back)));
        v128.store(y + o, f64x2.mul(right, pivot));
      }
      for (; o < to; o += 8) {
        const s = shift * load<f64>(own + o);
        const l = load<f64>(low + o);
        const h = load<f64>(high + o);
        const pivot = 1 / (s + l + h - l * load<f64>(f + o - back));
        store<f64>(f + o, h * pivot);
        store<f64>(y + o, (s * load<f64>(y + o) + l * load<f64>(y + o - back)) * pivot);
      }
    }
    for (let j = length - 2; j >= 0; j--) {
      let o = (<usize>(begin + j * stride)) << 3;
      const pairs = o + ((<usize>(width & ~1)) << 3);
      const to = o + ((<usize>width) << 3);
      for (; o < pairs; o += 16) {
        v128.store(y + o, f64x2.add(v128.load(y + o), f64x2.mul(v128.load(f + o), v128.load(y + o + back))));
      }
      for (; o < to; o += 8) store<f64>(y + o, load<f64>(y + o) + load<f64>(f + o) * load<f64>(y + o + back));
    }
  }
}

function pair(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}

function storePair(a: usize, b: usize, value: v128): void {
  v128.store64_lane(a, value, 0);
  v128.store64_lane(b, value, 1);
}

/** Lines one after the other in memory, two at once. */
function sweepAlong(at: usize, axis: i32, y: usize, shift: f64, first: i32, end: i32): void {
  const low = pointer(at, Grid.SPLIT_WEIGHTS + ((<usize>axis) << 3));
  const high = pointer(at, Grid.SPLIT_WEIGHTS + ((<usize>axis) << 3) + 4);
  const own = pointer(at, Grid.OWN);
  const f = pointer(at, Grid.ELIMINATION);
  const length = shapeOf(at, axis);
  let lines = 1;
  for (let a = 0; a < axis; a++) lines *= shapeOf(at, a);
  const bytes = (<usize>length) << 3;
  const shift2 = f64x2.splat(shift);
  const one = f64x2.splat(1);
  for (let tile = first; tile < end; tile++) {
    const begin = <usize>(2 * tile) * bytes;
    const to = begin + bytes;
    // The last of an odd number of lines is its own neighbour: both lanes write the same.
    const apart = 2 * tile + 1 < lines ? bytes : 0;
    let lastFactor = f64x2.splat(0);
    let lastY = f64x2.splat(0);
    for (let o = begin; o < to; o += 8) {
      const k = o + apart;
      const s = f64x2.mul(shift2, pair(own + o, own + k));
      const l = pair(low + o, low + k);
      const h = pair(high + o, high + k);
      const coupled = o == begin ? f64x2.splat(0) : l;
      const whole = f64x2.sub(f64x2.add(f64x2.add(s, l), h), f64x2.mul(coupled, lastFactor));
      const pivot = f64x2.div(one, whole);
      lastFactor = f64x2.mul(h, pivot);
      const right = f64x2.add(f64x2.mul(s, pair(y + o, y + k)), f64x2.mul(coupled, lastY));
      lastY = f64x2.mul(right, pivot);
      storePair(f + o, f + k, lastFactor);
      storePair(y + o, y + k, lastY);
    }
    for (let o = to - 16; o >= begin && o < to; o -= 8) {
      const k = o + apart;
      lastY = f64x2.add(pair(y + o, y + k), f64x2.mul(pair(f + o, f + k), lastY));
      storePair(y + o, y + k, lastY);
    }
  }
}

export function gridAdd(V: usize, correction: usize, found: usize, first: i32, end: i32): void {
  let change: f64 = 0;
  let largest: f64 = 0;
  let sum: f64 = 0;
  for (let o = (<usize>first) << 3, to = (<usize>end) << 3; o < to; o += 8) {
    const moved = load<f64>(correction + o);
    const value = load<f64>(V + o) + moved;
    if (abs(moved) > change) change = abs(moved);
    if (abs(value) > largest) largest = abs(value);
    sum += value - value;
    store<f64>(V + o, value);
  }
  store<f64>(found, change + sum, Found.CHANGE);
  store<f64>(found, largest + sum, Found.LARGEST);
}
