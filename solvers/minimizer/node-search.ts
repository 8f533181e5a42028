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

  /** @param cells - of the one control, for a search that is certain; null where it is sampled */
  constructor(d: Discretization, cells: readonly ControlCell[] | null) {
    this.d = d;
    this.hamiltonian = new NodeHamiltonian(d);
    this.point = nothingFound(d.controls);
    this.best = nothingFound(d.controls);
    this.cells = cells;
    this.cellSearch = cells === null ? null : new CellSearch(d, this.hamiltonian, this.visit);
    const lines: ControlLine[] = [];
    for (const j of setsFirst(d).reverse()) {
      const inner = lines[0] as ControlLine | undefined;
      const below = inner === undefined ? this.evaluate : (): Found => inner.search();
      lines.unshift(new ControlLine(j, 'values' in d.problem.controls[j], this.point.controls, below));
    }
    this.lines = lines;
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
    if (lines.length === 2 && !lines[0].isSet && before !== null) this.sweepFrom(before, node * d.controls, isThorough);
    else {
      store(best, lines[0].search());
      if (before !== null) this.searchFrom(before, node * d.controls);
    }
    return best;
  }

  /**
   * Two intervals, from the controls before: along one control and then the other while that gains. At a kink a sweep can stop
   * where both controls together would gain, and it sees one well: the whole search follows, unless the sweep ends in a corner
   * and a coarse lattice shows nothing better.
   */
  private sweepFrom(before: Float64Array, start: number, isThorough: boolean): void {
    const { lines, best } = this;
    this.clampInto(before, start);
    store(best, this.evaluate());
    this.sweep();
    const swept = best.height;
    const isCorner = lines.every((line) => line.isEnd(best.controls[line.axis]));
    const isWhole = isThorough && !isCorner;
    if (!isWhole) this.tryLattice();
    if (isWhole || isBetter(best.height, swept)) keepBetter(best, lines[0].search());
  }

  private tryLattice(): void {
    const { lines, point, best } = this;
    for (const first of lines[0].coarse()) {
      for (const second of lines[1].coarse()) {
        point.controls[0] = first;
        point.controls[1] = second;
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
