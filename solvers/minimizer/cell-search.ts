import type { Jet } from '../../src/math/interval-jets.js';
import { minimizeByBrent } from '../../src/math/brent.js';
import type { Interval } from '../../src/math/interval.js';
import type { Discretization } from '../discretization/node-model.js';
import { formUnder } from '../discretization/monotone-scheme.js';
import { TOLERANCES } from '../kernels/tolerances.js';
import type { ControlCell } from './control-cells.js';
import type { ControlScale } from './control-scale.js';
import { minimizeFrom } from './line-minimum.js';
import type { NodeHamiltonian } from './node-hamiltonian.js';
import { NodeTerms, signOfSum, sumOf } from './node-terms.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;
const { MIN_VALUE } = Number;

/** A part of the range that cannot lower the Hamiltonian by more than this share of it is left. */
const GAIN = 10 * TOLERANCES.TIE;

/** Enclosures of one node, after which its search ends whatever is left; the answer is then not certified. */
const MOST_ENCLOSURES = 4000;

/** Parts narrower than this, relative in the control, are taken as their ends: kinks and jumps. */
const NARROWEST = 1e-9;

/** Iterations for a control at which a form changes: regula falsi (Illinois) is through after ten. */
const MOST_ROOT_STEPS = 100;

/** Parts of a cell whose first and last give lines below a convex function. */
const SECANT_PARTS = 8;

/** A function's extreme is found to this share of its cell. */
const EXTREME = 1e-6;

/** A function that decides the form of an axis under a scenario. */
interface FormFunction {
  readonly s: number;
  readonly a: number;
  readonly kind: number;
}

/** Functions of the control whose signs tell the form of an axis: drift, and what its reaches leave of the variance. */
const FORM_FUNCTIONS = 3;

/**
 * The lowest Hamiltonian of a node over one control, with certainty. The range is cut where a coefficient changes its
 * curvature (`control-cells.ts`) and where the differences change their form. On a part where all terms are convex there is
 * one minimum, where all are concave it is at an end; what is neither is cut in half, and left where the enclosed slope
 * allows no gain (branch and bound; Moore 1966).
 */
export class CellSearch {
  /** Whether some part was left without a bound. */
  isUncertain = false;
  private readonly terms: NodeTerms;
  private readonly ends: Float64Array[];
  private node = 0;
  private t = 0;
  private enclosed = 0;
  private best = Infinity;
  private isAlone = true;

  /** @param at - the Hamiltonian at a control, times the sign of the objective, for the caller to keep the best */
  constructor(
    private readonly d: Discretization,
    private readonly hamiltonian: NodeHamiltonian,
    private readonly at: (u: number) => number,
  ) {
    this.terms = new NodeTerms(d);
    const values = (): Float64Array => new Float64Array(FORM_FUNCTIONS * d.states * d.scenarios);
    this.ends = [values(), values(), values()];
  }

  /** @param known - a height that is reached: nothing that cannot lower it is searched */
  moveTo(node: number, known: number): void {
    const { hamiltonian, terms } = this;
    this.node = node;
    this.t = hamiltonian.level.t;
    this.enclosed = 0;
    this.isUncertain = false;
    this.best = known;
    terms.moveTo(node, hamiltonian.level, hamiltonian.differences);
  }

  /** @param start - a control at which the search of a convex part begins if it lies there */
  run(cells: readonly ControlCell[], from: number, to: number, scale: ControlScale, start: number): void {
    this.height(from);
    this.height(to);
    this.isAlone = cells.length === 1;
    for (const cell of cells) {
      const [low, high] = [max(cell.from, from), min(cell.to, to)];
      if (!(high > low)) continue;
      if (low > from) this.height(low);
      this.search(cell, low, high, scale, start);
    }
    const isCovered = cells[0].from <= from && cells[cells.length - 1].to >= to;
    if (!isCovered) this.bound(from, to, scale);
  }

  private height(u: number): number {
    const height = this.at(u);
    this.best = min(this.best, height);
    return height;
  }

