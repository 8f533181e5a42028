import { controlIntervals, sampleControls } from '../discretization/control-intervals.js';
import type { DifferenceInput } from '../discretization/differences.js';
import type { Discretization } from '../discretization/node-model.js';
import { NumberList } from '../discretization/number-list.js';
import type { LevelInput } from '../discretization/sample.js';
import { TOLERANCES } from '../kernels/tolerances.js';
import { CellSearch } from './cell-search.js';
import type { ControlCell } from './control-cells.js';
import { ControlScale } from './control-scale.js';
import { minimizeBetween, minimizeFrom } from './line-minimum.js';
import { NodeHamiltonian } from './node-hamiltonian.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;
const { MIN_VALUE, POSITIVE_INFINITY } = Number;
const { TIE } = TOLERANCES;

/** Sweeps along two controls in turn. */
const MOST_SWEEPS = 20;

/** Steps from a minimum, in shares of both ranges, that no search along one control has seen. */
const DIAGONALS = [1e-3, 0.03].flatMap((step) =>
  [1, -1].flatMap((a) => [1, -1].map((b) => [a * step, b * step] as const)),
);

/** Controls, the Hamiltonian under them times the sign of the objective, and the worst scenario. */
interface Found {
  readonly controls: number[];
  height: number;
  scenario: number;
}

function nothingFound(count: number): Found {
  return { controls: Array.from({ length: count }, () => 0), height: POSITIVE_INFINITY, scenario: 0 };
}

/**
 * The lowest Hamiltonian of one node after another. Finite sets are gone through. One control is searched with certainty where
 * the problem encloses its coefficients (`cell-search.ts`). Elsewhere it is sampled, and each place that is lowest among its
 * neighbours in the sample is refined between them by Brent's method, which finds the optimum where H has one between such
 * neighbours; of two controls the lowest Hamiltonian along the second is searched so over the first. A finite set beside an
 * interval comes first, so that the search along the interval meets one value of the set at a time. Ties go to the first.
 */
export class NodeSearch {
  /** Whether a run that is not thorough costs less: of two intervals. */
  readonly follows: boolean;
  /** Whether the last run is sure of the global optimum. */
  isCertain = false;
  private readonly d: Discretization;
  private readonly hamiltonian: NodeHamiltonian;
  private readonly cells: readonly ControlCell[] | null;
  private readonly cellSearch: CellSearch | null;
  /** One for each control, finite sets first, each the search along it at the best of those after it. */
  private readonly lines: readonly ControlLine[];
  /** The last evaluation. */
  private readonly point: Found;
  private readonly best: Found;
  private readonly other: Found;

  /** @param cells - of the one control, for a search that is certain; null where it is sampled */
  constructor(d: Discretization, cells: readonly ControlCell[] | null) {
    this.d = d;
    this.hamiltonian = new NodeHamiltonian(d);
    this.point = nothingFound(d.controls);
    this.best = nothingFound(d.controls);
    this.other = nothingFound(d.controls);
    this.cells = cells;
    this.cellSearch = cells === null ? null : new CellSearch(d, this.hamiltonian, this.visit);
    const lines: ControlLine[] = [];
    for (const j of setsFirst(d).reverse()) {
      const inner = lines[0] as ControlLine | undefined;
      const below = inner === undefined ? this.evaluate : (): Found => inner.search();
      lines.unshift(new ControlLine(j, 'values' in d.problem.controls[j], this.point.controls, below));
    }
    this.lines = lines;
    this.follows = lines.length === 2 && !lines[0].isSet;
  }

