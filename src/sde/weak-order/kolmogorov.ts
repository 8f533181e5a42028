import { drift, type DriftOrder } from '../drift.js';
import type { SgdModel } from '../model.js';
import type { Line } from './line.js';

const abs = Math.abs;
const ceil = Math.ceil;
const max = Math.max;

/** hbar, S and D hbar at the nodes of a line. */
export interface LineFields {
  readonly hbar: Float64Array;
  readonly S: Float64Array;
  readonly D: Float64Array;
}

export function fieldsAlong(model: SgdModel, { x }: Line): LineFields {
  const [hbar, S, D] = [x.slice(), x.slice(), x.slice()];
  x.forEach((theta, i) => {
    model.meanFieldAndCovariance([theta], hbar.subarray(i, i + 1), S.subarray(i, i + 1));
    model.meanFieldJacobian([theta], D.subarray(i, i + 1));
  });
  return { hbar, S, D };
}

/** Largest eigenvalues of the central differences of eighth order, times h and h^2. */
const FIRST_LIMIT = 1.73;
const SECOND_LIMIT = 6.5;
/** Reach of the classical Runge-Kutta method along both axes, with some to spare. */
const STABLE = 2.4;

interface Coefficients {
  readonly b: Float64Array;
  readonly a: Float64Array;
}

/**
 * E f(X_T) of dX = b dt + sqrt(eta) u S^(1/2) dW from each node of a line: the backward Kolmogorov equation
 * v_t + b v_x + (eta/2) u^2 S v_xx = 0, v(T) = f, by central differences of eighth order and Runge-Kutta of fourth. The ends
 * take what comes from inside, and keep their value where the drift leads out.
 */
export function sdeExpectation(
  model: SgdModel,
  line: Line,
  fields: LineFields,
  task: { f: (theta: ArrayLike<number>) => number; eta: number; horizon: number; order: DriftOrder },
): Float64Array {
  const { f, eta, horizon, order } = task;
  const coefficientsAt = (t: number): Coefficients => coefficients(model, line, fields, { t, eta, order });
  const v = line.x.map((at) => f([at]));
  const size = v.length;
  const [k1, k2, k3, k4, w] = [0, 1, 2, 3, 4].map(() => new Float64Array(size));
  let t = horizon;
  let here = coefficientsAt(t);
  while (t > 0) {
    const steps = ceil(max(t / stableStep(here, line), (2 * t) / eta) - 1e-9);
    const dt = t / steps;
    const [half, next] = [coefficientsAt(t - dt / 2), coefficientsAt(steps === 1 ? 0 : t - dt)];
    generator(line, here, v, k1);
    generator(line, half, combine(w, v, dt / 2, k1), k2);
    generator(line, half, combine(w, v, dt / 2, k2), k3);
    generator(line, next, combine(w, v, dt, k3), k4);
    for (let i = 0; i < size; i += 1) v[i] += (dt / 6) * (k1[i] + 2 * (k2[i] + k3[i]) + k4[i]);
    t = steps === 1 ? 0 : t - dt;
    here = next;
  }
  return v;
}

function combine(out: Float64Array, v: Float64Array, dt: number, k: Float64Array): Float64Array {
  for (let i = 0; i < v.length; i += 1) out[i] = v[i] + dt * k[i];
  return out;
}

function coefficients(
  { rate }: SgdModel,
  { x }: Line,
  { hbar, S, D }: LineFields,
  { t, eta, order }: { t: number; eta: number; order: DriftOrder },
): Coefficients {
  const [b, a] = [x.slice(), x.slice()];
  const [gradient, theta, out, meanField, jacobian] = [0, 1, 2, 3, 4].map(() => new Float64Array(1));
  const fields = { meanField, jacobian };
  for (let i = 0; i < x.length; i += 1) {
    theta[0] = x[i];
    const value = rate.value(t, theta);
    rate.gradient(t, theta, gradient);
    meanField[0] = hbar[i];
    jacobian[0] = D[i];
    const at = { value, timeDerivative: rate.timeDerivative(t, theta), gradient };
    drift(order, fields, at, eta, out);
    b[i] = out[0];
    a[i] = (eta / 2) * value * value * S[i];
  }
  return { b, a };
}

function stableStep({ b, a }: Coefficients, { spacing: h }: Line): number {
  const largest = (values: Float64Array): number => values.reduce((most, value) => max(most, abs(value)), 0);
  return STABLE / (1e-300 + (FIRST_LIMIT * largest(b)) / h + (SECOND_LIMIT * largest(a)) / (h * h));
}

function generator(line: Line, { b, a }: Coefficients, v: Float64Array, out: Float64Array): void {
  const last = v.length - 1;
  for (let i = 1; i < last; i += 1) out[i] = b[i] * line.first(v, i) + a[i] * line.second(v, i);
  out[0] = max(b[0], 0) * line.first(v, 0);
  out[last] = Math.min(b[last], 0) * line.first(v, last);
}
