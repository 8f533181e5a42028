import { quantileSorted } from 'simple-statistics';
import { randomStream } from '../../math/random.js';
import { mean } from '../../math/vectors.js';

/** Share of draws in which a schedule must beat its null. */
export const SHARE_NEEDED = 0.9;

/** What one schedule gains over another, ln(loss of the other / its own loss). */
export interface Gain {
  readonly mean: number;
  /** Share of draws in which it is positive. */
  readonly share: number;
  readonly interval: [number, number];
}

/**
 * Gain of a candidate over another by draw, the held-out error of differences added: one error a draw for all.
 * @param losses - of each draw, of every candidate
 */
export function gainOver(
  losses: readonly (readonly number[])[],
  other: number,
  own: number,
  { error, seed }: { readonly error: number; readonly seed: number },
): Gain {
  const stream = randomStream(seed, 'decision/error');
  const gains = losses.map((row) => {
    const gain = Math.log(row[other] / row[own]) + error * stream.normal();
    return Number.isFinite(gain) ? gain : -Infinity;
  });
  const sorted = [...gains].sort((a, b) => a - b);
  return {
    mean: mean(gains),
    share: gains.filter((gain) => gain > 0).length / gains.length,
    interval: [quantileSorted(sorted, 0.05), quantileSorted(sorted, 0.95)],
  };
}

/** Of ln losses: what is told of them has no more figures than this. */
export function digits(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : -Number.MAX_VALUE;
}

export function percent(x: number): string {
  return `${(100 * x).toFixed(1)} %`;
}
