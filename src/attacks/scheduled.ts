import { z } from 'zod';
import { fraction, isIncreasing } from '../artifacts/shared/common.js';
import type { AttackControlName } from './attack.js';

/** A number, or its values at shares of the run. */
export type Scheduled = number | { readonly schedule: readonly (readonly [number, number])[] };

/** The same as a file may have it, a ramp by its short name included. */
export type ScheduledInput =
  Scheduled | { readonly value: number; readonly ramp: { readonly from?: number; readonly over?: number } };

/** Controls of an attack for which its description may give a schedule. */
export const SCHEDULABLE = ['attack_eps', 'attack_steps'] as const;

/** How a control goes from one point of a schedule to the next. */
export type Between = 'linear' | 'held';

/** Of each control how it goes between the points of a schedule. */
export const BETWEEN: Readonly<Record<AttackControlName, Between>> = {
  attack_eps: 'linear',
  attack_steps: 'held',
  attack_step_size: 'linear',
};

/** The same for whoever writes a schedule. */
const BETWEEN_WORDS: Readonly<Record<Between, string>> = {
  linear: 'the number is linear between them, and constant before the first and after the last',
  held: 'the number of a point holds until the next one, and that of the first before it too',
};

/** A number, or points [share of the run done, number] between which it goes. */
export function scheduled(value: z.ZodType<number>, between: Between) {
  const points = z
    .array(z.tuple([fraction, value]))
    .min(1)
    .refine((all) => isIncreasing(all.map(([share]) => share)), { error: 'must have increasing shares of the run' });
  const words = `Points [share of the run done, number] of a schedule, by increasing share; ${BETWEEN_WORDS[between]}.`;
  const schedule = z.strictObject({ schedule: points.describe(words) });
  return z
    .union(between === 'linear' ? [value, schedule, ramped(value)] : [value, schedule])
    .describe(`${value.description ?? ''} A number, or a schedule of it along the run.`.trimStart());
}

/**
 * A ramp by its short name, resolved to the schedule that it is: from a share of the number at the start of the run, straight
 * up to the number when a share of the run is done. For example
 *   { "value": 0.1, "ramp": { "from": 0.5, "over": 0.3 } } is { "schedule": [[0, 0.05], [0.3, 0.1]] }.
 */
function ramped(value: z.ZodType<number>) {
  const ramp = z.strictObject({
    from: fraction.default(0.5).describe('Share of the value from which the ramp rises, in [0, 1]; 0.5 by default.'),
    over: fraction
      .refine((share) => share > 0, { error: 'must be above 0' })
      .default(0.3)
      .describe('Share of the run over which the ramp rises, in (0, 1]; 0.3 by default.'),
  });
  return z
    .strictObject({
      value: value.describe('Number that holds once the ramp is over.'),
      ramp: ramp.describe('Linear rise to the value at the start of the run.'),
    })
    .transform(({ value: last, ramp: { from, over } }): Scheduled => ({
      schedule: [
        [0, from * last],
        [over, last],
      ],
    }));
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
