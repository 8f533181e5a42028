import type { FlatStencils } from './policy-improvement.js';

/**
 * The implicit Euler system under a fixed control, one row per node:
 *   (1/dt + sum_k w_k) V_i - sum_k w_k V_k = V_i(t + dt)/dt + cost_i.
 */
export interface LinearSystem {
  readonly diagonal: Float64Array;
  /** w_k, aligned with the stencils' neighbours. */
  readonly weights: Float64Array;
  readonly right: Float64Array;
}

export function emptySystem(s: FlatStencils): LinearSystem {
  return {
    diagonal: new Float64Array(s.size),
    weights: new Float64Array(s.neighbours.length),
    right: new Float64Array(s.size),
  };
}

/** Assembles the rows; returns the first node with a negative weight (beyond rounding), or -1 for an M-matrix. */
export function assemble(
  s: FlatStencils,
  control: Float64Array,
  chosen: Int32Array,
  later: Float64Array,
  dt: number,
  system: LinearSystem,
): number {
  let offender = -1;
  for (let i = 0; i < s.size; i += 1) {
    const u = control[i];
    const p = chosen[i];
    let sum = 0;
    let magnitude = 0;
    let smallest = 0;
    for (let k = s.neighbourStart[i], w = s.weightStart[p]; k < s.neighbourStart[i + 1]; k += 1, w += 3) {
      const weight = s.weights[w] + u * (s.weights[w + 1] + u * s.weights[w + 2]);
      system.weights[k] = weight;
      sum += weight;
      magnitude += Math.abs(weight);
      if (weight < smallest) smallest = weight;
    }
    if (offender < 0 && smallest < -ROUNDING * (1 / dt + magnitude)) offender = i;
    system.diagonal[i] = 1 / dt + sum;
    system.right[i] = later[i] / dt + s.cost[3 * p] + u * (s.cost[3 * p + 1] + u * s.cost[3 * p + 2]);
  }
  return offender;
}

/** Share of a row's diagonal below which a negative weight is rounding of the polynomials, not a wrong stencil. */
const ROUNDING = 1e-9;

/**
 * Solves the system by line Gauss-Seidel along the fastest axis, sweeping forwards and backwards over the other: a line
 * is tridiagonal and solved exactly, so one state needs one sweep. Returns the largest residual relative to the right
 * side.
 */
export function solveLines(
  s: FlatStencils,
  system: LinearSystem,
  V: Float64Array,
  lineLength: number,
  options: { readonly tolerance: number; readonly maximumSweeps: number },
): number {
  const lines = s.size / lineLength;
  const scratch = new Float64Array(2 * lineLength);
  let residual = Infinity;
  for (let sweep = 0; sweep < options.maximumSweeps && residual > options.tolerance; sweep += 1) {
    for (let line = 0; line < lines; line += 1) {
      solveLine(s, system, V, (sweep % 2 === 0 ? line : lines - 1 - line) * lineLength, lineLength, scratch);
    }
    residual = relativeResidual(s, system, V);
  }
  return residual;
}

/** Thomas elimination of one line, all other neighbours held. */
function solveLine(
  s: FlatStencils,
  system: LinearSystem,
  V: Float64Array,
  start: number,
  length: number,
  scratch: Float64Array,
): void {
  for (let j = 0; j < length; j += 1) {
    const i = start + j;
    let right = system.right[i];
    let below = 0;
    let above = 0;
    for (let k = s.neighbourStart[i]; k < s.neighbourStart[i + 1]; k += 1) {
      const neighbour = s.neighbours[k];
      if (neighbour === i - 1 && j > 0) below += system.weights[k];
      else if (neighbour === i + 1 && j < length - 1) above += system.weights[k];
      else right += system.weights[k] * V[neighbour];
    }
    const pivot = system.diagonal[i] - (j > 0 ? below * scratch[2 * j - 2] : 0);
    scratch[2 * j] = above / pivot;
    scratch[2 * j + 1] = (right + (j > 0 ? below * scratch[2 * j - 1] : 0)) / pivot;
  }
  V[start + length - 1] = scratch[2 * length - 1];
  for (let j = length - 2; j >= 0; j -= 1) V[start + j] = scratch[2 * j + 1] + scratch[2 * j] * V[start + j + 1];
}

function relativeResidual(s: FlatStencils, system: LinearSystem, V: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < s.size; i += 1) {
    let row = system.diagonal[i] * V[i] - system.right[i];
    for (let k = s.neighbourStart[i]; k < s.neighbourStart[i + 1]; k += 1)
      row -= system.weights[k] * V[s.neighbours[k]];
    largest = Math.max(
      largest,
      Math.abs(row) / (Math.abs(system.diagonal[i] * V[i]) + Math.abs(system.right[i]) + Number.MIN_VALUE),
    );
  }
  return largest;
}
