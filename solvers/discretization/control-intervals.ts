import type { ControlAxis } from '../problem/control-problem.js';
import { problemFault } from './faults.js';
import type { Discretization } from './node-model.js';
import type { NumberList } from './number-list.js';

/** Breaks closer than this to each other or to a bound, relative to the larger bound, count as one. */
const SAME_BREAK = 1e-9;

/** Parts into which each interval between breaks is cut where the minimiser is searched: of one control, of two. */
const SAMPLE_PARTS = { one: 24, two: 8 };

/** Part of the control of the polynomials, under one value of the finite control beside it (0 where there is none). */
export interface ControlInterval {
  readonly from: number;
  readonly to: number;
  readonly choice: number;
}

/** The control interval of a node cut at its breaks; one point where its bounds agree, points for a finite set. */
export function controlIntervals(
  d: Discretization,
  axis: ControlAxis,
  node: number,
  t: number,
): readonly (readonly [number, number])[] {
  if ('values' in axis) return axis.values.map((u) => [u, u] as const);
  const x = d.x[node];
  const lower = axis.lower(t, x);
  const upper = axis.upper(t, x);
  if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower <= upper)) {
    throw problemFault(d, node, t, 'controls', `the bounds of ${axis.name} are [${lower}, ${upper}]`);
  }
  const gap = SAME_BREAK * Math.max(Math.abs(lower), Math.abs(upper));
  if (upper - lower <= gap) return [[lower, lower]];
  if (axis.breaks === undefined) return [[lower, upper]];
  const ends = [lower];
  for (const u of [...axis.breaks(t, x)].sort((a, b) => a - b)) {
    if (Number.isNaN(u)) throw problemFault(d, node, t, 'controls', `a break of ${axis.name} is NaN`);
    if (u > ends[ends.length - 1] + gap && u < upper - gap) ends.push(u);
  }
  return [...ends, upper].slice(1).map((to, i) => [ends[i], to] as const);
}

/** Even controls on every interval between breaks, ends included, into `out`; the values of a finite set. */
export function sampleControls(d: Discretization, axis: ControlAxis, node: number, t: number, out: NumberList): void {
  const parts = d.controls > 1 ? SAMPLE_PARTS.two : SAMPLE_PARTS.one;
  out.clear();
  for (const [from, to] of controlIntervals(d, axis, node, t)) {
    if (out.length === 0 || from !== out.data[out.length - 1]) out.push(from);
    for (let i = 1; from < to && i <= parts; i += 1) out.push(i === parts ? to : from + (i * (to - from)) / parts);
  }
}
