// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const ceil = Math.ceil;
const cos = Math.cos;
const floor = Math.floor;
const max = Math.max;
const min = Math.min;
const sin = Math.sin;
const PI = Math.PI;

/** All numbers from the first to the second; ends may be infinite. Enclosures hold up to rounding, which is not added. */
export type Interval = readonly [number, number];

export const ZERO: Interval = [0, 0];
export const LINE: Interval = [-Infinity, Infinity];

export function isPoint([low, high]: Interval): boolean {
  return low === high;
}

export function sum(a: Interval, b: Interval): Interval {
  return [a[0] + b[0], a[1] + b[1]];
}

export function difference(a: Interval, b: Interval): Interval {
  return [a[0] - b[1], a[1] - b[0]];
}

export function negative([low, high]: Interval): Interval {
  return [-high, -low];
}

/** 0 times anything is 0: an end that is infinite is not reached. */
function timesEnd(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

export function product(a: Interval, b: Interval): Interval {
  const ll = timesEnd(a[0], b[0]);
  const lh = timesEnd(a[0], b[1]);
  const hl = timesEnd(a[1], b[0]);
  const hh = timesEnd(a[1], b[1]);
  return [min(ll, lh, hl, hh), max(ll, lh, hl, hh)];
}

export function scaled(factor: number, [low, high]: Interval): Interval {
  const [a, b] = [timesEnd(factor, low), timesEnd(factor, high)];
  return factor < 0 ? [b, a] : [a, b];
}

/** 1 / a; the whole line where 0 is inside. */
export function reciprocal([low, high]: Interval): Interval {
  if (low < 0 && high > 0) return LINE;
  return [high === 0 ? -Infinity : 1 / high, low === 0 ? Infinity : 1 / low];
}

export function square([low, high]: Interval): Interval {
  const [a, b] = [low * low, high * high];
  return low <= 0 && high >= 0 ? [0, max(a, b)] : [min(a, b), max(a, b)];
}

export function hull(a: Interval, b: Interval): Interval {
  return [min(a[0], b[0]), max(a[1], b[1])];
}

/** a^r under a constant exponent; of a fractional power the part where a >= 0. */
export function powerOf(a: Interval, r: number): Interval {
  if (r === 0) return [1, 1];
  if (r < 0) return reciprocal(powerOf(a, -r));
  if (!Number.isInteger(r)) return [max(a[0], 0) ** r, max(a[1], 0) ** r];
  if (r % 2 === 1) return [a[0] ** r, a[1] ** r];
  const [low, high] = square(a);
  return [low ** (r / 2), high ** (r / 2)];
}

/** Of an increasing function; ends where it is not defined count as those of the line. */
export function increasing(f: (x: number) => number, [low, high]: Interval): Interval {
  const [a, b] = [f(low), f(high)];
  return [Number.isNaN(a) ? -Infinity : a, Number.isNaN(b) ? Infinity : b];
}

export function absolute([low, high]: Interval): Interval {
  if (low >= 0) return [low, high];
  return high <= 0 ? [-high, -low] : [0, max(-low, high)];
}

/** Whether [low, high] holds phase + 2 pi k for a whole k. */
function holds(low: number, high: number, phase: number): boolean {
  return floor((high - phase) / (2 * PI)) >= ceil((low - phase) / (2 * PI));
}

export function sine([low, high]: Interval): Interval {
  if (!(high - low < 2 * PI)) return [-1, 1];
  const [a, b] = [sin(low), sin(high)];
  return [holds(low, high, -PI / 2) ? -1 : min(a, b), holds(low, high, PI / 2) ? 1 : max(a, b)];
}

export function cosine([low, high]: Interval): Interval {
  if (!(high - low < 2 * PI)) return [-1, 1];
  const [a, b] = [cos(low), cos(high)];
  return [holds(low, high, PI) ? -1 : min(a, b), holds(low, high, 0) ? 1 : max(a, b)];
}

/** Of exp(-x^2), and like it every even function that falls from 0 on. */
export function bell(f: (x: number) => number, a: Interval): Interval {
  const [low, high] = absolute(a);
  return [f(high), f(low)];
}

/** The largest absolute value. */
export function magnitude([low, high]: Interval): number {
  return max(abs(low), abs(high));
}
