import type { RandomStream } from '../../math/random.js';

const sqrt = Math.sqrt;

/** An SDE dX = a(t, X) dt + b(t, X) dW of n weights and n normals; b is [n, n], a column for each normal. */
export interface Equation {
  readonly size: number;
  /** Writes both. */
  coefficients(t: number, x: Float64Array, a: Float64Array, b: Float64Array): void;
}

/** One step of a scheme, in place; `noise` receives b dW of the step, whose mean is 0. */
export type Step = (t: number, dt: number, x: Float64Array, stream: RandomStream, noise: Float64Array) => void;

/** X + a dt + b dW: weak order 1 (Kloeden & Platen 1992, eq. 10.2.4). */
export function eulerMaruyama({ size: n, coefficients }: Equation): Step {
  const [a, b] = [new Float64Array(n), new Float64Array(n * n)];
  return (t, dt, x, stream, noise) => {
    coefficients(t, x, a, b);
    noise.fill(0);
    for (let j = 0; j < n; j += 1) addColumn(noise, b, j, n, sqrt(dt) * stream.normal());
    for (let i = 0; i < n; i += 1) x[i] += a[i] * dt + noise[i];
  };
}

/**
 * The explicit scheme of weak order 2 without derivatives (Platen; Kloeden & Platen 1992, eq. 15.1.3), with normal
 * increments and the two-point variables of its mixed integrals.
 */
export function platen({ size: n, coefficients }: Equation): Step {
  const vector = (): Float64Array => new Float64Array(n);
  const matrix = (): Float64Array => new Float64Array(n * n);
  const [a, b, aEnd, unused, unusedVector] = [vector(), matrix(), vector(), matrix(), vector()];
  const [plus, minus, dW, place, change, V] = [matrix(), matrix(), vector(), vector(), vector(), matrix()];

  return (t, dt, x, stream, noise) => {
    const root = sqrt(dt);
    coefficients(t, x, a, b);
    noise.fill(0);
    for (let j = 0; j < n; j += 1) {
      dW[j] = root * stream.normal();
      addColumn(noise, b, j, n, dW[j]);
    }
    drawMixed(V, n, dt, stream);
    for (let i = 0; i < n; i += 1) place[i] = x[i] + a[i] * dt + noise[i];
    coefficients(t + dt, place, aEnd, unused);
    for (let i = 0; i < n; i += 1) change[i] = (dt / 2) * (a[i] + aEnd[i]) + noise[i];

    for (let r = 0; r < n; r += 1) {
      // along its own column, at R+- = x + a dt +- b_r sqrt(dt)
      for (let i = 0; i < n; i += 1) place[i] = x[i] + a[i] * dt + b[i * n + r] * root;
      coefficients(t + dt, place, unusedVector, plus);
      for (let i = 0; i < n; i += 1) place[i] = x[i] + a[i] * dt - b[i * n + r] * root;
      coefficients(t + dt, place, unusedVector, minus);
      const square = (dW[r] * dW[r] - dt) / root;
      addSums(change, { plus, minus, b }, r, n, dW[r] / 4, square / 4);
      if (n === 1) continue;
      // the other columns, at U+- = x +- b_r sqrt(dt)
      for (let i = 0; i < n; i += 1) place[i] = x[i] + b[i * n + r] * root;
      coefficients(t, place, unusedVector, plus);
      for (let i = 0; i < n; i += 1) place[i] = x[i] - b[i * n + r] * root;
      coefficients(t, place, unusedVector, minus);
      for (let j = 0; j < n; j += 1) {
        if (j === r) continue;
        addSums(change, { plus, minus, b }, j, n, dW[j] / 4, (dW[j] * dW[r] + V[r * n + j]) / root / 4);
      }
    }
    for (let i = 0; i < n; i += 1) x[i] += change[i];
  };
}

/** Adds p (b_j(+) + b_j(-) - 2 b_j) + q (b_j(+) - b_j(-)). */
function addSums(
  change: Float64Array,
  { plus, minus, b }: { plus: Float64Array; minus: Float64Array; b: Float64Array },
  j: number,
  n: number,
  p: number,
  q: number,
): void {
  for (let i = 0; i < n; i += 1) {
    const k = i * n + j;
    change[i] += p * (plus[k] + minus[k] - 2 * b[k]) + q * (plus[k] - minus[k]);
  }
}

/** Antisymmetric but for its diagonal -dt, its entries +-dt with equal probability. */
function drawMixed(V: Float64Array, n: number, dt: number, stream: RandomStream): void {
  for (let r = 0; r < n; r += 1) {
    V[r * n + r] = -dt;
    for (let j = 0; j < r; j += 1) {
      V[r * n + j] = stream.uniform() < 0.5 ? dt : -dt;
      V[j * n + r] = -V[r * n + j];
    }
  }
}

function addColumn(to: Float64Array, b: Float64Array, j: number, n: number, factor: number): void {
  for (let i = 0; i < n; i += 1) to[i] += b[i * n + j] * factor;
}
