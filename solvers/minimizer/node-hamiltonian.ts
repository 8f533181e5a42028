import { emptyCoefficients, type PointCoefficients } from '../discretization/coefficients-at.js';
import { spreadAt } from '../discretization/cached-spread.js';
import { formUnder } from '../discretization/monotone-scheme.js';
import { differencesAt, type DifferenceInput } from '../discretization/differences.js';
import { constraintSide, type Discretization } from '../discretization/node-model.js';
import { isDiagonal, traceOf } from '../discretization/polynomials.js';
import { ControlPolynomials } from './control-polynomials.js';
import { LatticeLegs } from './lattice-legs.js';
import { sampleAt, type LevelInput } from '../discretization/sample.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const { MAX_VALUE, POSITIVE_INFINITY } = Number;

/** Differences of covariances, relative to their traces, below which one is a multiple of the other. */
const PROPORTIONAL = 1e-13;

/** A covariance at the node as second differences, and what its legs sum to there. */
interface Spread {
  readonly covariance: Float64Array;
  trace: number;
  free: readonly number[];
  legs: number;
}

/**
 * The discrete Hamiltonian of one node as a function of the control, straight from the problem's functions:
 *   H(u) = max over scenarios of  sign (cost + sum_a (drift_a V_a + variance_a V_aa / 2) + sum_k w_k (V_k - V)),
 * the differences in the form that holds under u. Evaluations allocate nothing where the covariance is diagonal or a
 * multiple of the one before.
 */
export class NodeHamiltonian {
  /** The worst scenario of the last evaluation. */
  scenario = 0;
  private readonly d: Discretization;
  readonly differences: Float64Array;
  private readonly sample: PointCoefficients;
  private readonly lattice: LatticeLegs;
  /** Null where the coefficients are no such polynomials. */
  private readonly polynomials: ControlPolynomials | null;
  private isOnLattice = false;
  private readonly spreads: readonly Spread[];
  level: LevelInput = { t: 0, slopeChange: null, gradient: null };
  private V: Float64Array = new Float64Array(0);
  private node = 0;
  /** The control where there is one. */
  private readonly alone = [0];

  constructor(d: Discretization) {
    this.d = d;
    this.differences = new Float64Array(6 * d.states);
    this.sample = emptyCoefficients(d.states);
    this.lattice = new LatticeLegs(d);
    this.polynomials = d.problem.quadraticInEach === true && d.controls === 2 ? new ControlPolynomials(d) : null;
    this.spreads = Array.from({ length: d.scenarios }, () => ({
      ...{ covariance: new Float64Array(d.states ** 2), trace: NaN, free: [], legs: 0 },
    }));
  }

  moveTo(node: number, level: LevelInput, input: DifferenceInput, V: Float64Array): void {
    this.node = node;
    this.level = level;
    this.V = V;
    differencesAt(this.d, input, V, node, this.differences);
    for (const spread of this.spreads) spread.trace = NaN;
    this.isOnLattice = this.lattice.moveTo(node, V);
    this.polynomials?.moveTo(node, level);
  }

  /** Whether the coefficients at the node are polynomials of degree 2 in each of two controls. */
  get isPolynomial(): boolean {
    return this.polynomials?.holds === true;
  }

  /** @returns Infinity where the control lets the state out of a face with a constraint, the largest number for NaN */
  at(u: readonly number[]): number {
    const { scenarios } = this.d;
    let worst = -Infinity;
    for (let scenario = 0; scenario < scenarios; scenario += 1) {
      const height = this.underScenario(u, scenario);
      if (height <= worst) continue;
      worst = height;
      this.scenario = scenario;
    }
    return worst;
  }

  /** Drift, variance and their place of every axis under every scenario, three numbers each, into `out`. */
  formValues(u: number, out: Float64Array): void {
    const { d, node, sample } = this;
    const n = d.states;
    this.alone[0] = u;
    for (let scenario = 0; scenario < d.scenarios; scenario += 1) {
      sampleAt(d, this.level, node, this.alone, scenario, sample);
      for (let a = 0; a < n; a += 1) {
        const k = 3 * (scenario * n + a);
        out[k] = sample.drift[a];
        out[k + 1] = sample.covariance[a * (n + 1)];
      }
    }
  }

  /** Whether one control lets the state out of a face with a constraint, under some scenario. */
  leavesAt(u: number): boolean {
    const { d, node, sample } = this;
    if (d.isConstrained[node] === 0) return false;
    this.alone[0] = u;
    for (let scenario = 0; scenario < d.scenarios; scenario += 1) {
      sampleAt(d, this.level, node, this.alone, scenario, sample);
      if (this.leaves()) return true;
    }
    return false;
  }

  /** 1 at an upper face with a state constraint, -1 at a lower one, 0 elsewhere, along an axis. */
  constraintSideOf(a: number): number {
    const { d, node } = this;
    return constraintSide(d.lattice, a, d.positions[node][a]);
  }

  private underScenario(u: readonly number[], scenario: number): number {
    const { d, node, sample, differences } = this;
    const n = d.states;
    if (this.polynomials === null || !this.polynomials.at(u, scenario, sample)) sampleAt(d, this.level, node, u, scenario, sample); // prettier-ignore
    if (d.isConstrained[node] === 1 && this.leaves()) return POSITIVE_INFINITY;
    const isCross = !isDiagonal(sample, n);
    const lattice = isCross && this.isOnLattice && this.lattice.decompose(sample.covariance) ? this.lattice : null;
    const spread = isCross && lattice === null ? this.spreadFor(scenario) : null;
    const factor = spread === null ? 1 : traceOf(sample, n) / spread.trace;
    let H = sample.cost + (lattice !== null ? lattice.legs : spread !== null ? factor * spread.legs : 0);
    for (let a = 0; a < n; a += 1) {
      const b = sample.drift[a];
      const s =
        lattice !== null ? lattice.free[a] : spread !== null ? factor * spread.free[a] : sample.covariance[a * (n + 1)];
      const k = node * n + a;
      const at = 6 * a + 2 * formUnder(b, s, d.upReach[k], d.downReach[k]);
      H += b * differences[at] + s * differences[at + 1];
    }
    // What is born in the iteration is a status, and belongs to the controls that keep the state inside.
    const height = d.sign * H;
    return height < POSITIVE_INFINITY ? height : MAX_VALUE;
  }

  private leaves(): boolean {
    const { d, node, sample } = this;
    const position = d.positions[node];
    for (let a = 0; a < d.states; a += 1) {
      if (constraintSide(d.lattice, a, position[a]) * sample.drift[a] > 0) return true;
    }
    return false;
  }

  private spreadFor(scenario: number): Spread {
    const { d, node, V, sample } = this;
    const spread = this.spreads[scenario];
    const trace = traceOf(sample, d.states);
    if (isMultiple(sample.covariance, trace, spread)) return spread;
    spread.covariance.set(sample.covariance);
    spread.trace = trace;
    const found = spreadAt(d, node, scenario, sample.covariance);
    spread.free = found.free;
    spread.legs = 0;
    for (let k = 0; k < found.nodes.length; k += 1) spread.legs += found.weights[k] * (V[found.nodes[k]] - V[node]);
    return spread;
  }
}

function isMultiple(covariance: Float64Array, trace: number, of: Spread): boolean {
  if (!(of.trace > 0)) return false;
  const slack = PROPORTIONAL * trace * of.trace;
  for (let k = 0; k < covariance.length; k += 1) {
    if (abs(covariance[k] * of.trace - of.covariance[k] * trace) > slack) return false;
  }
  return true;
}