  /**
   * @param before - the controls of all nodes that the last improvement found, control fastest; null before the first
   * @param isThorough - whether two intervals are searched in whole where the best is in no corner
   * @returns of height Infinity where every control lets the state out; overwritten by the next run
   */
  run(
    node: number,
    level: LevelInput,
    input: DifferenceInput,
    V: Float64Array,
    before: Float64Array | null,
    isThorough: boolean,
  ): Found {
    const { d, lines, best, cells } = this;
    this.hamiltonian.moveTo(node, level, input, V);
    if (cells !== null) {
      this.runCells(node, level.t, before);
      return best;
    }
    for (const { axis, sample } of lines) sampleControls(d, d.problem.controls[axis], node, level.t, sample);
    for (const line of lines) line.isScaled();
    this.isCertain = lines.every(({ isSet }) => isSet);
    // Along a set a sweep would stop where another value is better only under another control of the interval.
    if (this.follows) this.sweepFrom(before, node, isThorough);
    else {
      store(best, lines[0].search());
      if (before !== null) this.searchFrom(before, node * d.controls);
    }
    return best;
  }

  /**
   * Two intervals, from the controls before, or from the best of a coarse lattice: along one control and then the other while
   * that gains. That is all of a run that follows, with a look at the corners. At a kink a sweep can stop where both controls
   * together would gain, and it sees one well: a thorough run searches in whole, unless the sweep ends in a corner and the
   * coarse lattice shows nothing better.
   */
  private sweepFrom(before: Float64Array | null, node: number, isThorough: boolean): void {
    const { d, lines, best } = this;
    const start = node * d.controls;
    best.height = POSITIVE_INFINITY;
    if (before === null) this.tryAll(lines[0].coarse(), lines[1].coarse());
    else {
      this.clampInto(before, start);
      store(best, this.evaluate());
      if (!isThorough) this.tryAll(lines[0].ends(), lines[1].ends());
    }
    this.sweep();
    if (!isThorough) return;
    const swept = best.height;
    const isCorner = lines.every((line) => line.isEnd(best.controls[line.axis]));
    if (isCorner && before !== null) this.tryAll(lines[0].coarse(), lines[1].coarse());
    const isDone = isCorner && !isBetter(best.height, swept);
    const isPolynomial = this.hamiltonian.isPolynomial && d.isConstrained[node] === 0;
    if (!isDone && (!isPolynomial || this.searchPieces())) keepBetter(best, lines[0].search());
  }

  /**
   * Where coefficients are polynomials of degree 2 in each control, H is one of few such polynomials, by the forms of the
   * differences: it has a minimum next to each place of the sample that is lower than all around it, from which a sweep goes
   * on; or one at a kink, which shows in the diagonals at the end of a sweep.
   *
   * @returns whether a diagonal shows something lower
   */
  private searchPieces(): boolean {
    const { lines, best, other } = this;
    const [firsts, seconds] = lines.map(({ sample }) => sample);
    const heights: number[] = [];
    for (let i = 0; i < firsts.length; i += 1)
      for (let j = 0; j < seconds.length; j += 1) heights.push(this.heightAt(firsts.data[i], seconds.data[j]));
    for (const k of lowestIn(heights, seconds.length)) {
      store(other, best);
      best.height = POSITIVE_INFINITY;
      keepBetter(best, this.at(firsts.data[Math.floor(k / seconds.length)], seconds.data[k % seconds.length]));
      this.sweep();
      if (!isBetter(best.height, other.height)) store(best, other);
    }
    const [u, w] = best.controls;
    const height = best.height;
    return DIAGONALS.some(([x, y]) => {
      const to = (list: typeof firsts, value: number, share: number): number =>
        min(max(value + share * (list.data[list.length - 1] - list.data[0]), list.data[0]), list.data[list.length - 1]);
      return isBetter(this.heightAt(to(firsts, u, x), to(seconds, w, y)), height);
    });
  }

  private heightAt(first: number, second: number): number {
    return this.at(first, second).height;
  }

  private at(first: number, second: number): Found {
    this.point.controls[0] = first;
    this.point.controls[1] = second;
    return this.evaluate();
  }

  private tryAll(firsts: ArrayLike<number>, seconds: ArrayLike<number>): void {
    const { point, best } = this;
    for (let i = 0; i < firsts.length; i += 1) {
      for (let j = 0; j < seconds.length; j += 1) {
        point.controls[0] = firsts[i];
        point.controls[1] = seconds[j];
        keepBetter(best, this.evaluate());
      }
    }
  }

