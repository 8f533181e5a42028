import { constant, type ControlSchedule } from './control.js';

/** Values [share of the run done, value], by increasing share. */
type Points = readonly (readonly [number, number])[];

/** A number, or its values at shares of the run. */
export type Scheduled = number | { readonly schedule: Points };

/** Linear between the points, and constant before the first and after the last. */
export function linearAt(value: Scheduled, share: number): number {
  if (typeof value === 'number') return value;
  const { schedule } = value;
  const next = schedule.findIndex(([at]) => at > share);
  if (next === 0) return schedule[0][1];
  if (next === -1) return schedule[schedule.length - 1][1];
  const [[from, low], [to, high]] = [schedule[next - 1], schedule[next]];
  return low + ((high - low) * (share - from)) / (to - from);
}

/** The value of the last point that is reached; before the first, its own. */
export function heldAt(value: Scheduled, share: number): number {
  if (typeof value === 'number') return value;
  const reached = value.schedule.filter(([at]) => at <= share);
  return (reached.length === 0 ? value.schedule[0] : reached[reached.length - 1])[1];
}

/** The values along a run of T updates; update k stands at the share k / T. */
export function alongRun(value: Scheduled, updates: number, valueAt: typeof linearAt): ControlSchedule {
  if (typeof value === 'number') return constant(value);
  return {
    at: (k) => valueAt(value, k / updates),
    varies: true,
    largest: Math.max(...value.schedule.map(([, height]) => height)),
  };
}
