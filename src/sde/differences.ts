import type { ExpectationMethod } from './expectation/expectation.js';

const abs = Math.abs;
const max = Math.max;

type MeanField = (theta: Float64Array) => { readonly values: Float64Array; readonly scale: number };

/** Widest step of the differences, relative to 1 + |theta|, by the method of the expectations. */
const WIDEST: Readonly<Record<ExpectationMethod, number>> = { exact: 2e-3, quadrature: 2e-3, monte_carlo: 0.05 };
/** Each step is this much shorter than the one before. */
const SHRINK = 4;
const MOST_STEPS = 6;
/** Steps are short enough once this is all they change, relative to the size of the update direction. */
const SETTLED = 1e-8;

/**
 * D hbar by central differences of fourth order, column by column, [weights, weights]: where the update direction jumps in
 * the sample, the mean of its derivatives is not the derivative of its mean. The step is shortened until it no longer
 * matters; over Monte Carlo samples, which are the same at both ends, it stays wide, because the noise grows as it shrinks.
 */
export function meanFieldDifferences(
  meanField: MeanField,
  theta: ArrayLike<number>,
  method: ExpectationMethod,
  out: Float64Array,
): void {
  const n = theta.length;
  const { scale } = meanField(Float64Array.from(theta));
  for (let j = 0; j < n; j += 1) {
    const widest = WIDEST[method] * (1 + abs(theta[j]));
    const column = (h: number): Float64Array => difference(meanField, theta, j, h);
    const found = method === 'monte_carlo' ? column(widest) : settled(column, widest, scale);
    for (let i = 0; i < n; i += 1) out[i * n + j] = found[i];
  }
}

/** The difference whose step matters least. */
function settled(column: (h: number) => Float64Array, widest: number, scale: number): Float64Array {
  let before = column(widest);
  let [best, least] = [before, Infinity];
  for (let k = 1; k < MOST_STEPS; k += 1) {
    const next = column(widest / SHRINK ** k);
    const change = largest(next.map((value, i) => value - before[i]));
    if (change < least) [best, least] = [next, change];
    if (change <= SETTLED * max(scale, largest(next))) break;
    before = next;
  }
  return best;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => max(most, abs(value)), 0);
}

/** (8 (f(+h) - f(-h)) - (f(+2h) - f(-2h))) / 12 h */
function difference(meanField: MeanField, theta: ArrayLike<number>, j: number, h: number): Float64Array {
  const at = (steps: number): Float64Array => {
    const moved = Float64Array.from(theta);
    moved[j] += steps * h;
    return meanField(moved).values;
  };
  const [above, below, farAbove, farBelow] = [at(1), at(-1), at(2), at(-2)];
  return above.map((value, i) => (8 * (value - below[i]) - (farAbove[i] - farBelow[i])) / (12 * h));
}