  private sweep(): void {
    const { lines, point, best } = this;
    for (let count = 0; count < MOST_SWEEPS; count += 1) {
      const height = best.height;
      for (const { axis, along } of lines) {
        for (let j = 0; j < lines.length; j += 1) point.controls[j] = best.controls[j];
        along(best.controls[axis], this.pairAt[axis]);
      }
      if (!isBetter(best.height, height)) return;
    }
  }

  /** The Hamiltonian at another value of one control, the other as in `point`; the best is kept. */
  private readonly pairAt = [0, 1].map((axis) => (u: number): number => {
    this.point.controls[axis] = u;
    keepBetter(this.best, this.evaluate());
    return this.point.height;
  });

  private clampInto(before: Float64Array, start: number): void {
    for (const { axis, isSet, sample } of this.lines) {
      const u = before[start + axis];
      this.point.controls[axis] = isSet ? u : min(max(u, sample.data[0]), sample.data[sample.length - 1]);
    }
  }

  private runCells(node: number, t: number, before: Float64Array | null): void {
    const { d, best, cells } = this;
    const search = this.cellSearch!;
    best.height = POSITIVE_INFINITY;
    const intervals = controlIntervals(d, d.problem.controls[0], node, t);
    const [lower, upper] = [intervals[0][0], intervals[intervals.length - 1][1]];
    const start = before === null ? NaN : min(max(before[node], lower), upper);
    this.point.controls[0] = start;
    search.moveTo(node, before === null ? POSITIVE_INFINITY : this.evaluate().height);
    if (lower === upper) this.visit(lower);
    else {
      const scale = new ControlScale(lower, upper);
      for (const [from, to] of intervals) search.run(cells!, from, to, scale, start);
    }
    this.isCertain = !search.isUncertain;
    if (before === null) return;
    // So that no improvement is worse than the last one.
    this.visit(start);
  }

  private readonly visit = (u: number): number => {
    const { point, best } = this;
    point.controls[0] = u;
    this.evaluate();
    keepBetter(best, point);
    return point.height;
  };

  /** So that no improvement is worse than the last one: policy iteration could go round between optima that are missed. */
  private searchFrom(before: Float64Array, start: number): void {
    const { lines, point, best } = this;
    this.clampInto(before, start);
    if (!isBetter(this.evaluate().height, best.height)) return;
    store(best, point);
    const innermost = lines[lines.length - 1];
    keepBetter(best, innermost.refineAt(point.controls[innermost.axis]));
  }

  private readonly evaluate = (): Found => {
    const { point, hamiltonian } = this;
    point.height = hamiltonian.at(point.controls);
    point.scenario = hamiltonian.scenario;
    return point;
  };
}

/** The controls, finite sets before intervals. */
function setsFirst({ problem }: Discretization): number[] {
  const isSet = (j: number): boolean => 'values' in problem.controls[j];
  const all = problem.controls.map((_, j) => j);
  return [...all.filter(isSet), ...all.filter((j) => !isSet(j))];
}

/** The search along one control, those before it as they are in `controls`. */
class ControlLine {
  readonly sample = new NumberList();
  private readonly heights = new NumberList();
  private readonly best: Found;
  private readonly inBracket: Found;
  private scale = new ControlScale(0, 1);

  /** @param evaluate - the best under `controls` */
  constructor(
    readonly axis: number,
    readonly isSet: boolean,
    private readonly controls: number[],
    private readonly evaluate: () => Found,
  ) {
    this.best = nothingFound(controls.length);
    this.inBracket = nothingFound(controls.length);
  }

  /** Takes the scale of the bounds of the sample. */
  isScaled(): void {
    const { data, length } = this.sample;
    if (!this.isSet) this.scale = new ControlScale(data[0], data[length - 1]);
  }

