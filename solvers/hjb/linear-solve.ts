import { residuals, type LinearSystem } from './linear-system.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;

/** Work arrays of the linear solves of one march. */
export interface LinearWorkspace {
  readonly elimination: Float64Array;
  readonly residual: Float64Array;
  readonly shadow: Float64Array;
  readonly direction: Float64Array;
  readonly smoothDirection: Float64Array;
  readonly image: Float64Array;
  readonly smoothResidual: Float64Array;
  readonly residualImage: Float64Array;
  readonly zero: Float64Array;
}

export function linearWorkspace(size: number, lineLength: number): LinearWorkspace {
  const perNode = (): Float64Array => new Float64Array(size);
  return {
    elimination: new Float64Array(2 * max(lineLength, size / lineLength)),
    ...{ residual: perNode(), shadow: perNode(), direction: perNode(), smoothDirection: perNode() },
    ...{ image: perNode(), smoothResidual: perNode(), residualImage: perNode(), zero: perNode() },
  };
}

export interface LinearOptions {
  /** Largest missing part of a row, relative to the largest value. */
  readonly tolerance: number;
  readonly maximumIterations: number;
}

/**
 * Solves the system for V, which holds the first guess. One line: Thomas elimination. Several: BiCGSTAB (van der Vorst
 * 1992) preconditioned by line Gauss-Seidel along both axes, started again from the true residual where it breaks down
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
  if (system.size === system.lineLength) {
    sweepLine(linesAlong(system, 'fast'), system, system.right, V, 0, work.elimination);
    return residual();
  }
  relax(system, system.right, V, work.elimination);
  let missing = residual();
  let used = 0;
  while (used < maximumIterations && missing > tolerance) {
    used += biCgStab(system, V, work, tolerance * largest(V), min(RESTART, maximumIterations - used));
    missing = residual();
  }
  return missing;
}

/** Iterations after which BiCGSTAB starts again from the true residual. */
const RESTART = 100;

/** Right-preconditioned BiCGSTAB from V, whose residual is in `work.residual`; returns the iterations, at least 1. */
function biCgStab(system: LinearSystem, V: Float64Array, work: LinearWorkspace, target: number, most: number): number {
  const { residual: r, shadow, direction: p, smoothDirection: y, image: v, smoothResidual: z, residualImage: t } = work;
  const size = r.length;
  shadow.set(r);
  p.set(r);
  let rho = dot(shadow, r);
  for (let iteration = 0; iteration < most; iteration += 1) {
    apply(system, precondition(system, p, y, work), v, work);
    const alpha = rho / dot(shadow, v);
    if (!Number.isFinite(alpha)) return iteration + 1;
    for (let i = 0; i < size; i += 1) {
      V[i] += alpha * y[i];
      r[i] -= alpha * v[i];
    }
    if (largest(r) <= target) return iteration + 1;
    apply(system, precondition(system, r, z, work), t, work);
    const omega = dot(t, r) / dot(t, t);
    if (!Number.isFinite(omega) || omega === 0) return iteration + 1;
    for (let i = 0; i < size; i += 1) {
      V[i] += omega * z[i];
      r[i] -= omega * t[i];
    }
    if (largest(r) <= target) return iteration + 1;
    const next = dot(shadow, r);
    const beta = (next / rho) * (alpha / omega);
    if (!Number.isFinite(beta)) return iteration + 1;
    rho = next;
    for (let i = 0; i < size; i += 1) p[i] = r[i] + beta * (p[i] - omega * v[i]);
  }
  return most;
}

/** out = A x, the rows divided by their diagonal. */
function apply(system: LinearSystem, x: Float64Array, out: Float64Array, { zero }: LinearWorkspace): void {
  residuals(system, zero, x, out);
  for (let i = 0; i < out.length; i += 1) out[i] = -out[i];
}

function precondition(
  system: LinearSystem,
  right: Float64Array,
  out: Float64Array,
  { elimination }: LinearWorkspace,
): Float64Array {
  relax(system, right, out.fill(0), elimination);
  return out;
}

/** The lines of one axis: shares of the neighbours on the line, and of those beside it. */
interface Lines {
  readonly stride: number;
  readonly length: number;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly besideStride: number;
  readonly besideLow: Float64Array;
  readonly besideHigh: Float64Array;
}

function linesAlong({ size, lineLength, below, above, before, after }: LinearSystem, axis: 'fast' | 'slow'): Lines {
  const fast = { stride: 1, length: lineLength, low: below, high: above };
  const slow = { stride: lineLength, length: size / lineLength, low: before, high: after };
  const [own, other] = axis === 'fast' ? [fast, slow] : [slow, fast];
  return { ...own, besideStride: other.stride, besideLow: other.low, besideHigh: other.high };
}

/** Line Gauss-Seidel along the fast axis, then the slow one, and back: whichever way things move, a sweep follows. */
function relax(system: LinearSystem, right: Float64Array, V: Float64Array, scratch: Float64Array): void {
  const [fast, slow] = [linesAlong(system, 'fast'), linesAlong(system, 'slow')];
  const sweep = (lines: Lines, line: number): void =>
    sweepLine(lines, system, right, V, line * lines.besideStride, scratch);
  for (let line = 0; line < slow.length; line += 1) sweep(fast, line);
  for (let line = 0; line < fast.length; line += 1) sweep(slow, line);
  for (let line = fast.length - 1; line >= 0; line -= 1) sweep(slow, line);
  for (let line = slow.length - 1; line >= 0; line -= 1) sweep(fast, line);
}

/** Thomas elimination of the line that begins at node `start`, all other neighbours held. */
function sweepLine(
  { stride, length, low, high, besideStride, besideLow, besideHigh }: Lines,
  { size, corners, cornerStart, cornerNodes }: LinearSystem,
  right: Float64Array,
  V: Float64Array,
  start: number,
  scratch: Float64Array,
): void {
  let factor = 0;
  let partial = 0;
  for (let j = 0, i = start; j < length; j += 1, i += stride) {
    let sum = right[i];
    if (i >= besideStride) sum += besideLow[i] * V[i - besideStride];
    if (i + besideStride < size) sum += besideHigh[i] * V[i + besideStride];
    for (let k = cornerStart[i]; k < cornerStart[i + 1]; k += 1) sum += corners[k] * V[cornerNodes[k]];
    const pivot = 1 - low[i] * factor;
    factor = high[i] / pivot;
    partial = (sum + low[i] * partial) / pivot;
    scratch[2 * j] = factor;
    scratch[2 * j + 1] = partial;
  }
  let value = 0;
  for (let j = length - 1, i = start + (length - 1) * stride; j >= 0; j -= 1, i -= stride) {
    value = scratch[2 * j + 1] + scratch[2 * j] * value;
    V[i] = value;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/** Largest magnitude; NaN where there is one. */
export function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) most = max(most, abs(values[i]));
  return most;
}
