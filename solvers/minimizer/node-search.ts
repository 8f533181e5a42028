import { minimizeByBrent } from '../../src/math/brent.js';
import { sampleControls } from '../discretization/control-intervals.js';
import type { DifferenceInput } from '../discretization/differences.js';
import { TOLERANCES } from '../kernels/tolerances.js';
import { NodeHamiltonian } from './node-hamiltonian.js';
import type { Discretization } from '../discretization/node-model.js';
import { NumberList } from '../discretization/number-list.js';
import type { LevelInput } from '../discretization/sample.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;
const { MIN_VALUE, POSITIVE_INFINITY } = Number;
const { TIE } = TOLERANCES;

/** A refinement ends at this share of its bracket. */
const BRACKET_SHARE = 1e-7;

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
 * The lowest Hamiltonian of one node after another. It is sampled at even controls of every interval between breaks, and
 * each place that is lowest among its neighbours in the sample is refined between them by Brent's method; of two controls
 * the lowest Hamiltonian along the second is searched so over the first. Finite sets are gone through. Finds the optimum
 * where H has one optimum between such neighbours; ties go to the first in the sample. Allocates nothing.
 */
export class NodeSearch {
  private readonly d: Discretization;
  private readonly hamiltonian: NodeHamiltonian;
  /** One for each control, each the search along it at the best of those after it. */
  private readonly lines: readonly ControlLine[];
  /** The last evaluation. */
  private readonly point: Found;
  private readonly best: Found;

  constructor(d: Discretization) {
    this.d = d;
    this.hamiltonian = new NodeHamiltonian(d);
    this.point = nothingFound(d.controls);
    this.best = nothingFound(d.controls);
    const lines: ControlLine[] = [];
    for (let j = d.controls - 1; j >= 0; j -= 1) {
      const inner = lines[0] as ControlLine | undefined;
      const below = inner === undefined ? this.evaluate : (): Found => inner.search();
      lines.unshift(new ControlLine(j, 'values' in d.problem.controls[j], this.point.controls, below));
    }
    this.lines = lines;
  }

  /**
   * @param before - the controls of all nodes that the last improvement found, control fastest; null before the first
   * @returns of height Infinity where every control lets the state out; overwritten by the next run
   */
  run(node: number, level: LevelInput, input: DifferenceInput, V: Float64Array, before: Float64Array | null): Found {
    const { d, lines, best } = this;
    this.hamiltonian.moveTo(node, level, input, V);
    for (const { axis, sample } of lines) sampleControls(d, d.problem.controls[axis], node, level.t, sample);
    store(best, lines[0].search());
    if (before !== null) this.searchFrom(before, node * d.controls);
    return best;
  }

  /** So that no improvement is worse than the last one: policy iteration could go round between optima that are missed. */
  private searchFrom(before: Float64Array, start: number): void {
    const { lines, point, best } = this;
    for (const { axis, isSet, sample } of lines) {
      const u = before[start + axis];
      point.controls[axis] = isSet ? u : min(max(u, sample.data[0]), sample.data[sample.length - 1]);
    }
    if (!isBetter(this.evaluate().height, best.height)) return;
    store(best, point);
    keepBetter(best, lines[0].refineAt(point.controls[0]));
  }

  private readonly evaluate = (): Found => {
    const { point, hamiltonian } = this;
    point.height = hamiltonian.at(point.controls);
    point.scenario = hamiltonian.scenario;
    return point;
  };
}

/** The search along one control, those before it as they are in `controls`. */
class ControlLine {
  readonly sample = new NumberList();
  private readonly heights = new NumberList();
  private readonly best: Found;
  private readonly inBracket: Found;

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

  /** At a control of the set; else between the neighbours of a control in the sample. */
  refineAt(u: number): Found {
    const { inBracket, sample, at } = this;
    const { data, length } = sample;
    inBracket.height = POSITIVE_INFINITY;
    const height = at(u);
    if (this.isSet) return inBracket;
    let low = 0;
    let high = length - 1;
    while (low + 1 < length && data[low + 1] < u) low += 1;
    while (high > 0 && data[high - 1] > u) high -= 1;
    minimizeFrom(at, data[low], u, data[high], POSITIVE_INFINITY, height, POSITIVE_INFINITY);
    return inBracket;
  }

  /** Not above the one before in the sample, and below the one after. */
  private isLowest(i: number): boolean {
    const { data, length } = this.heights;
    return (i === 0 || data[i] <= data[i - 1]) && (i + 1 === length || data[i] < data[i + 1]);
  }

  private refine(i: number): Found {
    const { inBracket, at } = this;
    const { data } = this.sample;
    const { data: heights, length } = this.heights;
    const low = max(i - 1, 0);
    const high = min(i + 1, length - 1);
    inBracket.height = POSITIVE_INFINITY;
    minimizeFrom(at, data[low], data[i], data[high], heights[low], heights[i], heights[high]);
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

/** Evaluates f on [low, high] until its minimum is evaluated; Infinity stands for what is not known at the ends. */
function minimizeFrom(
  f: (u: number) => number,
  low: number,
  start: number,
  high: number,
  atLow: number,
  atStart: number,
  atHigh: number,
): void {
  const tolerance = BRACKET_SHARE * (high - low);
  if (tolerance === 0) return;
  let inside = start;
  let height = atStart;
  if (start === low || start === high) {
    inside = start === low ? low + tolerance : high - tolerance;
    height = f(inside);
    if (isBetter(atStart, height)) return;
  }
  const found = minimizeByBrent(f, low, inside, high, atLow, height, atHigh, tolerance);
  if (found - low <= 3 * tolerance && start !== low) f(low);
  if (high - found <= 3 * tolerance && start !== high) f(high);
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
