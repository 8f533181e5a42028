import type { VectorOperations } from './vectors.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/** Iterations of one linear solve. */
export const MOST_LINEAR = 300;

/** A matrix and what stands for its inverse, which both write to `out`, and the vectors that they take. */
export interface PreconditionedMatrix extends VectorOperations {
  apply(x: Float64Array, out: Float64Array): void;
  precondition(right: Float64Array, out: Float64Array): void;
}

/** Work arrays of BiCGSTAB; `residual` holds that of the first guess before, and of the solution after. */
export interface KrylovWorkspace {
  readonly residual: Float64Array;
  readonly shadow: Float64Array;
  readonly direction: Float64Array;
  readonly smoothDirection: Float64Array;
  readonly image: Float64Array;
  readonly smoothResidual: Float64Array;
  readonly residualImage: Float64Array;
}

export function krylovWorkspace(size: number, numbers: (length: number) => Float64Array): KrylovWorkspace {
  const perNode = (): Float64Array => numbers(size);
  return {
    ...{ residual: perNode(), shadow: perNode(), direction: perNode(), smoothDirection: perNode() },
    ...{ image: perNode(), smoothResidual: perNode(), residualImage: perNode() },
  };
}

/**
 * BiCGSTAB (van der Vorst 1992), preconditioned from the right, from x, whose residual is in `work.residual`, until that is
 * at most `target` everywhere, or it breaks down.
 *
 * @returns the iterations, at least 1
 */
export function biCgStab(
  matrix: PreconditionedMatrix,
  x: Float64Array,
  work: KrylovWorkspace,
  target: number,
  most: number,
): number {
  const { residual: r, shadow, direction: p, smoothDirection: y, image: v, smoothResidual: z, residualImage: t } = work;
  shadow.set(r);
  p.set(r);
  let rho = matrix.dot(shadow, r);
  for (let iteration = 0; iteration < most; iteration += 1) {
    matrix.precondition(p, y);
    matrix.apply(y, v);
    const alpha = rho / matrix.dot(shadow, v);
    if (!Number.isFinite(alpha)) return iteration + 1;
    matrix.combine(x, x, alpha, y);
    if (matrix.combine(r, r, -alpha, v) <= target) return iteration + 1;
    matrix.precondition(r, z);
    matrix.apply(z, t);
    const omega = matrix.dot(t, r) / matrix.dot(t, t);
    if (!Number.isFinite(omega) || omega === 0) return iteration + 1;
    matrix.combine(x, x, omega, z);
    if (matrix.combine(r, r, -omega, t) <= target) return iteration + 1;
    const next = matrix.dot(shadow, r);
    const beta = (next / rho) * (alpha / omega);
    if (!Number.isFinite(beta)) return iteration + 1;
    rho = next;
    matrix.combine(p, p, -omega, v);
    matrix.combine(p, r, beta, p);
  }
  return most;
}

/** Largest magnitude; NaN where there is one. */
export function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) most = max(most, abs(values[i]));
  return most;
}
