import type { Jet } from '../../src/math/interval-jets.js';
import type { Interval } from '../../src/math/interval.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { ControlScale } from './control-scale.js';

/** What is known of every coefficient on a part of the control's range, whatever time, state and scenario. */
export interface ControlCell {
  readonly from: number;
  readonly to: number;
  /** Of each coefficient: 1 convex in the control, -1 concave, 0 affine, NaN not known. */
  readonly curvature: readonly number[];
  /** 1 where it does not fall, -1 where it does not rise, 0 where it does neither, NaN not known. */
  readonly slope: readonly number[];
  /** Whether it is 0 throughout. */
  readonly isZero: readonly boolean[];
}

/** Parts into which a range is cut at most, and the width of the narrowest, in the scaled variable, as a share of all. */
const MOST_CELLS = 1024;
const NARROWEST = 2e-4;

/** Cells that are cut on to the last number. */
const MOST_NARROWED = 256;

/** Cuts after which the share of the range that is not decided must have shrunk, or cutting ends. */
const TRIAL_CUTS = 64;
const TRIAL_SHARE = 0.75;

/**
 * Cuts the range of the one control where some coefficient passes from convex to concave, as far as interval arithmetic over
 * all times and states tells: once for a problem. On a cell every coefficient keeps its curvature, so that the Hamiltonian
 * under given differences is convex or concave there if all of its terms are.
 *
 * @param lower - smallest control at any node; `upper` the largest
 * @returns increasing, without gaps; one cell of which nothing is known where the problem gives no enclosures
 */
export function controlCells(problem: ControlProblem, lower: number, upper: number): readonly ControlCell[] {
  const { enclosures } = problem;
  if (enclosures === undefined || !(upper > lower))
    return [{ from: lower, to: upper, curvature: [], slope: [], isZero: [] }];
  const scale = new ControlScale(lower, upper);
  const narrowest = NARROWEST * (scale.toScaled(upper) - scale.toScaled(lower));
  const widthOf = ({ from, to }: ControlCell): number => scale.toScaled(to) - scale.toScaled(from);
  const cellOf = (from: number, to: number): ControlCell => cellFrom(problem, [from, to]);
  const done: ControlCell[] = [];
  let open = [cellOf(lower, upper)];
  let undecided = widthOf(open[0]);
  for (let cuts = 0, trial = TRIAL_CUTS; open.length > 0;) {
    const next: ControlCell[] = [];
    for (const cell of open) {
      const isOpen = !isDecided(cell) && widthOf(cell) > narrowest && cuts < MOST_CELLS;
      if (!isOpen) done.push(cell);
      else {
        const middle = scale.middle(cell.from, cell.to);
        next.push(cellOf(cell.from, middle), cellOf(middle, cell.to));
        cuts += 1;
      }
    }
    open = next;
    if (cuts < trial) continue;
    const left = open.filter((cell) => !isDecided(cell)).reduce((sum, cell) => sum + widthOf(cell), 0);
    // Not to be decided for all states at once: what is left is decided node by node.
    if (left > TRIAL_SHARE * undecided) {
      done.push(...open);
      break;
    }
    undecided = left;
    trial = 2 * cuts;
  }
  return merged(narrowed(done, cellOf, scale).sort((a, b) => a.from - b.from));
}

/**
 * Cells that are not decided, cut on as long as one half of them is: where a coefficient has a kink, a jump or an inflection
 * that no state moves, until nothing is left between two neighbouring numbers.
 */
function narrowed(
  cells: readonly ControlCell[],
  cellOf: (from: number, to: number) => ControlCell,
  scale: ControlScale,
): ControlCell[] {
  const open = cells.filter((cell) => !isDecided(cell));
  if (open.length > MOST_NARROWED) return [...cells];
  const out = cells.filter(isDecided);
  for (let cell of open) {
    for (;;) {
      const middle = scale.middle(cell.from, cell.to);
      if (!(middle > cell.from && middle < cell.to)) break;
      const halves = [cellOf(cell.from, middle), cellOf(middle, cell.to)];
      const left = halves.filter((half) => !isDecided(half));
      if (left.length !== 1) break;
      out.push(...halves.filter(isDecided));
      [cell] = left;
    }
    out.push(cell);
  }
  return out;
}

function isDecided({ curvature }: ControlCell): boolean {
  return curvature.length > 0 && !curvature.some(Number.isNaN);
}

/** What holds on part of the range for every time, state and scenario. */
function cellFrom(problem: ControlProblem, [from, to]: Interval): ControlCell {
  const { states, horizon, scenarios = 1, enclosures } = problem;
  const t: Interval = horizon === 'infinite' ? [0, 0] : [0, horizon];
  const x = states.map(({ grid }): Interval => [grid[0], grid[grid.length - 1]]);
  const all = Array.from({ length: scenarios }, (_, scenario) => enclosures!(t, x, [[from, to]], 0, scenario));
  const signs = (part: (jet: Jet) => Interval): number[] =>
    all[0].map((_, k) => common(all.map((jets) => signOf(part(jets[k])))));
  const isZero = all[0].map((_, k) => all.every((jets) => jets[k].value.every((end) => end === 0)));
  return { from, to, isZero, curvature: signs(({ curvature }) => curvature), slope: signs(({ slope }) => slope) };
}

function signOf([low, high]: Interval): number {
  if (low === 0 && high === 0) return 0;
  return low >= 0 ? 1 : high <= 0 ? -1 : NaN;
}

/** The sign of a sum of terms with these signs. */
export function common(signs: readonly number[]): number {
  let sign = 0;
  for (const one of signs) {
    if (one === 0) continue;
    if (Number.isNaN(one) || one === -sign) return NaN;
    sign = one;
  }
  return sign;
}

/** Neighbours of which the same is known are one. */
function merged(cells: readonly ControlCell[]): ControlCell[] {
  const out: ControlCell[] = [];
  for (const cell of cells) {
    const last = out.at(-1);
    const isSame =
      last !== undefined &&
      cell.curvature.every((sign, k) => Object.is(sign, last.curvature[k])) &&
      cell.slope.every((sign, k) => Object.is(sign, last.slope[k]));
    if (isSame) out[out.length - 1] = { ...last, to: cell.to };
    else out.push(cell);
  }
  return out;
}