  private search(cell: ControlCell, from: number, to: number, scale: ControlScale, start: number): void {
    const middle = scale.middle(from, to);
    if (!(middle > from && middle < to)) return;
    const cuts = this.formCuts(cell, from, to);
    if (cuts === null) {
      this.bound(from, to, scale);
      return;
    }
    let low = from;
    for (const [before, after] of cuts) {
      if (!(before >= low)) continue;
      this.height(before);
      this.height(after);
      this.searchPart(cell, low, before, scale, start);
      low = after;
    }
    this.searchPart(cell, low, to, scale, start);
  }

  /** Within one form of every axis. */
  private searchPart(cell: ControlCell, from: number, to: number, scale: ControlScale, start: number): void {
    if (!(to > from)) return;
    const middle = scale.middle(from, to);
    if (this.hamiltonian.leavesAt(middle)) return;
    const sign = this.curvatureAt(cell, middle);
    if (sign === -1 || (sign === 0 && this.d.scenarios === 1)) return;
    if (!(sign >= 0)) {
      this.bound(from, to, scale);
      return;
    }
    if (!this.isAlone && this.isAboveSecants(from, to)) return;
    const inside = start >= from && start <= to ? start : middle;
    minimizeFrom((u) => this.height(u), scale, from, inside, to);
  }

  /**
   * Whether a convex function cannot come below the best by the lines through two points next to each end: it lies above
   * them beyond those points.
   */
  private isAboveSecants(from: number, to: number): boolean {
    const step = (to - from) / SECANT_PARTS;
    const [u1, u2] = [from + step, to - step];
    const [h0, h1, h2, h3] = [this.height(from), this.height(u1), this.height(u2), this.height(to)];
    const [left, right] = [(h1 - h0) / step, (h3 - h2) / step];
    const across = (h2 - h1) / (u2 - u1);
    const first = max(min(h1 - across * step, h1), min(h2 + right * (from - u2), h2 + right * (u1 - u2)));
    const last = max(min(h2 + across * step, h2), min(h1 + left * (u2 - u1), h1 + left * (to - u1)));
    const crossing = (h2 - h1 + left * u1 - right * u2) / (left - right);
    const between = left >= 0 ? h1 : right <= 0 ? h2 : h1 + left * (min(max(crossing, u1), u2) - u1);
    return this.isNoGain(min(first, between, last));
  }

  private isNoGain(bound: number): boolean {
    return bound >= this.best - GAIN * (abs(this.best) + MIN_VALUE);
  }

  /** Of the worst case over the scenarios: convex where all are, else known of one alone. */
  private curvatureAt({ curvature }: ControlCell, u: number): number {
    const { d, terms, node } = this;
    const n = d.states;
    const [values] = this.ends;
    this.hamiltonian.formValues(u, values);
    let sign = 0;
    for (let s = 0; s < d.scenarios; s += 1) {
      const forms = d.lattice.axes.map((_, a) => {
        const k = FORM_FUNCTIONS * (s * n + a);
        return formUnder(values[k], values[k + 1], d.upReach[node * n + a], d.downReach[node * n + a]);
      });
      const one = signOfSum(terms.hamiltonian(forms), curvature);
      if (Number.isNaN(one) || (one < 0 && d.scenarios > 1)) return NaN;
      sign = one === 0 ? sign : one;
    }
    return sign;
  }

  /**
   * Where the form of an axis changes, each as two controls on either side, in turn; null where that cannot be told from the
   * curvature and the slope of what decides it.
   */
  private formCuts(cell: ControlCell, from: number, to: number): (readonly [number, number])[] | null {
    const { d, hamiltonian } = this;
    const n = d.states;
    const [atFrom, atTo] = this.ends;
    const isFixed = cell.slope.every((sign, k) => k === n + n * n || sign === 0);
    const cuts: (readonly [number, number])[] = [];
    if (isFixed) return cuts;
    for (let s = 0; s < d.scenarios; s += 1) {
      for (let a = 0; a < n; a += 1) {
        for (let kind = 0; kind < FORM_FUNCTIONS; kind += 1) {
          if (!this.matters(a, kind)) continue;
          hamiltonian.formValues(from, atFrom);
          const low = this.formFunction(atFrom, s, a, kind);
          hamiltonian.formValues(to, atTo);
          const high = this.formFunction(atTo, s, a, kind);
          if (low === 0 && high === 0 && this.signOfForm(cell.curvature, a, kind) === 0) continue;
          const found = this.signChanges(cell, { s, a, kind }, [from, to], [low, high]);
          if (found === null) return null;
          cuts.push(...found);
        }
      }
    }
    return cuts.sort((a, b) => a[0] - b[0]);
  }

