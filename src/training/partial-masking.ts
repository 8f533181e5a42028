import type { LogMeasurement } from '../artifacts/experiment/measurements.js';
import type { ScoreWarning } from '../artifacts/training-log/training-log.js';
import { mean } from '../math/vectors.js';

/** By how much of the training loss the gap may be above the smallest one before it. */
const GROWTH = 0.1;
/** Measurements whose mean counts: one is of a minibatch alone. */
const WINDOW = 3;

/**
 * A warning where the measurement `attack_gap` says that gradients are masked in part: with the radius of the end of the run,
 * the mean of the last three gaps is above the smallest mean of three before it by more than a tenth of the training loss.
 */
export function partialMasking(measurements: readonly LogMeasurement[]): ScoreWarning[] {
  const gaps = measurements.flatMap((row) =>
    row.measurement === 'attack_gap' && row.full_strength ? [Number(row.gap)] : [],
  );
  const means = gaps.slice(WINDOW - 1).map((_, i) => mean(gaps.slice(i, i + WINDOW)));
  const last = means.at(-1);
  if (last === undefined) return [];
  const least = Math.min(...means);
  if (!(last > GROWTH && last - least > GROWTH)) return [];
  const message = `A fresh attack raises the loss by ${percent(last)} over what training sees, ${percent(least)} at best before: gradients are masked in part, so train with more steps, or with a ramp of eps.`;
  return [{ code: 'partial_masking', message }];
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
