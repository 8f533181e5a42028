import type { Policy, PolicyControl, PolicyTable } from '../../artifacts/policy/policy.js';
import { bracket, interpolateTable, nearestTable } from '../../math/interpolation.js';

/** The policy's own time of update k in a run of T updates: k, or k horizon / T where the file says `scale`. */
export function policyTime({ time }: Policy, k: number, updates: number): number {
  return time.stretch === 'scale' ? (k * time.horizon) / updates : k;
}

/** Whether update k lies past the end of the policy: of the run where time is scaled, else of the horizon. */
export function isPastHorizon({ time }: Policy, k: number, updates: number): boolean {
  return k >= (time.stretch === 'scale' ? updates : time.horizon);
}

/**
 * The open-loop value of a control at the policy's time: linear between its points, constant outside them, and between points
 * of one value that value itself, unrounded.
 */
export function openLoopValue({ open_loop: { updates, values } }: PolicyControl, time: number): number {
  const { index, weight } = bracket({ coordinate: 'identity', grid: updates }, time);
  if (weight === 0 || values[index] === values[index + 1]) return values[index];
  return (1 - weight) * values[index] + weight * values[index + 1];
}

/**
 * The value of a table at (time, states): multilinear in axis space (ln where an axis says `log`), or the nearest node;
 * clamped to the edges; then exp where the values are logarithms.
 */
export function tableValue(table: PolicyTable, point: readonly number[]): number {
  const read = table.interpolation === 'linear' ? interpolateTable : nearestTable;
  const value = read(table.axes, table.values, point);
  return table.value_scale === 'log' ? Math.exp(value) : value;
}

/** Whether every state is finite and inside its interval of `support`; a state without one has no bounds. */
export function isSupported({ support }: Policy, names: readonly string[], states: readonly number[]): boolean {
  return names.every((name, i) => {
    const [low, high] = Object.hasOwn(support, name) ? support[name] : [-Infinity, Infinity];
    return Number.isFinite(states[i]) && states[i] >= low && states[i] <= high;
  });
}