  search(): Found {
    const { best, inBracket, heights } = this;
    const { data, length } = this.sample;
    best.height = POSITIVE_INFINITY;
    heights.clear();
    for (let i = 0; i < length; i += 1) {
      inBracket.height = POSITIVE_INFINITY;
      heights.push(this.at(data[i]));
      keepBetter(best, inBracket);
    }
    for (let i = 0; i < length && !this.isSet; i += 1) if (this.isLowest(i)) keepBetter(best, this.refine(i));
    return best;
  }

  /** Every other control of the sample. */
  coarse(): Float64Array {
    const { data, length } = this.sample;
    return data.subarray(0, length).filter((_, i) => i % 2 === 0 || i === length - 1);
  }

  ends(): readonly [number, number] {
    const { data, length } = this.sample;
    return [data[0], data[length - 1]];
  }

  /** Whether a control is at an end of the range. */
  isEnd(u: number): boolean {
    const { data, length } = this.sample;
    return u === data[0] || u === data[length - 1];
  }

  /** Evaluates f at both ends, and around a start until it is lowest. */
  readonly along = (start: number, f: (u: number) => number): void => {
    const { data, length } = this.sample;
    f(data[0]);
    f(data[length - 1]);
    minimizeFrom(f, this.scale, data[0], start, data[length - 1]);
  };

  /** At a control of the set; else between the neighbours of a control in the sample. */
  refineAt(u: number): Found {
    const { inBracket, sample, at, scale } = this;
    const { data, length } = sample;
    inBracket.height = POSITIVE_INFINITY;
    const height = at(u);
    if (this.isSet) return inBracket;
    let low = 0;
    let high = length - 1;
    while (low + 1 < length && data[low + 1] < u) low += 1;
    while (high > 0 && data[high - 1] > u) high -= 1;
    const unknown = POSITIVE_INFINITY;
    minimizeBetween(at, scale, [data[low], u, data[high]], [unknown, height, unknown]);
    return inBracket;
  }

  /** Not above the one before in the sample, and below the one after. */
  private isLowest(i: number): boolean {
    const { data, length } = this.heights;
    return (i === 0 || data[i] <= data[i - 1]) && (i + 1 === length || data[i] < data[i + 1]);
  }

  private refine(i: number): Found {
    const { inBracket, at, scale } = this;
    const { data } = this.sample;
    const { data: heights, length } = this.heights;
    const low = max(i - 1, 0);
    const high = min(i + 1, length - 1);
    inBracket.height = POSITIVE_INFINITY;
    minimizeBetween(at, scale, [data[low], data[i], data[high]], [heights[low], heights[i], heights[high]]);
    return inBracket;
  }

  private readonly at = (u: number): number => {
    const { controls, axis, inBracket } = this;
    controls[axis] = u;
    const found = this.evaluate();
    if (found.height <= inBracket.height) store(inBracket, found);
    return found.height;
  };
}

/** Places of a table, row by row, that are lower than all next to them, diagonals included. */
function lowestIn(heights: readonly number[], columns: number): number[] {
  const rows = heights.length / columns;
  return heights.flatMap((height, k) => {
    const [i, j] = [Math.floor(k / columns), k % columns];
    for (let a = max(i - 1, 0); a <= min(i + 1, rows - 1); a += 1)
      for (let b = max(j - 1, 0); b <= min(j + 1, columns - 1); b += 1)
        if ((a !== i || b !== j) && !isBetter(height, heights[a * columns + b])) return [];
    return [k];
  });
}

/** Beyond a tie. */
function isBetter(height: number, than: number): boolean {
  return height < than - TIE * (abs(height) + MIN_VALUE);
}

function keepBetter(best: Found, found: Found): void {
  if (isBetter(found.height, best.height)) store(best, found);
}

function store(into: Found, { controls, height, scenario }: Found): void {
  for (let j = 0; j < controls.length; j += 1) into.controls[j] = controls[j];
  into.height = height;
  into.scenario = scenario;
}
