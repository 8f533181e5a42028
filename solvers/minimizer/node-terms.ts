import type { Jet } from '../../src/math/interval-jets.js';
import { product, scaled, sum, ZERO, type Interval } from '../../src/math/interval.js';
import { CENTRAL, DOWN, UP } from '../discretization/monotone-scheme.js';
import type { Discretization } from '../discretization/node-model.js';
import type { LevelInput } from '../discretization/sample.js';
import { common } from './control-cells.js';

/** The part of a jet that is summed. */
export type Part = (jet: Jet) => Interval;

/**
 * The discrete Hamiltonian of a node as a sum of the problem's own coefficients: drift, variance and cost in the coordinates
 * of the axes are sums  sum_k weight_k f_k  of the problem's drift, covariance (row by row) and running cost f_k, with weights
 * free of the control (Ito's correction of a logarithm, the linearised risk), and so is the Hamiltonian under given forms,
 *   H = sign (cost + sum_a (V_a drift_a + V_aa / 2 variance_a)).
 * Where noise is correlated its cross terms are left out: they may not depend on the control.
 */
export class NodeTerms {
  /** Weights of drift and variance of each axis, and of the cost. */
  readonly drift: readonly Float64Array[];
  readonly variance: readonly Float64Array[];
  private readonly cost: Float64Array;
  private readonly weights: Float64Array;
  private readonly d: Discretization;
  private differences: Float64Array;

  constructor(d: Discretization) {
    const n = d.states;
    const count = n + n * n + 1;
    const perAxis = (): Float64Array[] => d.lattice.axes.map(() => new Float64Array(count));
    this.d = d;
    this.drift = perAxis();
    this.variance = perAxis();
    this.cost = new Float64Array(count);
    this.weights = new Float64Array(count);
    this.differences = new Float64Array(6 * n);
  }

  moveTo(node: number, { gradient, slopeChange }: LevelInput, differences: Float64Array): void {
    const { d, cost } = this;
    const n = d.states;
    const theta = d.problem.risk ?? 0;
    const factor = d.x[node].map((x, a) => (d.lattice.axes[a].coordinate === 'log' ? 1 / x : 1));
    this.differences = differences;
    cost.fill(0);
    cost[n + n * n] = 1;
    for (let a = 0; a < n; a += 1) {
      const [drift, variance] = [this.drift[a].fill(0), this.variance[a].fill(0)];
      const isLinear = d.faces[node][a] === 'linear';
      const isLog = d.lattice.axes[a].coordinate === 'log';
      const square = factor[a] ** 2;
      drift[a] = factor[a];
      if (isLog && !isLinear) drift[n + a * (n + 1)] -= square / 2;
      if (!isLinear) variance[n + a * (n + 1)] = square;
      for (let b = 0; b < n; b += 1) {
        const scale = factor[a] * factor[b];
        const k = n + a * n + b;
        if (gradient !== null) {
          drift[k] += theta * scale * gradient[node * n + b];
          cost[k] -= (theta / 2) * scale * gradient[node * n + a] * gradient[node * n + b];
        }
        if (a !== b && slopeChange !== null) cost[k] += scale * slopeChange[(node * n + a) * n + b];
      }
    }
  }

  /** Weights of the Hamiltonian in these forms of the axes; overwritten by the next call. */
  hamiltonian(forms: readonly number[]): Float64Array {
    const { d, weights, differences, cost } = this;
    for (let k = 0; k < weights.length; k += 1) {
      let weight = cost[k];
      for (let a = 0; a < d.states; a += 1) {
        const at = 6 * a + 2 * forms[a];
        weight += differences[at] * this.drift[a][k] + differences[at + 1] * this.variance[a][k];
      }
      weights[k] = d.sign * weight;
    }
    return weights;
  }

  /** Where the slope of the Hamiltonian lies, whichever of the forms that are possible on the jets hold. */
  slopeOver(jets: readonly Jet[], possible: readonly (readonly number[])[]): Interval {
    const { d, differences, cost } = this;
    const slope: Part = (jet) => jet.slope;
    let total = sumOf(cost, jets, slope);
    for (let a = 0; a < d.states; a += 1) {
      const [drift, variance] = [sumOf(this.drift[a], jets, slope), sumOf(this.variance[a], jets, slope)];
      let [low, high] = [Infinity, -Infinity];
      for (const form of possible[a]) {
        const at = 6 * a + 2 * form;
        const term = sum(scaled(differences[at], drift), scaled(differences[at + 1], variance));
        low = Math.min(low, term[0]);
        high = Math.max(high, term[1]);
      }
      total = sum(total, [low, high]);
    }
    return d.sign === 1 ? total : product([-1, -1], total);
  }

  /** Forms that may hold along an axis for drifts and variances in these intervals. */
  possibleForms(node: number, a: number, jets: readonly Jet[]): readonly number[] {
    const { d } = this;
    const value: Part = (jet) => jet.value;
    const drift = sumOf(this.drift[a], jets, value);
    const variance = sumOf(this.variance[a], jets, value);
    const forms = [];
    const [up, down] = [d.upReach[node * d.states + a], d.downReach[node * d.states + a]];
    if (drift[1] > 0 && !(variance[0] >= drift[1] * up)) forms.push(UP);
    if (drift[0] < 0 && !(variance[0] >= -drift[0] * down)) forms.push(DOWN);
    const isAlwaysUp = drift[0] > 0 && variance[1] < drift[0] * up;
    const isAlwaysDown = drift[1] < 0 && variance[1] < -drift[1] * down;
    if (!isAlwaysUp && !isAlwaysDown) forms.push(CENTRAL);
    return forms;
  }
}

/** Where sum_k weight_k f_k lies, or one of its derivatives. */
export function sumOf(weights: Float64Array, jets: readonly Jet[], part: Part): Interval {
  let total = ZERO;
  for (let k = 0; k < weights.length; k += 1) {
    if (weights[k] !== 0) total = sum(total, scaled(weights[k], part(jets[k])));
  }
  return total;
}

/** Sign of sum_k weight_k f_k, or of one of its derivatives, from those of the f_k; NaN where they do not agree. */
export function signOfSum(weights: ArrayLike<number>, signs: readonly number[]): number {
  let sign = 0;
  for (let k = 0; k < weights.length; k += 1) {
    if (weights[k] === 0 || signs[k] === 0) continue;
    sign = common([sign, Math.sign(weights[k]) * signs[k]]);
    if (Number.isNaN(sign)) return NaN;
  }
  return sign;
}
