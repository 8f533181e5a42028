import { minimizeByBrent } from '../../src/math/brent.js';
import type { ControlScale } from './control-scale.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;

/** A refinement ends at this, relative in the control: where the Hamiltonian is smooth, its own rounding is the limit. */
const RESOLUTION = 2e-8;

/** First half of a bracket in the scaled variable, and what it grows by. */
const FIRST_REACH = 1e-3;
const GROWTH = 16;

/** Growth of the steps that leave an end. */
const PROBE_GROWTH = 64;

/**
 * Evaluates f until its minimum on [low, high] is evaluated, in the variable of a scale: a bracket grows from the start until
 * f rises on both sides, and Brent's method ends it. Of a function with several minima one is found.
 *
 * @param start - where it begins; at an end from which f rises it ends
 */
export function minimizeFrom(
  f: (u: number) => number,
  scale: ControlScale,
  low: number,
  start: number,
  high: number,
): void {
  const along = (z: number): number => f(scale.fromScaled(z));
  const [first, last] = [scale.toScaled(low), scale.toScaled(high)];
  const begin = min(max(scale.toScaled(start), first), last);
  const resolution = RESOLUTION;
  if (!(last - first > 4 * resolution)) return;
  const isAtEnd = begin === first || begin === last;
  let z = begin;
  let height = isAtEnd ? f(begin === first ? low : high) : along(z);
  if (isAtEnd) {
    const next = fallFrom(along, begin, height, begin === first ? last : first);
    if (next === null) return;
    z = next;
    height = along(z);
  }
  let [a, b] = [z, z];
  let [atA, atB] = [height, height];
  // One bracket after the other side's: the start moves with the lowest value.
  for (let reach = FIRST_REACH; ; reach *= GROWTH) {
    if (atA <= height && a > first) {
      a = max(first, z - reach);
      atA = a > first ? along(a) : f(low);
      if (atA < height && a > first) {
        [b, atB] = [z, height];
        [z, height] = [a, atA];
        continue;
      }
    }
    if (atB <= height && b < last) {
      b = min(last, z + reach);
      atB = b < last ? along(b) : f(high);
      if (atB < height && b < last) {
        [a, atA] = [z, height];
        [z, height] = [b, atB];
        continue;
      }
    }
    const isLow = a === first || atA > height;
    const isHigh = b === last || atB > height;
    if (isLow && isHigh) break;
  }
  if (!(b - a > 4 * resolution)) return;
  // A minimum at the very end: a function that has one rises from there on.
  const atEnd = a === first && atA <= height ? first : b === last && atB <= height ? last : null;
  if (atEnd !== null) {
    const next = fallFrom(along, atEnd, atEnd === first ? atA : atB, atEnd === first ? last : first);
    if (next === null || next <= a || next >= b) return;
    z = next;
    height = along(z);
  }
  const found = minimizeByBrent(along, a, z, b, atA, height, atB, resolution);
  // The ends of the range itself are never reached from inside.
  if (a === first && found - a <= 4 * resolution) f(low);
  if (b === last && b - found <= 4 * resolution) f(high);
}

/**
 * A place next to an end at which f is lower; null where it rises from there. Steps grow until rounding shows a difference:
 * of a convex function what lies between is then lower by less than that.
 */
function fallFrom(along: (z: number) => number, end: number, height: number, other: number): number | null {
  for (let reach = RESOLUTION; reach < abs(other - end); reach *= PROBE_GROWTH) {
    const z = end + (other > end ? reach : -reach);
    const there = along(z);
    if (there !== height) return there < height ? z : null;
  }
  return null;
}

/**
 * The same between the neighbours of a control in a sample, whose heights are known: over the whole bracket, so that it sees
 * more than the nearest minimum.
 */
export function minimizeBetween(
  f: (u: number) => number,
  scale: ControlScale,
  [low, start, high]: readonly [number, number, number],
  [atLow, atStart, atHigh]: readonly [number, number, number],
): void {
  const along = (z: number): number => f(scale.fromScaled(z));
  const [first, last] = [scale.toScaled(low), scale.toScaled(high)];
  if (!(last - first > 4 * RESOLUTION)) return;
  let inside = scale.toScaled(start);
  let height = atStart;
  if (start === low || start === high) {
    const next = start === low ? fallFrom(along, first, atStart, last) : fallFrom(along, last, atStart, first);
    if (next === null) return;
    inside = next;
    height = along(inside);
  }
  const found = minimizeByBrent(along, first, inside, last, atLow, height, atHigh, RESOLUTION);
  if (found - first <= 4 * RESOLUTION && start !== low) f(low);
  if (last - found <= 4 * RESOLUTION && start !== high) f(high);
}
