// Pooling, and its gradients. X and Y are the first pixels of the first example; windows never stick out.
import { Pool } from './layout';

/** The largest number of each window, and its index there: of equal numbers the first. */
export function maxPool(at: usize, X: usize, Y: usize, index: usize, examples: i32): void {
  const rows = load<i32>(at, Pool.ROWS);
  const columns = load<i32>(at, Pool.COLUMNS);
  const channels = load<i32>(at, Pool.CHANNELS);
  const size = load<i32>(at, Pool.SIZE);
  const pixel = (<usize>channels) << 2;
  const xRow = <usize>load<i32>(at, Pool.X_ROW);
  let found = index;
  for (let e = 0; e < examples; e++) {
    for (let i = 0; i < rows; i++) {
      let x = X + <usize>e * <usize>load<i32>(at, Pool.X_EXAMPLE) + <usize>i * <usize>load<i32>(at, Pool.DOWN);
      let y = Y + <usize>e * <usize>load<i32>(at, Pool.Y_EXAMPLE) + <usize>i * <usize>load<i32>(at, Pool.Y_ROW);
      for (let j = 0; j < columns; j++) {
        let o: usize = 0;
        // Windows of 2 by 2, the most common, without loops.
        for (; size == 2 && o + 16 <= pixel; o += 16) {
          const right = x + o + pixel;
          const below = x + o + xRow;
          let best = v128.load(x + o);
          const v1 = v128.load(right);
          const v2 = v128.load(below);
          const v3 = v128.load(below + pixel);
          const is1 = f32x4.gt(v1, best);
          best = v128.bitselect(v1, best, is1);
          let where = v128.and(is1, i32x4.splat(1));
          const is2 = f32x4.gt(v2, best);
          best = v128.bitselect(v2, best, is2);
          where = v128.bitselect(i32x4.splat(2), where, is2);
          const is3 = f32x4.gt(v3, best);
          v128.store(y + o, v128.bitselect(v3, best, is3));
          v128.store(found + o, v128.bitselect(i32x4.splat(3), where, is3));
        }
        for (; o + 16 <= pixel; o += 16) {
          let best = v128.load(x + o);
          let where = i32x4.splat(0);
          let t = 0;
          for (let a = 0; a < size; a++) {
            let p = x + o + <usize>a * xRow;
            for (let b = 0; b < size; b++) {
              const v = v128.load(p);
              const isLarger = f32x4.gt(v, best);
              best = v128.bitselect(v, best, isLarger);
              where = v128.bitselect(i32x4.splat(t), where, isLarger);
              p += pixel;
              t++;
            }
          }
          v128.store(y + o, best);
          v128.store(found + o, where);
        }
        for (; o < pixel; o += 4) {
          let best = load<f32>(x + o);
          let where = 0;
          let t = 0;
          for (let a = 0; a < size; a++) {
            for (let b = 0; b < size; b++) {
              const v = load<f32>(x + o + <usize>a * xRow + <usize>b * pixel);
              if (v > best) {
                best = v;
                where = t;
              }
              t++;
            }
          }
          store<f32>(y + o, best);
          store<i32>(found + o, where);
        }
        x += <usize>load<i32>(at, Pool.RIGHT);
        y += pixel;
        found += pixel;
      }
    }
  }
}

/**
 * The gradient D of the outputs goes to the number that was the largest; dX is 0 before.
 * @param mask - outputs: where they are not positive the gradient is 0; 0 for none
 */
