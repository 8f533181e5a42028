import type { Interval } from '../../src/math/interval.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { combinations, controlAt } from '../problem/probe.js';

/** Shares of an axis, and of all controls alike, at which functions of time are enclosed. */
const STATE_SHARES = [0.137, 0.5, 0.829];
const CONTROL_SHARES = [0, 0.5, 1];

/** What an enclosure over an interval has beyond the values at its ends that counts, relative to the range over time. */
const NOTABLE = 0.002;

/** Intervals shorter than this share of the horizon are not cut, and no more of them than so many. */
const SHORTEST = 1e-9;
const MOST_CUTS = 3000;

/** Lowest and highest values of all functions on an interval of time. */
type Bounds = readonly Interval[];

/**
 * Instants between the levels at which drift, covariance or running cost may be other than at the levels around them: an
 * interval is cut in half as long as their enclosures over it have values that are at neither end. A pulse is found however
 * short it is, down to a billionth of the horizon. None for a problem without enclosures.
 */
export function hiddenInstants(problem: ControlProblem): number[] {
  const { times, timeDependent, enclosures } = problem;
  if (enclosures === undefined || timeDependent === false || times.length < 2) return [];
  const over = boundsOf(problem);
  const horizon = times[times.length - 1];
  const pieces = times.slice(1).map((to, k) => over([times[k], to]));
  const ranges = pieces[0].map((_, f) => lengthOf(pieces.map((bounds) => bounds[f])));
  const found: number[] = [];
  let open = times.slice(1).map((to, k): Interval => [times[k], to]);
  for (let cuts = 0; open.length > 0 && cuts < MOST_CUTS;) {
    const next: Interval[] = [];
    for (const [from, to] of open) {
      const middle = (from + to) / 2;
      if (!(to - from > SHORTEST * horizon) || !hasMore(over, [from, to], ranges)) continue;
      found.push(middle);
      next.push([from, middle], [middle, to]);
      cuts += 1;
    }
    open = next;
  }
  return found;
}

function boundsOf(problem: ControlProblem): (t: Interval) => Bounds {
  const { states, controls, scenarios = 1, enclosures } = problem;
  const points = [...combinations(states.map(({ grid }) => STATE_SHARES.map((share) => between(grid, share))))];
  const count = Math.min(scenarios, 2);
  return (t) =>
    points.flatMap((x) =>
      CONTROL_SHARES.slice(0, controls.length === 0 ? 1 : 3).flatMap((share) => {
        const u = controls.map((axis) => pointAt(controlAt(axis, t[0], x, share)));
        return Array.from({ length: count }, (_, s) => enclosures!(t, x.map(pointAt), u, 0, s).map(({ value }) => value)).flat(); // prettier-ignore
      }),
    );
}

function hasMore(over: (t: Interval) => Bounds, [from, to]: Interval, ranges: readonly number[]): boolean {
  const [whole, low, high] = [over([from, to]), over([from, from]), over([to, to])];
  return whole.some(([least, most], f) => {
    const beyond = Math.max(Math.min(low[f][0], high[f][0]) - least, most - Math.max(low[f][1], high[f][1]));
    return ranges[f] > 0 && beyond > NOTABLE * ranges[f];
  });
}

function pointAt(value: number): Interval {
  return [value, value];
}

/** 0 where it is not finite: nothing is then told. */
function lengthOf(intervals: readonly Interval[]): number {
  const length = Math.max(...intervals.map(([, most]) => most)) - Math.min(...intervals.map(([least]) => least));
  return Number.isFinite(length) ? length : 0;
}

function between(grid: readonly number[], share: number): number {
  return grid[0] + share * (grid[grid.length - 1] - grid[0]);
}
