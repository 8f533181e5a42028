// A pass over the nodes, shared among threads: every thread runs the same module on the same memory. The first one leads:
// it posts the pass, does its own share, and waits for the others.
import { gridAdd, gridApply, gridForward, sweepAxis } from './grid';
import { Shared } from './layout';
import { combine, dotBlocks } from './vectors';

/** Passes. */
const STOP: i32 = 0;
const FORWARD: i32 = 1;
const APPLY: i32 = 2;
const SWEEP: i32 = 3;
const ADD: i32 = 4;
const COMBINE: i32 = 5;
const DOT: i32 = 6;

/** Looks before a thread goes to sleep. */
const SPINS: i32 = 20000;

function shareOf(total: i32, id: i32, threads: i32): i32 {
  return <i32>((<i64>total * <i64>id) / <i64>threads);
}

function doShare(at: usize, id: i32): void {
  const pass = load<i32>(at, Shared.PASS);
  const threads = load<i32>(at, Shared.THREADS);
  const total = load<i32>(at, Shared.TOTAL);
  const first = shareOf(total, id, threads);
  const end = shareOf(total, id + 1, threads);
  const grid = <usize>load<i32>(at, Shared.GRID);
  const found = <usize>load<i32>(at, Shared.FOUND) + ((<usize>id) << 6);
  const x = <usize>load<i32>(at, Shared.X);
  const y = <usize>load<i32>(at, Shared.Y);
  const z = <usize>load<i32>(at, Shared.Z);
  const number = load<f64>(at, Shared.NUMBER);
  if (pass == FORWARD) gridForward(grid, found, number, first, end);
  else if (pass == APPLY) gridApply(grid, x, y, first, end);
  else if (pass == SWEEP) sweepAxis(grid, load<i32>(at, Shared.AXIS), x, number, first, end);
  else if (pass == ADD) gridAdd(x, y, found, first, end);
  else if (pass == COMBINE) combine(x, y, number, z, found, first, end);
  else if (pass == DOT) dotBlocks(x, y, z, load<i32>(at, Shared.SIZE), total, first, end);
}

/** Waits until the number at `place` is no longer `seen`. */
function waitWhile(place: usize, seen: i32): void {
  for (let spin = 0; spin < SPINS; spin++) if (atomic.load<i32>(place) != seen) return;
  while (atomic.load<i32>(place) == seen) atomic.wait<i32>(place, seen, -1);
}

/** A following thread: one share of every pass, until the leader stops. */
export function follow(at: usize, id: i32): void {
  let turn = 0;
  while (true) {
    waitWhile(at + Shared.TURN, turn);
    turn = atomic.load<i32>(at + Shared.TURN);
    if (load<i32>(at, Shared.PASS) == STOP) return;
    doShare(at, id);
    atomic.add<i32>(at + Shared.DONE, 1);
    atomic.notify(at + Shared.DONE, 1);
  }
}

/** The leading thread: posts the pass that stands in the block, and returns when all shares are done. */
export function lead(at: usize): void {
  const others = load<i32>(at, Shared.THREADS) - 1;
  atomic.store<i32>(at + Shared.DONE, 0);
  atomic.add<i32>(at + Shared.TURN, 1);
  atomic.notify(at + Shared.TURN, others);
  if (load<i32>(at, Shared.PASS) == STOP) return;
  doShare(at, 0);
  let done = atomic.load<i32>(at + Shared.DONE);
  while (done < others) {
    waitWhile(at + Shared.DONE, done);
    done = atomic.load<i32>(at + Shared.DONE);
  }
}