export function maxPoolGradient(at: usize, D: usize, mask: usize, index: usize, dX: usize, examples: i32): void {
  const rows = load<i32>(at, Pool.ROWS);
  const columns = load<i32>(at, Pool.COLUMNS);
  const channels = load<i32>(at, Pool.CHANNELS);
  const size = load<i32>(at, Pool.SIZE);
  const pixel = (<usize>channels) << 2;
  const xRow = <usize>load<i32>(at, Pool.X_ROW);
  let found = index;
  for (let e = 0; e < examples; e++) {
    for (let i = 0; i < rows; i++) {
      const start = <usize>e * <usize>load<i32>(at, Pool.Y_EXAMPLE) + <usize>i * <usize>load<i32>(at, Pool.Y_ROW);
      let x = dX + <usize>e * <usize>load<i32>(at, Pool.X_EXAMPLE) + <usize>i * <usize>load<i32>(at, Pool.DOWN);
      let d = D + start;
      let y = mask + start;
      for (let j = 0; j < columns; j++) {
        let o: usize = 0;
        for (; o + 16 <= pixel; o += 16) {
          let gradient = v128.load(d + o);
          if (mask != 0) gradient = v128.and(gradient, f32x4.gt(v128.load(y + o), f32x4.splat(0)));
          const where = v128.load(found + o);
          if (size == 2) {
            const p = x + o;
            addWhere(p, gradient, where, 0);
            addWhere(p + pixel, gradient, where, 1);
            addWhere(p + xRow, gradient, where, 2);
            addWhere(p + xRow + pixel, gradient, where, 3);
            continue;
          }
          let t = 0;
          for (let a = 0; a < size; a++) {
            let p = x + o + <usize>a * xRow;
            for (let b = 0; b < size; b++) {
              addWhere(p, gradient, where, t);
              p += pixel;
              t++;
            }
          }
        }
        for (; o < pixel; o += 4) {
          if (mask != 0 && !(load<f32>(y + o) > 0)) continue;
          const t = load<i32>(found + o);
          const p = x + o + <usize>(t / size) * xRow + <usize>(t % size) * pixel;
          store<f32>(p, load<f32>(p) + load<f32>(d + o));
        }
        x += <usize>load<i32>(at, Pool.RIGHT);
        d += pixel;
        y += pixel;
        found += pixel;
      }
    }
  }
}

/** Adds the gradient where the largest number was the one of index t. */
function addWhere(place: usize, gradient: v128, where: v128, t: i32): void {
  const own = v128.and(gradient, i32x4.eq(where, i32x4.splat(t)));
  v128.store(place, f32x4.add(v128.load(place), own));
}

/** The mean of each window. */
export function meanPool(at: usize, X: usize, Y: usize, examples: i32): void {
  const rows = load<i32>(at, Pool.ROWS);
  const columns = load<i32>(at, Pool.COLUMNS);
  const size = load<i32>(at, Pool.SIZE);
  const pixel = (<usize>load<i32>(at, Pool.CHANNELS)) << 2;
  const xRow = <usize>load<i32>(at, Pool.X_ROW);
  const share = <f32>1 / <f32>(size * size);
  for (let e = 0; e < examples; e++) {
    for (let i = 0; i < rows; i++) {
      let x = X + <usize>e * <usize>load<i32>(at, Pool.X_EXAMPLE) + <usize>i * <usize>load<i32>(at, Pool.DOWN);
      let y = Y + <usize>e * <usize>load<i32>(at, Pool.Y_EXAMPLE) + <usize>i * <usize>load<i32>(at, Pool.Y_ROW);
      for (let j = 0; j < columns; j++) {
        for (let o: usize = 0; o < pixel; o += 4) {
          let sum: f32 = 0;
          for (let a = 0; a < size; a++) {
            for (let b = 0; b < size; b++) sum += load<f32>(x + o + <usize>a * xRow + <usize>b * pixel);
          }
          store<f32>(y + o, sum * share);
        }
        x += <usize>load<i32>(at, Pool.RIGHT);
        y += pixel;
      }
    }
  }
}

/** Every number of a window gets its share of the gradient D; dX is 0 before. */
export function meanPoolGradient(at: usize, D: usize, dX: usize, examples: i32): void {
  const rows = load<i32>(at, Pool.ROWS);
  const columns = load<i32>(at, Pool.COLUMNS);
  const size = load<i32>(at, Pool.SIZE);
  const pixel = (<usize>load<i32>(at, Pool.CHANNELS)) << 2;
  const xRow = <usize>load<i32>(at, Pool.X_ROW);
  const share = <f32>1 / <f32>(size * size);
  for (let e = 0; e < examples; e++) {
    for (let i = 0; i < rows; i++) {
      let x = dX + <usize>e * <usize>load<i32>(at, Pool.X_EXAMPLE) + <usize>i * <usize>load<i32>(at, Pool.DOWN);
      let d = D + <usize>e * <usize>load<i32>(at, Pool.Y_EXAMPLE) + <usize>i * <usize>load<i32>(at, Pool.Y_ROW);
      for (let j = 0; j < columns; j++) {
        for (let o: usize = 0; o < pixel; o += 4) {
          const own = load<f32>(d + o) * share;
          for (let a = 0; a < size; a++) {
            for (let b = 0; b < size; b++) {
              const p = x + o + <usize>a * xRow + <usize>b * pixel;
              store<f32>(p, load<f32>(p) + own);
            }
          }
        }
        x += <usize>load<i32>(at, Pool.RIGHT);
        d += pixel;
      }
    }
  }
}
