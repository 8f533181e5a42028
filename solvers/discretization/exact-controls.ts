import type { ControlAxis } from '../problem/control-problem.js';

/** How the exact minimiser sees the controls. */
export interface ExactControls {
  /** The one in which the coefficients are polynomials: an interval, or a finite set that is alone; null without controls. */
  readonly axis: ControlAxis | null;
  /** Its place among the controls. */
  readonly index: number;
  /** Values of the finite set beside it, of which each has pieces of its own; null without one. */
  readonly values: readonly number[] | null;
}

/** Null where controls can only be searched together: two intervals, or two finite sets. */
export function exactControls(controls: readonly ControlAxis[]): ExactControls | null {
  if (controls.length < 2) return { axis: controls[0] ?? null, index: 0, values: null };
  const index = 'values' in controls[0] ? 1 : 0;
  const [axis, other] = [controls[index], controls[1 - index]];
  if ('values' in axis || !('values' in other)) return null;
  return { axis, index, values: other.values };
}

/** All controls, the one of the polynomials being u and the finite one its value number `choice`. */
export function controlsWith({ index, values }: ExactControls, choice: number, u: number): number[] {
  if (values === null) return [u];
  return index === 0 ? [u, values[choice]] : [values[choice], u];
}

/** Values that have pieces of their own: 1 without a finite set beside an interval. */
export function choiceCount(exact: ExactControls | null): number {
  return exact?.values?.length ?? 1;
}
