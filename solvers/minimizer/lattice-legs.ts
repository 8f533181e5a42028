import { addLegs } from '../covariance/wide-stencil.js';
import type { Discretization } from '../discretization/node-model.js';

/** Reductions of a superbase after which the general decomposition is asked. */
const MOST_REDUCTIONS = 12;

/** Products below this, relative to the trace, are zero. */
const ROUNDING = 1e-12;

/** Longest step of a lattice direction along an axis (`covariance/covariance-spread.ts`). */
const LONGEST_STEP = 8;

/**
 * tr(S V_zz) / 2 of two states on even axes by Selling's three directions, as `spreadCovariance` has it, for many covariances
 * at one node in turn: the superbase of the one before is where the reduction starts, and nothing is allocated.
 */
export class LatticeLegs {
  /** The part along the axes, as variances, and the sum over the others. */
  readonly free = new Float64Array(2);
  legs = 0;
  private readonly d: Discretization;
  private readonly base = new Int32Array(6);
  private node = 0;
  private V: Float64Array = new Float64Array(0);
  private readonly spacing = new Float64Array(2);
  private readonly cut: number[] = [];
  private readonly cutValues: number[] = [];

  constructor(d: Discretization) {
    this.d = d;
    this.reset();
  }

  /** Whether the node has neighbours on all sides, and even axes. */
  moveTo(node: number, V: Float64Array): boolean {
    const { d, spacing } = this;
    if (d.states !== 2 || !d.even[0] || !d.even[1]) return false;
    if (d.faces[node][0] !== 'inner' || d.faces[node][1] !== 'inner') return false;
    this.node = node;
    this.V = V;
    for (let a = 0; a < 2; a += 1) {
      const z = d.lattice.coordinates[a];
      spacing[a] = z[1] - z[0];
    }
    this.reset();
    return true;
  }

  /** @returns false where a direction is too long, or leaves the domain: then the general decomposition tells */
  decompose(S: Float64Array): boolean {
    const { base, spacing, free } = this;
    const a = S[0] / (spacing[0] * spacing[0]);
    const b = S[1] / (spacing[0] * spacing[1]);
    const c = S[3] / (spacing[1] * spacing[1]);
    const least = ROUNDING * (a + c);
    for (let reduction = 0; reduction < MOST_REDUCTIONS; reduction += 1) {
      const p01 = productOf(a, b, c, base, 0, 2);
      const p02 = productOf(a, b, c, base, 0, 4);
      const p12 = productOf(a, b, c, base, 2, 4);
      if (p01 > least) this.reduce(0, 2, 4);
      else if (p02 > least) this.reduce(0, 4, 2);
      else if (p12 > least) this.reduce(2, 4, 0);
      else {
        free[0] = 0;
        free[1] = 0;
        this.legs = 0;
        return this.add(-p01, 4, least) && this.add(-p02, 2, least) && this.add(-p12, 0, least);
      }
    }
    return false;
  }

  /** V_ee / 2 along a direction that a face cuts short, worked out once for a node. */
  private cutLegs(e0: number, e1: number): number {
    const { d, cut, cutValues, node, V, spacing } = this;
    const key = e0 * (4 * LONGEST_STEP) + e1;
    for (let k = 0; k < cut.length; k += 1) if (cut[k] === key) return cutValues[k];
    const spread = { free: [0, 0], nodes: [] as number[], weights: [] as number[] };
    addLegs(d.lattice, d.positions[node], [e0 * spacing[0], e1 * spacing[1]], 1, spread);
    let sum = 0;
    for (let k = 0; k < spread.nodes.length; k += 1) sum += spread.weights[k] * (V[spread.nodes[k]] - V[node]);
    cut.push(key);
    cutValues.push(sum);
    return sum;
  }

  private reset(): void {
    this.cut.length = 0;
    this.cutValues.length = 0;
    const { base } = this;
    base[0] = 1;
    base[1] = 0;
    base[2] = 0;
    base[3] = 1;
    base[4] = -1;
    base[5] = -1;
  }

  /** (-v_i, v_j, v_i - v_j). */
  private reduce(i: number, j: number, k: number): void {
    const { base } = this;
    base[k] = base[i] - base[j];
    base[k + 1] = base[i + 1] - base[j + 1];
    base[i] = -base[i];
    base[i + 1] = -base[i + 1];
  }

  /** (weight / 2) V_ee along the direction that is orthogonal to vector k of the superbase. */
  private add(weight: number, k: number, least: number): boolean {
    const { d, base, free, spacing, node, V } = this;
    if (!(weight > least)) return true;
    const e0 = -base[k + 1];
    const e1 = base[k];
    if (e0 === 0 && (e1 === 1 || e1 === -1)) {
      free[1] += weight * spacing[1] * spacing[1];
      return true;
    }
    if (e1 === 0 && (e0 === 1 || e0 === -1)) {
      free[0] += weight * spacing[0] * spacing[0];
      return true;
    }
    const { shape, strides } = d.lattice;
    const position = d.positions[node];
    const reach0 = e0 < 0 ? -e0 : e0;
    const reach1 = e1 < 0 ? -e1 : e1;
    if (reach0 > LONGEST_STEP || reach1 > LONGEST_STEP) return false;
    const isInside0 = position[0] >= reach0 && position[0] + reach0 <= shape[0] - 1;
    const isInside1 = position[1] >= reach1 && position[1] + reach1 <= shape[1] - 1;
    if (!isInside0 || !isInside1) {
      this.legs += weight * this.cutLegs(e0, e1);
      return true;
    }
    const offset = e0 * strides[0] + e1 * strides[1];
    this.legs += (weight / 2) * (V[node + offset] - V[node] + (V[node - offset] - V[node]));
    return true;
  }
}

/** v_i' A v_j, the vectors starting at i and j. */
function productOf(a: number, b: number, c: number, base: Int32Array, i: number, j: number): number {
  return base[i] * (a * base[j] + b * base[j + 1]) + base[i + 1] * (b * base[j] + c * base[j + 1]);
}
