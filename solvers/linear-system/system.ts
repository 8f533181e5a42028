import { TOLERANCES } from '../kernels/tolerances.js';
import type { DifferenceInput } from '../discretization/differences.js';
import { alphaMinus, alphaPlus, DOWN, FORM, FORM_SIZE, UP } from '../discretization/monotone-scheme.js';
import type { PolicyState } from '../minimizer/policy.js';
import type { Discretization, NodeModel } from '../discretization/node-model.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/**
 * The implicit system under a fixed control, one row per node, each divided by its diagonal rest + sum_k w_k:
 *   V_i = right_i + sum over the neighbours of their shares times V,
 * the neighbours along axis a at `neighbours[2 (i states + a)]` (below) and the next (above), and the ends of cross legs.
 */
export interface LinearSystem {
  readonly size: number;
  readonly states: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly neighbours: Int32Array;
  /** Shares of the neighbours, in their order; 0 where there is none. */
  readonly shares: Float64Array;
  /** Cross legs of node i: those of the model's lists from crossStart[i] to crossEnd[i], times crossFactor[i]. */
  readonly crossStart: Int32Array;
  readonly crossEnd: Int32Array;
  readonly crossFactor: Float64Array;
  crossNodes: Int32Array;
  crossWeights: Float64Array;
  hasCross: boolean;
  readonly right: Float64Array;
  readonly diagonal: Float64Array;
}

export function emptySystem(d: Discretization): LinearSystem {
  const { size, shape, strides } = d.lattice;
  return {
    ...{ size, states: d.states, shape, strides, neighbours: d.neighbours },
    shares: new Float64Array(d.neighbours.length),
    ...{ crossStart: new Int32Array(size), crossEnd: new Int32Array(size), crossFactor: new Float64Array(size) },
    ...{ crossNodes: new Int32Array(0), crossWeights: new Float64Array(0), hasCross: false },
    ...{ right: new Float64Array(size), diagonal: new Float64Array(size) },
  };
}

/** What a step adds to the rows: (rest) V_i - sum_k w_k (V_k - V_i) = source_i + cost_i. */
export interface StepTerms {
  /** a0/dt + discount. */
  readonly rest: number;
  /** The levels before, over dt. */
  readonly source: Float64Array;
  /** Values at nodes that have one given. */
  readonly fixed: Float64Array;
  /** Of optimal stopping; null without. */
  readonly obstacle: Float64Array | null;
}

/**
 * Assembles the rows under the policy. Where stopping is allowed a row says V = obstacle if that is the larger (minimizing;
 * maximizing: the smaller) of both residuals at V.
 *
 * @returns the first node whose row has a negative weight or lacks diagonal dominance (beyond rounding, NaN included), or
 * -1 for an M-matrix
 */
export function assemble(
  d: Discretization,
  model: NodeModel,
  input: DifferenceInput,
  policy: PolicyState,
  step: StepTerms,
  V: Float64Array,
  system: LinearSystem,
): number {
  let offender = -1;
  system.crossNodes = model.crossNodes.data;
  system.crossWeights = model.crossWeights.data;
  system.hasCross = model.crossNodes.length > 0;
  for (let i = 0; i < system.size; i += 1) {
    if (d.isFixed[i] === 1) {
      setValue(system, i, step.fixed[i]);
      continue;
    }
    if (!assembleRow(d, model, input, policy, step, system, i) && offender < 0) offender = i;
    if (step.obstacle !== null) stopWhereBetter(d, step.obstacle[i], V, system, i);
  }
  return offender;
}

/** A row that says V_i = value. */
function setValue(system: LinearSystem, i: number, value: number): void {
  const { states, shares } = system;
  for (let k = 2 * i * states; k < 2 * (i + 1) * states; k += 1) shares[k] = 0;
  system.crossFactor[i] = 0;
  system.right[i] = value;
  system.diagonal[i] = 1;
}

