import type { DifferenceInput } from '../hjb/differences.js';
import { FORM_SIZE } from '../hjb/difference-table.js';
import { TIE_SLACK, type PolicyState } from '../hjb/improve.js';
import { ROUNDING, type StepTerms } from '../hjb/linear-system.js';
import type { Discretization, NodeModel } from '../hjb/node-model.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;
const { MIN_VALUE, POSITIVE_INFINITY } = Number;

/** Work and findings of the fused kernel of one state. */
export interface LineState {
  /** Elimination: V_i = partial_i + factor_i V_i+1. */
  readonly factor: Float64Array;
  readonly partial: Float64Array;
  /** Of the equation with the optimum in it at V: the largest row over its diagonal, and times it. */
  residual: number;
  rawResidual: number;
  largestDiagonal: number;
  /** The first node whose row is no row of an M-matrix, or -1. */
  offender: number;
}

export function emptyLine(size: number): LineState {
  const perNode = (): Float64Array => new Float64Array(size);
  return { factor: perNode(), partial: perNode(), residual: 0, rawResidual: 0, largestDiagonal: 0, offender: -1 };
}

/** Whether the fused kernel can take a problem: one state that is not periodic, exact minimiser, nothing else. */
export function isLine(d: Discretization): boolean {
  const { problem } = d;
  const isPeriodic = d.neighbours[0] >= 0;
  return d.states === 1 && !d.searched && d.scenarios === 1 && problem.obstacle === undefined && !isPeriodic;
}

/**
 * Policy improvement, assembly and forward elimination at once, node by node: what `improvePolicy`, `assemble` and
 * `solveSystem` do one after the other, without the arrays between them.
 */
export function lineForward(
  d: Discretization,
  model: NodeModel,
  input: DifferenceInput,
  V: Float64Array,
  step: StepTerms,
  policy: PolicyState,
  line: LineState,
): void {
  const { entries } = d.table;
  const { entryAt, isFixed, sign } = d;
  const { up, down, slope } = input;
  const { pieceStart } = model;
  const { data: from } = model.from;
  const { data: to } = model.to;
  const { data: interval } = model.interval;
  const { data: forms } = model.forms;
  const { data: drift } = model.drift;
  const { data: variance } = model.variance;
  const { data: cost } = model.cost;
  const { source, fixed, rest } = step;
  const { factor, partial } = line;
  const { control, piece } = policy;
  const size = V.length;
  let residual = 0;
  let rawResidual = 0;
  let largestDiagonal = 0;
  let offender = -1;
  let lastFactor = 0;
  let lastPartial = 0;
  for (let i = 0; i < size; i += 1) {
    const here = V[i];
    if (isFixed[i] === 1) {
      const missing = abs(fixed[i] - here);
      residual = max(residual, missing);
      rawResidual = max(rawResidual, missing);
      lastFactor = 0;
      lastPartial = fixed[i];
      factor[i] = 0;
      partial[i] = lastPartial;
      continue;
    }
    const toLow = i > 0 ? V[i - 1] - here : 0;
    const toHigh = i + 1 < size ? V[i + 1] - here : 0;
    const entry = entryAt[i];
    let best = POSITIVE_INFINITY;
    let u = 0;
    let p = pieceStart[i];
    for (let k = p, end = pieceStart[i + 1]; k < end; k += 1) {
      const form = forms[k];
      const e = entry + form * FORM_SIZE;
      const m = form === 1 ? up[i] : form === 2 ? down[i] : 0;
      const first = entries[e] * toLow + entries[e + 1] * toHigh + entries[e + 4] * m + entries[e + 6] * slope[i];
      const second = entries[e + 2] * toLow + entries[e + 3] * toHigh + entries[e + 5] * m + entries[e + 7] * slope[i];
      const q = 3 * interval[k];
      const c0 = sign * (cost[q] + drift[q] * first + variance[q] * second);
      const c1 = sign * (cost[q + 1] + drift[q + 1] * first + variance[q + 1] * second);
      const c2 = sign * (cost[q + 2] + drift[q + 2] * first + variance[q + 2] * second);
      const low = from[k];
      const high = to[k];
      let H = c0 + low * (c1 + low * c2);
      if (H < best - TIE_SLACK * (abs(H) + MIN_VALUE)) {
        best = H;
        u = low;
        p = k;
      }
      if (low === high) continue;
      if (c2 > 0) {
        const vertex = min(max(-c1 / (2 * c2), low), high);
        H = c0 + vertex * (c1 + vertex * c2);
        if (H < best - TIE_SLACK * (abs(H) + MIN_VALUE)) {
          best = H;
          u = vertex;
          p = k;
        }
      }
      H = c0 + high * (c1 + high * c2);
      if (H < best - TIE_SLACK * (abs(H) + MIN_VALUE)) {
        best = H;
        u = high;
        p = k;
      }
    }
    control[i] = u;
    piece[i] = p;
    const q = 3 * interval[p];
    const b = drift[q] + u * (drift[q + 1] + u * drift[q + 2]);
    const s = variance[q] + u * (variance[q + 1] + u * variance[q + 2]);
    const form = forms[p];
    const e = entry + form * FORM_SIZE;
    const m = form === 1 ? up[i] : form === 2 ? down[i] : 0;
    const low = b * entries[e] + s * entries[e + 2];
    const high = b * entries[e + 1] + s * entries[e + 3];
    const given =
      cost[q] +
      u * (cost[q + 1] + u * cost[q + 2]) +
      (b * entries[e + 4] + s * entries[e + 5]) * m +
      (b * entries[e + 6] + s * entries[e + 7]) * slope[i];
    const diagonal = rest + low + high;
    const magnitude = abs(low) + abs(high);
    const slack = ROUNDING * (rest + magnitude);
    if (offender < 0 && !(low >= -slack && high >= -slack && diagonal >= magnitude - slack)) offender = i;
    const raw = abs(source[i] + given + low * toLow + high * toHigh - rest * here);
    rawResidual = max(rawResidual, raw);
    residual = max(residual, raw / diagonal);
    largestDiagonal = max(largestDiagonal, diagonal);
    const pivot = 1 / (diagonal - low * lastFactor);
    lastPartial = (source[i] + given + low * lastPartial) * pivot;
    lastFactor = high * pivot;
    factor[i] = lastFactor;
    partial[i] = lastPartial;
  }
  line.residual = residual;
  line.rawResidual = rawResidual;
  line.largestDiagonal = largestDiagonal;
  line.offender = offender;
}

/** Back substitution; returns the largest change of V and the largest V, NaN where one is. */
export function lineBackward(line: LineState, V: Float64Array): { readonly change: number; readonly largest: number } {
  const { factor, partial } = line;
  let change = 0;
  let largest = 0;
  let value = 0;
  for (let i = V.length - 1; i >= 0; i -= 1) {
    value = partial[i] + factor[i] * value;
    change = max(change, abs(value - V[i]));
    largest = max(largest, abs(value));
    V[i] = value;
  }
  return { change, largest };
}