  /** Central differences that reach as far as they hold change at their reaches alone. */
  private matters(a: number, kind: number): boolean {
    const { d, node } = this;
    const k = node * d.states + a;
    const [up, down] = [d.upReach[k], d.downReach[k]];
    if (kind === 0) return d.isConstrained[node] === 1 || up === Infinity || down === Infinity;
    return Number.isFinite(kind === 1 ? up : down);
  }

  /** b, b up - s, and -b down - s: the form of the axis is that of their signs. */
  private formFunction(values: Float64Array, s: number, a: number, kind: number): number {
    const { d, node } = this;
    const k = FORM_FUNCTIONS * (s * d.states + a);
    const [b, variance] = [values[k], values[k + 1]];
    if (kind === 0) return b;
    const at = node * d.states + a;
    return kind === 1 ? b * d.upReach[at] - variance : -b * d.downReach[at] - variance;
  }

  private formWeights(a: number, kind: number): Float64Array {
    const { d, node, terms } = this;
    if (kind === 0) return terms.drift[a];
    const at = node * d.states + a;
    const reach = kind === 1 ? d.upReach[at] : -d.downReach[at];
    return terms.drift[a].map((weight, k) => reach * weight - terms.variance[a][k]);
  }

  private signOfForm(signs: readonly number[], a: number, kind: number): number {
    return signOfSum(this.formWeights(a, kind), signs);
  }

  private isMonotone(cell: ControlCell, a: number, kind: number): boolean {
    return !Number.isNaN(this.signOfForm(cell.slope, a, kind));
  }

  /**
   * All sign changes of a function on a cell. Monotone, or convex and of both signs at the ends, it has one; convex and
   * positive at the ends, it has two if it is negative where it is least; concave likewise.
   */
  private signChanges(
    cell: ControlCell,
    which: FormFunction,
    [from, to]: readonly [number, number],
    [low, high]: readonly [number, number],
  ): (readonly [number, number])[] | null {
    const curvature = this.signOfForm(cell.curvature, which.a, which.kind);
    if (low * high < 0) {
      const isKnown = !Number.isNaN(curvature) || this.isMonotone(cell, which.a, which.kind);
      return isKnown ? [this.signChange(which, [from, to], [low, high])] : null;
    }
    if (curvature === 0 || this.isMonotone(cell, which.a, which.kind)) return [];
    if (Number.isNaN(curvature)) return null;
    if (curvature * low < 0 || curvature * high < 0) return [];
    const least = minimizeByBrent(
      (u) => curvature * this.valueAt(which, u),
      ...([from, (from + to) / 2, to] as const),
      ...([Infinity, curvature * this.valueAt(which, (from + to) / 2), Infinity] as const),
      EXTREME * (to - from),
    );
    const extreme = this.valueAt(which, least);
    if (!(curvature * extreme < 0)) return [];
    const cuts: (readonly [number, number])[] = [];
    if (low !== 0) cuts.push(this.signChange(which, [from, least], [low, extreme]));
    if (high !== 0) cuts.push(this.signChange(which, [least, to], [extreme, high]));
    return cuts;
  }

  private valueAt({ s, a, kind }: FormFunction, u: number): number {
    const values = this.ends[2];
    this.hamiltonian.formValues(u, values);
    return this.formFunction(values, s, a, kind);
  }

