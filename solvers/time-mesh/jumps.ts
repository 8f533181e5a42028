import type { ControlProblem } from '../problem/control-problem.js';
import { combinations, controlAt } from '../problem/probe.js';
import { hiddenInstants } from './hidden.js';
import type { Jump } from './mesh.js';

/** Instants at which the functions of a problem are looked at, at most, and of an interval. */
const MOST_INSTANTS = 6000;
const PER_INTERVAL = 64;

/** Shares of an axis and of a control at which they are. */
const STATE_SHARES = [0.137, 0.5, 0.829];
const CONTROL_SHARES = [0, 0.5, 1];

/** A change between two instants that counts, relative to all changes. */
const NOTABLE = 0.02;

/** A change that does not shrink to this share of it as its interval does by a thousand is a jump. */
const STAYS = 0.7;

const MOST_JUMPS = 64;

/** Of a function over an interval, relative to its range, beyond which the interval is cut. */
const UNRESOLVED = 0.2;
const CUT_PARTS = 16;

/** Values inside of an interval beyond those at its ends that count, relative to the range. */
const HIDDEN = 0.002;

/** Where a function changes within less than that, levels follow it: in steps of this share of its change, so many at most. */
const FOLLOWED = 0.02;
const MOST_LEVELS = 400;

/** Where in time drift, covariance, running cost, bounds or faces of a problem jump, or change within one interval. */
export function timeStructure(problem: ControlProblem): { jumps: Jump[]; cuts: Map<number, number>; levels: number[] } {
  const { times } = problem;
  const jumps: Jump[] = [];
  const cuts = new Map<number, number>();
  const levels: number[] = [];
  if (!changesInTime(problem)) return { jumps, cuts, levels };
  const per = Math.max(4, Math.min(PER_INTERVAL, Math.floor(MOST_INSTANTS / (times.length - 1))));
  const probe = probeOf(problem);
  const instants = times
    .slice(0, -1)
    .flatMap((t, k) => Array.from({ length: per }, (_, j) => t + (j / per) * (times[k + 1] - t)));
  instants.push(times[times.length - 1]);
  const hidden = hiddenInstants(problem);
  if (hidden.length > 0) instants.splice(0, instants.length, ...[...new Set([...instants, ...hidden])].sort((a, b) => a - b)); // prettier-ignore
  const rows = instants.map(probe);
  const ranges = rows[0].map((_, f) => spanOf(rows.map((row) => row[f])));
  const share = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((most, value, f) => (ranges[f] > 0 ? Math.max(most, Math.abs(value - b[f]) / ranges[f]) : most), 0);
  for (let i = 0; i + 1 < instants.length && jumps.length < MOST_JUMPS; i += 1) {
    if (share(rows[i], rows[i + 1]) < NOTABLE) continue;
    const found = jumpBetween(instants[i], instants[i + 1], probe, share);
    if (found !== null) jumps.push(found);
  }
  times.slice(0, -1).forEach((t, k) => {
    const within = rows.filter((_, i) => instants[i] >= t && instants[i] <= times[k + 1]);
    const hasJump = jumps.some(({ before }) => before >= t && before < times[k + 1]);
    if (hasJump) return;
    const spans = ranges.map((_, f) => spanOf(within.map((row) => row[f])));
    const isHidden = hidden.some((instant) => instant > t && instant < times[k + 1]) && goesBeyondEnds(within, ranges);
    if (isHidden) levels.push(...followed(t, times[k + 1], instants, rows, spans));
    else if (spans.some((span, f) => span > UNRESOLVED * ranges[f])) cuts.set(t, CUT_PARTS);
  });
  // A horizon of a few steps in which everything changes is what it is.
  if (cuts.size > times.length / 4) cuts.clear();
  if (levels.length > Math.max(MOST_LEVELS, times.length)) levels.length = 0;
  return { jumps, cuts, levels };
}

