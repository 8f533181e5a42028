import { HjbLrError } from '../../src/errors.js';
import { ControlScale } from './control-scale.js';

/** First step of a descent, as a share of the range in the scaled variable, and what it shrinks by where nothing is lower. */
const FIRST_STEP = 1e-2;
const SHRINKING = 4;

/** Rounds of a descent along all controls in turn. */
const ROUNDS = 3;

/** Distances from the lowest control at which heights are compared: twice the same factor apart. */
const DISTANCES = [1e-4, 1e-8, 1e-12];

/** The second fall over the first from which on a function falls without end: 1 of a logarithm, 10^(-4 p) of |u|^p. */
const GOES_ON = 0.7;

/** Falls that count, relative to the height. */
const NOTABLE = 1e-9;

/**
 * Whether a function of the controls falls without end next to a control where it was found to be lowest: its descent goes on
 * to the last number, and the falls from a distance of 1e-4 to 1e-8 and from there to 1e-12 do not shrink. A pole or a
 * logarithm does so; what is continuous with a power of the distance does not.
 *
 * @param ranges - of each control
 * @param start - controls inside of them
 * @returns the control along which, and where; null where the function has a least value as far as this tells
 */
export function bottomlessFrom(
  height: (u: readonly number[]) => number,
  ranges: readonly (readonly [number, number])[],
  start: readonly number[],
): { readonly control: number; readonly at: number } | null {
  const f = (u: readonly number[]): number => orInfinite(() => height(u));
  const u = [...start];
  for (let round = 0; round < ROUNDS; round += 1) ranges.forEach((range, j) => descend(f, u, j, range));
  const least = f(u);
  for (const [j, [lower, upper]] of ranges.entries()) {
    const size = Math.max(Math.abs(u[j]), 1e-3 * Math.min(upper - lower, 1));
    const [far, near, next] = DISTANCES.map((distance) => {
      const sides = [-1, 1].map((sign) => u[j] + sign * distance * size).filter((v) => v > lower && v < upper);
      return Math.min(...sides.map((v) => f(u.map((value, k) => (k === j ? v : value)))));
    });
    const isDeep = near - next > NOTABLE * Math.abs(least);
    if (far > near && isDeep && near - next >= GOES_ON * (far - near)) return { control: j, at: u[j] };
  }
  return null;
}

/** Moves along one control to lower values, until no number next to it is lower. */
function descend(
  f: (u: readonly number[]) => number,
  u: number[],
  j: number,
  [lower, upper]: readonly [number, number],
): void {
  if (!(upper > lower)) return;
  const scale = new ControlScale(lower, upper);
  let z = scale.toScaled(u[j]);
  let least = f(u);
  const smallest = Number.EPSILON * Math.max(1, Math.abs(z));
  for (let step = FIRST_STEP; step > smallest;) {
    const own = u[j];
    const lowerAt = [z - step, z + step].find((other) => {
      u[j] = scale.fromScaled(other);
      return f(u) < least;
    });
    if (lowerAt === undefined) {
      u[j] = own;
      step /= SHRINKING;
    } else {
      z = lowerAt;
      least = f(u);
    }
  }
}

/** At a control where the problem says nothing finite there is no height. */
function orInfinite(height: () => number): number {
  try {
    return height();
  } catch (error) {
    if (error instanceof HjbLrError && error.code === 'E_INVALID') return Infinity;
    throw error;
  }
}