  /** The two neighbouring controls between which a function changes its sign once. */
  private signChange(
    which: FormFunction,
    [from, to]: readonly [number, number],
    [atFrom, atTo]: readonly [number, number],
  ): [number, number] {
    let [low, high, fLow, fHigh] = [from, to, atFrom, atTo];
    for (let step = 0; step < MOST_ROOT_STEPS; step += 1) {
      const width = high - low;
      const guess = step % 3 === 2 ? low + width / 2 : low - (fLow * width) / (fHigh - fLow);
      const slack = 2 * Number.EPSILON * max(abs(low), abs(high));
      if (!(width > 2 * slack)) break;
      const u = min(max(guess, low + slack), high - slack);
      const value = this.valueAt(which, u);
      if (value < 0 === fLow < 0 && value !== 0) [low, fLow] = [u, value];
      else [high, fHigh] = [u, value];
      if (value === 0) return this.aroundZero(u, from, to, slack);
    }
    return [low, high];
  }

  /** A control at which a function vanishes counts for both sides. */
  private aroundZero(u: number, from: number, to: number, slack: number): [number, number] {
    this.height(u);
    return [max(u - slack, from), min(u + slack, to)];
  }

  /** Branch and bound, where the signs of second derivatives do not tell. */
  private bound(from: number, to: number, scale: ControlScale): void {
    const open: (readonly [number, number])[] = [[from, to]];
    while (open.length > 0) {
      const [low, high] = open.pop()!;
      if (!(high > low)) continue;
      if (this.enclosed >= MOST_ENCLOSURES) {
        this.isUncertain = true;
        return;
      }
      const middle = scale.middle(low, high);
      if (!(scale.toScaled(high) - scale.toScaled(low) > NARROWEST)) continue;
      const height = this.height(middle);
      const worst = this.hamiltonian.scenario;
      const jets = this.enclose(low, high);
      const possible = jets.map((one) =>
        this.d.lattice.axes.map((_, a) => this.terms.possibleForms(this.node, a, one)),
      );
      if (this.d.isConstrained[this.node] === 1 && this.isSurelyOut(jets)) continue;
      const slopes = jets.map((one, s) => this.terms.slopeOver(one, possible[s]));
      if (height < Infinity && this.allowsNoGain(slopes[worst], height, low, middle, high)) continue;
      if (slopes.every(([least]) => least >= 0) || slopes.every(([, most]) => most <= 0)) {
        if (this.d.isConstrained[this.node] === 0) continue;
      }
      const sign = this.curvatureOver(jets, possible);
      if (sign === -1 && this.d.isConstrained[this.node] === 0) continue;
      if (sign === 1) {
        minimizeFrom((u) => this.height(u), scale, low, middle, high);
        continue;
      }
      open.push([low, middle], [middle, high]);
    }
  }

  private enclose(low: number, high: number): (readonly Jet[])[] {
    const { d, node, t } = this;
    this.enclosed += 1;
    const x = d.x[node].map((value): Interval => [value, value]);
    return Array.from({ length: d.scenarios }, (_, s) => d.problem.enclosures!([t, t], x, [[low, high]], 0, s));
  }

  /** H(u) >= H(m) + least slope times (u - m). */
  private allowsNoGain([least, most]: Interval, height: number, low: number, middle: number, high: number): boolean {
    const fall = max(least < 0 ? -least * (high - middle) : 0, most > 0 ? most * (middle - low) : 0);
    return this.isNoGain(height - fall);
  }

  /** The sign of the second derivative, where no form changes; NaN elsewhere. */
  private curvatureOver(
    jets: readonly (readonly Jet[])[],
    possible: readonly (readonly (readonly number[])[])[],
  ): number {
    let sign = 0;
    for (const [s, one] of jets.entries()) {
      if (possible[s].some((forms) => forms.length > 1)) return NaN;
      const weights = this.terms.hamiltonian(possible[s].map(([form]) => form));
      const [least, most] = sumOf(weights, one, ({ curvature }) => curvature);
      const own = least >= 0 ? 1 : most <= 0 && jets.length === 1 ? -1 : NaN;
      if (Number.isNaN(own)) return NaN;
      sign = own;
    }
    return sign;
  }

  private isSurelyOut(jets: readonly (readonly Jet[])[]): boolean {
    const { d, terms, node } = this;
    return d.positions[node].some((_, a) => {
      const side = this.hamiltonian.constraintSideOf(a);
      if (side === 0) return false;
      return jets.some((one) => {
        const [least, most] = sumOf(terms.drift[a], one, ({ value }) => value);
        return side > 0 ? least > 0 : most < 0;
      });
    });
  }
}
