import type { Issue } from '../../src/errors.js';
import { issueUnless } from '../input-issues.js';
import type { ControlBounds } from './problem.js';

export interface CharacteristicsOptions {
  /** Number N of equal intervals on which the controls are constant, or the times 0 = t_0 < ... < t_N = T between them. */
  readonly intervals: number | readonly number[];
  /** Runge-Kutta steps in an interval, an integer > 0; 1 where left out. */
  readonly substeps?: number;
  /** Controls to start from, constant in time, inside the bounds; the middle of the bounds where left out. */
  readonly initial?: readonly number[];
  /** On the residual, > 0; 1e-7 where left out. */
  readonly tolerance?: number;
  /** An integer > 0; 1000 where left out. */
  readonly maximumIterations?: number;
}

export interface ResolvedOptions {
  readonly times: readonly number[];
  readonly substeps: number;
  readonly initial: readonly number[];
  readonly tolerance: number;
  readonly maximumIterations: number;
}

/** Every option with its default filled in; check `optionIssues` first. */
export function resolveOptions(
  options: CharacteristicsOptions,
  horizon: number,
  controls: readonly ControlBounds[],
): ResolvedOptions {
  const { intervals, substeps = 1, initial, tolerance = 1e-7, maximumIterations = 1000 } = options;
  const times = typeof intervals === 'number' ? equalTimes(horizon, intervals) : intervals;
  return { times, substeps, initial: initial ?? controls.map(middle), tolerance, maximumIterations };
}

export function optionIssues(
  options: CharacteristicsOptions,
  horizon: number,
  controls: readonly ControlBounds[],
): Issue[] {
  const { substeps = 1, initial, tolerance = 1e-7, maximumIterations = 1000 } = options;
  return [
    ...intervalIssues(options.intervals, horizon),
    ...issueUnless(isCount(substeps), 'substeps', 'must be an integer > 0'),
    ...issueUnless(isCount(maximumIterations), 'maximumIterations', 'must be an integer > 0'),
    ...issueUnless(tolerance > 0, 'tolerance', 'must be > 0'),
    ...(initial === undefined ? [] : controlIssues('initial', initial, controls)),
  ];
}

/** Whether `values` are one finite number for each control, inside its bounds. */
export function controlIssues(path: string, values: readonly number[], controls: readonly ControlBounds[]): Issue[] {
  if (values.length !== controls.length) return [{ path, message: `must hold ${controls.length} numbers` }];
  return controls.flatMap(({ lower, upper }, j) => {
    const isInside = Number.isFinite(values[j]) && values[j] >= lower && values[j] <= upper;
    return issueUnless(isInside, `${path}.${j}`, `${values[j]} is not in [${lower}, ${upper}]`);
  });
}

export function intervalIssues(intervals: number | readonly number[], horizon: number): Issue[] {
  if (typeof intervals === 'number') return issueUnless(isCount(intervals), 'intervals', 'must be an integer > 0');
  const last = intervals[intervals.length - 1];
  const increases = intervals.length > 1 && intervals.every((time, k) => k === 0 || time > intervals[k - 1]);
  const message = `must be increasing times from 0 to the horizon ${horizon}`;
  return issueUnless(increases && intervals[0] === 0 && last === horizon, 'intervals', message);
}

export function equalTimes(horizon: number, intervals: number): number[] {
  return Array.from({ length: intervals + 1 }, (_, k) => (horizon * k) / intervals);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

/** Of finite bounds; else the number inside that is closest to zero. */
function middle({ lower, upper }: ControlBounds): number {
  const centre = (lower + upper) / 2;
  return Number.isFinite(centre) ? centre : Math.min(upper, Math.max(lower, 0));
}
