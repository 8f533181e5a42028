import { emptyCoefficients, type PointCoefficients } from '../discretization/coefficients-at.js';
import type { Discretization } from '../discretization/node-model.js';
import { sampleAt, type LevelInput } from '../discretization/sample.js';

/** Controls up to this size: of larger ones a polynomial through samples at both ends has too few digits near 0. */
const LARGEST = 30;

/** Rounding of a covariance, relative to its variances. */
const ROUNDING = 1e-9;

/** Coefficients of a polynomial of degree 2 in each of two variables. */
const TERMS = 9;

/**
 * Drift, covariance and cost of one node after another under two controls, where all are polynomials of degree 2 in each of
 * them: through their values at the ends and in the middle of both ranges, after which the problem's functions are not asked
 * again. Nodes without a face keep theirs where nothing depends on time.
 */
export class ControlPolynomials {
  private readonly sample: PointCoefficients;
  private readonly kept: (Float64Array | undefined)[] = [];
  private readonly own: Float64Array;
  private readonly keeps: boolean;
  private coefficients: Float64Array | null = null;
  private readonly low = [0, 0];
  private readonly width = [1, 1];

  constructor(private readonly d: Discretization) {
    this.sample = emptyCoefficients(d.states);
    this.own = new Float64Array(this.size);
    this.keeps = d.problem.timeDependent === false && d.problem.risk === undefined;
  }

  private get entries(): number {
    const n = this.d.states;
    return n + n * n + 1;
  }

  private get size(): number {
    return TERMS * this.entries * this.d.scenarios;
  }

  moveTo(node: number, level: LevelInput): void {
    this.coefficients = null;
    if (!this.hasRanges(node, level.t)) return;
    const isInner = this.d.faces[node].every((kind) => kind === 'inner');
    this.coefficients = (isInner ? this.kept[node] : undefined) ?? this.read(node, level, this.keeps && isInner);
  }

  /** Whether the node has polynomials. */
  get holds(): boolean {
    return this.coefficients !== null;
  }

  /** @returns false where the node has no polynomials, or their covariance is none: then the problem's functions tell */
  at(u: readonly number[], scenario: number, out: PointCoefficients): boolean {
    const { drift, covariance } = out;
    const c = this.coefficients;
    if (c === null) return false;
    const s = (u[0] - this.low[0]) / this.width[0];
    const t = (u[1] - this.low[1]) / this.width[1];
    let k = TERMS * this.entries * scenario;
    for (let i = 0; i < drift.length; i += 1, k += TERMS) drift[i] = valueAt(c, k, s, t);
    for (let i = 0; i < covariance.length; i += 1, k += TERMS) covariance[i] = valueAt(c, k, s, t);
    out.cost = valueAt(c, k, s, t);
    const product = covariance[0] * covariance[covariance.length - 1];
    const n = this.d.states;
    return n < 3 ? n === 1 || covariance[1] * covariance[1] <= (1 + ROUNDING) * product : true;
  }

  private hasRanges(node: number, t: number): boolean {
    const { controls } = this.d.problem;
    for (let j = 0; j < 2; j += 1) {
      const axis = controls[j];
      if ('values' in axis) return false;
      const lower = axis.lower(t, this.d.x[node]);
      const upper = axis.upper(t, this.d.x[node]);
      if (!(upper > lower && lower >= -LARGEST && upper <= LARGEST)) return false;
      this.low[j] = lower;
      this.width[j] = upper - lower;
    }
    return true;
  }

  private read(node: number, level: LevelInput, isKept: boolean): Float64Array {
    const { d, sample, low, width, entries } = this;
    const into = isKept ? (this.kept[node] = new Float64Array(this.size)) : this.own;
    for (let scenario = 0; scenario < d.scenarios; scenario += 1) {
      for (let place = 0; place < TERMS; place += 1) {
        const shares = [Math.floor(place / 3) / 2, (place % 3) / 2];
        sampleAt(d, level, node, [low[0] + shares[0] * width[0], low[1] + shares[1] * width[1]], scenario, sample);
        const values = [...sample.drift, ...sample.covariance, sample.cost];
        values.forEach((value, e) => (into[TERMS * (entries * scenario + e) + place] = value));
      }
    }
    for (let k = 0; k < into.length; k += TERMS) {
      for (let i = 0; i < 3; i += 1) throughThree(into, k + 3 * i, 1);
      for (let j = 0; j < 3; j += 1) throughThree(into, k + j, 3);
    }
    return into;
  }
}

/** Values at 0, 1/2 and 1 to the coefficients of 1, s and s^2. */
function throughThree(c: Float64Array, k: number, stride: number): void {
  const [f, g, h] = [c[k], c[k + stride], c[k + 2 * stride]];
  c[k + stride] = 4 * g - 3 * f - h;
  c[k + 2 * stride] = 2 * (f - 2 * g + h);
}

function valueAt(c: Float64Array, k: number, s: number, t: number): number {
  return (
    c[k] +
    t * (c[k + 1] + t * c[k + 2]) +
    s * (c[k + 3] + t * (c[k + 4] + t * c[k + 5]) + s * (c[k + 6] + t * (c[k + 7] + t * c[k + 8])))
  );
}
