// What is done number by number.
import { relu } from './vectors';

export function fillZero(place: usize, bytes: usize): void {
  memory.fill(place, 0, bytes);
}

/**
 * (x - mean) / deviation for `examples` times `rows` runs of `length` numbers; strides in bytes.
 */
export function transfer(
  from: usize,
  fromRow: usize,
  fromExample: usize,
  to: usize,
  toRow: usize,
  toExample: usize,
  examples: i32,
  rows: i32,
  length: i32,
  mean: f32,
  deviation: f32,
): void {
  const means = f32x4.splat(mean);
  const deviations = f32x4.splat(deviation);
  const bytes = (<usize>length) << 2;
  for (let e = 0; e < examples; e++) {
    for (let r = 0; r < rows; r++) {
      const x = from + <usize>e * fromExample + <usize>r * fromRow;
      const y = to + <usize>e * toExample + <usize>r * toRow;
      let o: usize = 0;
      for (; o + 16 <= bytes; o += 16) v128.store(y + o, f32x4.div(f32x4.sub(v128.load(x + o), means), deviations));
      for (; o < bytes; o += 4) store<f32>(y + o, (load<f32>(x + o) - mean) / deviation);
    }
  }
}

/** x = max(x, 0) for whole quadruples. */
export function applyRelu(x: usize, bytes: usize): void {
  for (let o: usize = 0; o < bytes; o += 16) v128.store(x + o, relu(v128.load(x + o)));
}

/** gradient = 0 where y is not positive, for whole quadruples. */
export function applyMask(gradient: usize, y: usize, bytes: usize): void {
  const zero = f32x4.splat(0);
  for (let o: usize = 0; o < bytes; o += 16) {
    v128.store(gradient + o, v128.and(v128.load(gradient + o), f32x4.gt(v128.load(y + o), zero)));
  }
}

/**
 * x = clamp(clean + clamp((x + alpha sign(g)) - clean, -radius, radius), 0, 1) for whole quadruples, every operation
 * rounded to float32; sign(0) = 0.
 */
export function ascend(x: usize, clean: usize, g: usize, bytes: usize, alpha: f32, radius: f32): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const up = f32x4.splat(alpha);
  const down = f32x4.splat(-alpha);
  const high = f32x4.splat(radius);
  const low = f32x4.splat(-radius);
  for (let o: usize = 0; o < bytes; o += 16) {
    const gradient = v128.load(g + o);
    const from = v128.load(clean + o);
    const step = v128.or(v128.and(f32x4.gt(gradient, zero), up), v128.and(f32x4.lt(gradient, zero), down));
    const moved = f32x4.sub(f32x4.add(v128.load(x + o), step), from);
    const near = f32x4.pmin(f32x4.pmax(moved, low), high);
    v128.store(x + o, f32x4.pmin(f32x4.pmax(f32x4.add(from, near), zero), one));
  }
}
