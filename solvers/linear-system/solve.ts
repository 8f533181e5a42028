import {
  biCgStab,
  krylovWorkspace,
  largest,
  type KrylovWorkspace,
  type PreconditionedMatrix,
} from '../kernels/bicgstab.js';
import { VECTORS } from '../kernels/vectors.js';
import { crossSum, residuals, type LinearSystem } from './system.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const max = Math.max;
const min = Math.min;

/** Work arrays of the linear solves of one march. */
export interface LinearWorkspace {
  readonly elimination: Float64Array;
  /** First nodes of the lines along each axis. */
  readonly lines: readonly Int32Array[];
  readonly residual: Float64Array;
  readonly krylov: KrylovWorkspace;
  readonly zero: Float64Array;
}

export function linearWorkspace(system: LinearSystem): LinearWorkspace {
  const { size, shape } = system;
  const iterated = isDirect(system) ? 0 : size;
  return {
    elimination: new Float64Array(2 * max(...shape)),
    lines: shape.map((_, axis) => lineStarts(system, axis)),
    ...{ residual: new Float64Array(size), zero: new Float64Array(iterated) },
    krylov: krylovWorkspace(iterated, (length) => new Float64Array(length)),
  };
}

/** One line whose ends have no neighbours beyond it: elimination is exact. */
function isDirect({ states, neighbours, size }: LinearSystem): boolean {
  return states === 1 && neighbours[0] < 0 && neighbours[2 * size - 1] < 0;
}

export interface LinearOptions {
  /** Largest missing part of a row, relative to the largest value. */
  readonly tolerance: number;
  readonly maximumIterations: number;
}

/**
 * Solves the system for V, which holds the first guess. One line: Thomas elimination. Several: BiCGSTAB (van der Vorst
 * 1992) preconditioned by line Gauss-Seidel along all axes, started again from the true residual where it breaks down
 * or its own residual has drifted away.
 *
 * @returns the largest missing part of a row, relative to the largest value; NaN where the iteration is not finite
 */
export function solveSystem(
  system: LinearSystem,
  V: Float64Array,
  work: LinearWorkspace,
  { tolerance, maximumIterations }: LinearOptions,
): number {
  const residual = (): number => residuals(system, system.right, V, work.residual) / (largest(V) + Number.MIN_VALUE);
  if (isDirect(system)) {
    sweepLine(system, 0, system.right, V, 0, work.elimination);
    return residual();
  }
  relax(system, system.right, V, work);
  const matrix = preconditioned(system, work);
  let missing = residual();
  let used = 0;
  while (used < maximumIterations && missing > tolerance) {
    work.krylov.residual.set(work.residual);
    used += biCgStab(matrix, V, work.krylov, tolerance * largest(V), min(RESTART, maximumIterations - used));
    missing = residual();
  }
  return missing;
}

/** Iterations after which BiCGSTAB starts again from the true residual. */
const RESTART = 100;

/** The system as BiCGSTAB sees it: A x with the rows divided by their diagonal, and line Gauss-Seidel from 0. */
function preconditioned(system: LinearSystem, work: LinearWorkspace): PreconditionedMatrix {
  return {
    ...VECTORS,
    apply: (x, out) => {
      residuals(system, work.zero, x, out);
      for (let i = 0; i < out.length; i += 1) out[i] = -out[i];
    },
    precondition: (right, out) => relax(system, right, out.fill(0), work),
  };
}

/** Lines along an axis start at nodes whose position along it is 0. */
function lineStarts({ size, shape, strides }: LinearSystem, axis: number): Int32Array {
  const stride = strides[axis];
  const block = stride * shape[axis];
  const starts = new Int32Array(size / shape[axis]);
  let count = 0;
  for (let node = 0; node < size; node += 1) if (node % block < stride) starts[count++] = node;
  return starts;
}

/** Line Gauss-Seidel along the last axis, then the others, and back: whichever way things move, a sweep follows. */
function relax(
  system: LinearSystem,
  right: Float64Array,
  V: Float64Array,
  { elimination, lines }: LinearWorkspace,
): void {
  for (let axis = system.states - 1; axis >= 0; axis -= 1) {
    for (const start of lines[axis]) sweepLine(system, axis, right, V, start, elimination);
  }
  for (let axis = 0; axis < system.states; axis += 1) {
    for (let k = lines[axis].length - 1; k >= 0; k -= 1) sweepLine(system, axis, right, V, lines[axis][k], elimination);
  }
}

/** Thomas elimination of the line along an axis that begins at node `start`, all other neighbours held. */
function sweepLine(
  system: LinearSystem,
  axis: number,
  right: Float64Array,
  V: Float64Array,
  start: number,
  scratch: Float64Array,
): void {
  const { states, shape, strides, neighbours, shares, hasCross } = system;
  const stride = strides[axis];
  const length = shape[axis];
  let factor = 0;
  let partial = 0;
  for (let j = 0, i = start; j < length; j += 1, i += stride) {
    let sum = right[i];
    for (let a = 0; a < states; a += 1) {
      if (a === axis) continue;
      const k = 2 * (i * states + a);
      if (neighbours[k] >= 0) sum += shares[k] * V[neighbours[k]];
      if (neighbours[k + 1] >= 0) sum += shares[k + 1] * V[neighbours[k + 1]];
    }
    if (hasCross) sum += crossSum(system, V, i);
    const k = 2 * (i * states + axis);
    let low = shares[k];
    let high = shares[k + 1];
    // A periodic axis goes on beyond its ends: those neighbours are held.
    if (j === 0) {
      if (neighbours[k] >= 0) sum += low * V[neighbours[k]];
      low = 0;
    }
    if (j === length - 1) {
      if (neighbours[k + 1] >= 0) sum += high * V[neighbours[k + 1]];
      high = 0;
    }
    const pivot = 1 - low * factor;
    factor = high / pivot;
    partial = (sum + low * partial) / pivot;
    scratch[2 * j] = factor;
    scratch[2 * j + 1] = partial;
  }
  let value = 0;
  for (let j = length - 1, i = start + (length - 1) * stride; j >= 0; j -= 1, i -= stride) {
    value = scratch[2 * j + 1] + scratch[2 * j] * value;
    V[i] = value;
  }
}