/** Whether some function has values inside of an interval that are at neither end of it. */
function goesBeyondEnds(within: readonly (readonly number[])[], ranges: readonly number[]): boolean {
  const [first, last] = [within[0], within[within.length - 1]];
  return ranges.some((range, f) =>
    within.some((row) => {
      const beyond = Math.max(row[f] - Math.max(first[f], last[f]), Math.min(first[f], last[f]) - row[f]);
      return beyond > HIDDEN * range;
    }),
  );
}

/**
 * Levels inside of an interval between which no function changes by more than a share of what it does over the interval, by
 * halving.
 */
function followed(
  from: number,
  to: number,
  instants: readonly number[],
  rows: readonly (readonly number[])[],
  spans: readonly number[],
): number[] {
  const inside = rows.filter((_, i) => instants[i] >= from && instants[i] <= to);
  const isUneven = spans.some((span, f) => span > 0 && spanOf(inside.map((row) => row[f])) > FOLLOWED * span);
  if (!isUneven || inside.length < 3) return [];
  const middle = (from + to) / 2;
  return [...followed(from, middle, instants, rows, spans), middle, ...followed(middle, to, instants, rows, spans)];
}

function changesInTime({ horizon, timeDependent, states, obstacle }: ControlProblem): boolean {
  if (horizon === 'infinite') return false;
  const hasFaces = states.some(({ boundary }) => boundary.some((face) => typeof face === 'object'));
  return timeDependent !== false || hasFaces || obstacle !== undefined;
}

type Probe = (t: number) => number[];

/** Everything that a problem says at a time, at a few states under a few controls, as one list. */
function probeOf(problem: ControlProblem): Probe {
  const { states, controls, drift, covariance, runningCost, obstacle } = problem;
  const n = states.length;
  const points = [...combinations(states.map(({ grid }) => STATE_SHARES.map((s) => between(grid, s))))];
  const [b, S] = [new Float64Array(n), new Float64Array(n * n)];
  const faces = states.flatMap(({ boundary, grid }, d) =>
    boundary.flatMap((face, side) => {
      if (typeof face !== 'object') return [];
      const give = 'dirichlet' in face ? face.dirichlet : face.slope;
      const at = grid[side * (grid.length - 1)];
      return [(t: number, x: readonly number[]): number => give(t, x.map((value, k) => (k === d ? at : value)))]; // prettier-ignore
    }),
  );
  const isTimed = problem.timeDependent !== false;
  return (t) => {
    const row: number[] = [];
    for (const x of points) {
      for (const face of faces) row.push(face(t, x));
      if (obstacle !== undefined) row.push(obstacle(t, x));
      if (!isTimed) continue;
      const bounds = controls.map((axis) => CONTROL_SHARES.map((share) => controlAt(axis, t, x, share)));
      for (const u of combinations(bounds)) {
        drift(t, x, u, b, 0);
        covariance(t, x, u, S, 0);
        row.push(runningCost(t, x, u, 0), ...b, ...S);
      }
      row.push(...bounds.flat());
    }
    return row;
  };
}

function between(grid: readonly number[], share: number): number {
  return grid[0] + share * (grid[grid.length - 1] - grid[0]);
}

function spanOf(values: readonly number[]): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return Number.isFinite(high - low) ? high - low : 0;
}

/** Halves towards the larger change; null where it shrinks with the interval. */
function jumpBetween(
  from: number,
  to: number,
  probe: Probe,
  share: (a: readonly number[], b: readonly number[]) => number,
): Jump | null {
  let [before, behind] = [from, to];
  let [low, high] = [probe(from), probe(to)];
  const whole = share(low, high);
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (before + behind) / 2;
    if (!(middle > before && middle < behind)) break;
    const at = probe(middle);
    if (share(low, at) >= share(at, high)) [behind, high] = [middle, at];
    else [before, low] = [middle, at];
    if (halving === 10 && share(low, high) < STAYS * whole) return null;
  }
  return { before, behind };
}
