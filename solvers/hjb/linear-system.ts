import type { FlatStencils } from './policy-improvement.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/**
 * The implicit Euler system under a fixed control, one row per node, each divided by its diagonal 1/dt + sum_k w_k:
 *   V_i = right_i + sum over the neighbours of their shares times V.
 * Shares are 0 where there is no such neighbour.
 */
export interface LinearSystem {
  readonly size: number;
  /** Nodes along the fastest axis; those along the other are `size / lineLength`. */
  readonly lineLength: number;
  /** Neighbours i - 1 and i + 1 along the fastest axis. */
  readonly below: Float64Array;
  readonly above: Float64Array;
  /** Neighbours i - lineLength and i + lineLength along the other axis. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** Diagonal neighbours of node i: cornerStart[i] .. cornerStart[i + 1]. */
  readonly cornerStart: Int32Array;
  readonly cornerNodes: Int32Array;
  readonly corners: Float64Array;
  readonly right: Float64Array;
  /** 1/dt + sum_k w_k, before the division. */
  readonly diagonal: Float64Array;
  /** Where the weight of the stencils' neighbour goes: BELOW, ABOVE, BEFORE, AFTER or an index of `corners`. */
  readonly slots: Int32Array;
}

const BELOW = -1;
const ABOVE = -2;
const BEFORE = -3;
const AFTER = -4;

/** Share of a row's diagonal below which a negative weight is rounding of the polynomials, not a wrong stencil. */
const ROUNDING = 1e-9;

export function emptySystem(s: FlatStencils, lineLength: number): LinearSystem {
  const cornerStart = new Int32Array(s.size + 1);
  const cornerNodes: number[] = [];
  const slots = new Int32Array(s.neighbours.length);
  for (let i = 0; i < s.size; i += 1) {
    for (let k = s.neighbourStart[i]; k < s.neighbourStart[i + 1]; k += 1) {
      const slot = axisSlot(i, s.neighbours[k], lineLength);
      slots[k] = slot ?? cornerNodes.push(s.neighbours[k]) - 1;
    }
    cornerStart[i + 1] = cornerNodes.length;
  }
  const perNode = (): Float64Array => new Float64Array(s.size);
  return {
    ...{ size: s.size, lineLength, slots },
    ...{ below: perNode(), above: perNode(), before: perNode(), after: perNode() },
    ...{ cornerStart, cornerNodes: Int32Array.from(cornerNodes), corners: new Float64Array(cornerNodes.length) },
    ...{ right: perNode(), diagonal: perNode() },
  };
}

function axisSlot(i: number, neighbour: number, lineLength: number): number | null {
  const lines = Math.floor(neighbour / lineLength) - Math.floor(i / lineLength);
  const along = (neighbour % lineLength) - (i % lineLength);
  if (lines === 0) return along < 0 ? BELOW : ABOVE;
  if (along === 0) return lines < 0 ? BEFORE : AFTER;
  return null;
}

/**
 * Assembles (1/dt + sum_k w_k) V_i - sum_k w_k V_k = V_i(t + dt)/dt + cost_i under the given control.
 *
 * @returns the first node whose row has a negative weight or lacks diagonal dominance (beyond rounding, NaN included),
 *   or -1 for an M-matrix
 */
export function assemble(
  s: FlatStencils,
  control: Float64Array,
  chosen: Int32Array,
  later: Float64Array,
  dt: number,
  system: LinearSystem,
): number {
  const { below, above, before, after, corners, cornerStart, slots } = system;
  let offender = -1;
  for (let i = 0; i < s.size; i += 1) {
    const u = control[i];
    const p = chosen[i];
    let sum = 0;
    let magnitude = 0;
    let smallest = 0;
    for (let k = s.neighbourStart[i], w = s.weightStart[p]; k < s.neighbourStart[i + 1]; k += 1, w += 3) {
      const weight = s.weights[w] + u * (s.weights[w + 1] + u * s.weights[w + 2]);
      const slot = slots[k];
      if (slot === BELOW) below[i] = weight;
      else if (slot === ABOVE) above[i] = weight;
      else if (slot === BEFORE) before[i] = weight;
      else if (slot === AFTER) after[i] = weight;
      else corners[slot] = weight;
      sum += weight;
      magnitude += abs(weight);
      if (weight < smallest) smallest = weight;
    }
    const diagonal = 1 / dt + sum;
    const slack = ROUNDING * (1 / dt + magnitude);
    if (offender < 0 && !(smallest >= -slack && diagonal >= magnitude - slack)) offender = i;
    below[i] /= diagonal;
    above[i] /= diagonal;
    before[i] /= diagonal;
    after[i] /= diagonal;
    for (let k = cornerStart[i]; k < cornerStart[i + 1]; k += 1) corners[k] /= diagonal;
    system.right[i] = (later[i] / dt + s.cost[3 * p] + u * (s.cost[3 * p + 1] + u * s.cost[3 * p + 2])) / diagonal;
    system.diagonal[i] = diagonal;
  }
  return offender;
}

/** out_i = right_i - (V_i - sum of shares times V): what is missing in each row; returns the largest, NaN if any is. */
export function residuals(system: LinearSystem, right: Float64Array, V: Float64Array, out: Float64Array): number {
  const { size, lineLength, below, above, before, after, corners, cornerStart, cornerNodes } = system;
  let largest = 0;
  for (let i = 0; i < size; i += 1) {
    let row = right[i] - V[i];
    if (i > 0) row += below[i] * V[i - 1];
    if (i + 1 < size) row += above[i] * V[i + 1];
    if (i >= lineLength) row += before[i] * V[i - lineLength];
    if (i + lineLength < size) row += after[i] * V[i + lineLength];
    for (let k = cornerStart[i]; k < cornerStart[i + 1]; k += 1) row += corners[k] * V[cornerNodes[k]];
    out[i] = row;
    largest = max(largest, abs(row));
  }
  return largest;
}
