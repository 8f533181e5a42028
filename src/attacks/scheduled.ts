import { z } from 'zod';
import { fraction, isIncreasing } from '../artifacts/shared/common.js';

/** A number, or its values at shares of the run. */
export type Scheduled = number | { readonly schedule: readonly (readonly [number, number])[] };

/** Controls of an attack for which its description may give a schedule. */
export const SCHEDULABLE = ['attack_eps', 'attack_steps'] as const;

/** How a control goes from one point of a schedule to the next. */
export type Between = 'linear' | 'held';

/** A number, or points [share of the run done, number] between which it goes. */
export function scheduled(value: z.ZodType<number>) {
  const points = z
    .array(z.tuple([fraction, value]))
    .min(1)
    .refine((all) => isIncreasing(all.map(([share]) => share)), { error: 'must have increasing shares of the run' });
  return z.union([value, z.strictObject({ schedule: points })]);
}

/** What a control is when a share of the run is done. */
export function valueAt(value: Scheduled, between: Between, share: number): number {
  return between === 'linear' ? linearAt(value, share) : heldAt(value, share);
}

/** Linear between the points, and constant before the first and after the last. */
function linearAt(value: Scheduled, share: number): number {
  if (typeof value === 'number') return value;
  const { schedule } = value;
  const next = schedule.findIndex(([at]) => at > share);
  if (next === 0) return schedule[0][1];
  if (next === -1) return schedule[schedule.length - 1][1];
  const [[from, low], [to, high]] = [schedule[next - 1], schedule[next]];
  return low + ((high - low) * (share - from)) / (to - from);
}

/** The value of the last point that is reached; before the first, its own. */
function heldAt(value: Scheduled, share: number): number {
  if (typeof value === 'number') return value;
  const reached = value.schedule.filter(([at]) => at <= share);
  return (reached.length === 0 ? value.schedule[0] : reached[reached.length - 1])[1];
}