function assembleRow(
  d: Discretization,
  model: NodeModel,
  input: DifferenceInput,
  policy: PolicyState,
  step: StepTerms,
  system: LinearSystem,
  i: number,
): boolean {
  const { shares, states: n } = system;
  const { entries } = d.table;
  const u = policy.control[i];
  const p = policy.piece[i];
  const scenario = d.scenarios === 1 ? 0 : policy.scenario[i];
  const q = model.interval.data[p] * d.scenarios + scenario;
  const forms = model.forms.data[p * d.scenarios + scenario];
  let constant = at(model.cost.data, 3 * q, u);
  let sum = 0;
  let magnitude = 0;
  let smallest = 0;
  for (let a = 0; a < n; a += 1) {
    const k = i * n + a;
    const b = at(model.drift.data, 3 * (q * n + a), u);
    const s = at(model.variance.data, 3 * (q * n + a), u);
    const form = (forms >> (2 * a)) & 3;
    const e = d.entryAt[k] + form * FORM_SIZE;
    const low = alphaMinus(entries, e, b, s);
    const high = alphaPlus(entries, e, b, s);
    const m = form === UP ? input.up[k] : form === DOWN ? input.down[k] : 0;
    constant += (b * entries[e + FORM.firstLimited] + s * entries[e + FORM.secondLimited]) * m;
    constant += (b * entries[e + FORM.firstSlope] + s * entries[e + FORM.secondSlope]) * input.slope[k];
    shares[2 * k] = low;
    shares[2 * k + 1] = high;
    sum += low + high;
    magnitude += abs(low) + abs(high);
    if (low < smallest) smallest = low;
    if (high < smallest) smallest = high;
  }
  const factor = at(model.factor.data, 3 * q, u);
  const start = model.crossStart.data[q];
  const end = model.crossEnd.data[q];
  for (let k = start; k < end; k += 1) {
    const weight = factor * model.crossWeights.data[k];
    sum += weight;
    magnitude += abs(weight);
    if (weight < smallest) smallest = weight;
  }
  const diagonal = step.rest + sum;
  for (let k = 2 * i * n; k < 2 * (i + 1) * n; k += 1) shares[k] /= diagonal;
  system.crossStart[i] = start;
  system.crossEnd[i] = end;
  system.crossFactor[i] = factor / diagonal;
  system.right[i] = (step.source[i] + constant) / diagonal;
  system.diagonal[i] = diagonal;
  const slack = TOLERANCES.NEGATIVE_WEIGHT * (step.rest + magnitude);
  return smallest >= -slack && diagonal >= magnitude - slack && diagonal > 0;
}

function at(data: Float64Array, k: number, u: number): number {
  return data[k] + u * (data[k + 1] + u * data[k + 2]);
}

/** Stopping and going on are both rows; the equation is that the larger residual is 0 (minimizing). */
function stopWhereBetter(d: Discretization, obstacle: number, V: Float64Array, system: LinearSystem, i: number): void {
  const going = -missingOf(system, system.right, V, i);
  const stopping = V[i] - obstacle;
  if (d.sign * stopping > d.sign * going) setValue(system, i, obstacle);
}

/** right_i - (V_i - sum of shares times V). */
function missingOf(system: LinearSystem, right: Float64Array, V: Float64Array, i: number): number {
  const { states, neighbours, shares } = system;
  let row = right[i] - V[i];
  for (let k = 2 * i * states; k < 2 * (i + 1) * states; k += 1) {
    const other = neighbours[k];
    if (other >= 0) row += shares[k] * V[other];
  }
  return system.hasCross ? row + crossSum(system, V, i) : row;
}

export function crossSum(system: LinearSystem, V: Float64Array, i: number): number {
  const factor = system.crossFactor[i];
  if (factor === 0) return 0;
  let sum = 0;
  for (let k = system.crossStart[i]; k < system.crossEnd[i]; k += 1) {
    sum += system.crossWeights[k] * V[system.crossNodes[k]];
  }
  return factor * sum;
}

/** What is missing in each row; returns the largest, NaN if any is. */
export function residuals(system: LinearSystem, right: Float64Array, V: Float64Array, out: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < system.size; i += 1) {
    out[i] = missingOf(system, right, V, i);
    largest = max(largest, abs(out[i]));
  }
  return largest;
}
