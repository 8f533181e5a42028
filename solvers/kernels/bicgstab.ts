// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/** A matrix and what stands for its inverse; both write to `out`. */
export interface PreconditionedMatrix {
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

export function krylovWorkspace(size: number, residual = new Float64Array(size)): KrylovWorkspace {
  const perNode = (): Float64Array => new Float64Array(size);
  return {
    ...{ residual, shadow: perNode(), direction: perNode(), smoothDirection: perNode() },
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
  const size = r.length;
  shadow.set(r);
  p.set(r);
  let rho = dot(shadow, r);
  for (let iteration = 0; iteration < most; iteration += 1) {
    matrix.precondition(p, y);
    matrix.apply(y, v);
    const alpha = rho / dot(shadow, v);
    if (!Number.isFinite(alpha)) return iteration + 1;
    for (let i = 0; i < size; i += 1) {
      x[i] += alpha * y[i];
      r[i] -= alpha * v[i];
    }
    if (largest(r) <= target) return iteration + 1;
    matrix.precondition(r, z);
    matrix.apply(z, t);
    const omega = dot(t, r) / dot(t, t);
    if (!Number.isFinite(omega) || omega === 0) return iteration + 1;
    for (let i = 0; i < size; i += 1) {
      x[i] += omega * z[i];
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
