import { drift, type DriftOrder } from '../drift.js';
import type { SgdModel } from '../model.js';
import type { Coefficients } from './coefficients.js';
import { rateWithin } from './rate-bounds.js';
import type { Equation } from './scheme.js';

const sqrt = Math.sqrt;

/** An equation whose rate can be held over an update. */
export interface HeldEquation extends Equation {
  /** Fixes the rate at its value here until it is held anew. */
  hold(t: number, x: Float64Array): void;
}

/** dX = b dt + sqrt(eta) u S^(1/2) dW with a rate that varies continuously, by the drift of an order. */
export function varyingEquation(
  model: SgdModel,
  { at }: Coefficients,
  { eta, order }: { eta: number; order: DriftOrder },
): Equation {
  const n = model.weights.length;
  const { hbar, S, D, gradient } = workspace(n);
  const fields = { meanField: hbar, jacobian: D };
  return {
    size: n,
    coefficients(t, x, a, b) {
      at(x, hbar, S, D);
      const value = rateWithin(model, t, x);
      model.rate.gradient(t, x, gradient);
      drift(order, fields, { value, timeDerivative: model.rate.timeDerivative(t, x), gradient }, eta, a);
      cholesky(S, n, sqrt(eta) * value, b);
    },
  };
}

/** The same with the rate held over each update, as the real iteration holds it: the derivatives of u play no part. */
export function heldEquation(
  model: SgdModel,
  { at }: Coefficients,
  { eta, order }: { eta: number; order: 'first' | 'second_held' },
): HeldEquation {
  const n = model.weights.length;
  const { hbar, S, D, gradient } = workspace(n);
  const fields = { meanField: hbar, jacobian: D };
  let value = NaN;
  return {
    size: n,
    hold(t, x) {
      value = rateWithin(model, t, x);
    },
    coefficients(_t, x, a, b) {
      at(x, hbar, S, D);
      drift(order, fields, { value, timeDerivative: 0, gradient }, eta, a);
      cholesky(S, n, sqrt(eta) * value, b);
    },
  };
}

function workspace(n: number) {
  return {
    hbar: new Float64Array(n),
    S: new Float64Array(n * n),
    D: new Float64Array(n * n),
    gradient: new Float64Array(n),
  };
}

/** Pivots below this share of their diagonal are rounding: their column is 0. */
const ZERO_PIVOT = 1e-12;

/** factor * L of S = L L^T, lower triangular. */
function cholesky(S: Float64Array, n: number, factor: number, out: Float64Array): void {
  out.fill(0);
  for (let j = 0; j < n; j += 1) {
    for (let i = j; i < n; i += 1) {
      let rest = S[i * n + j];
      for (let k = 0; k < j; k += 1) rest -= out[i * n + k] * out[j * n + k];
      if (i === j) out[j * n + j] = rest > ZERO_PIVOT * S[j * n + j] ? sqrt(rest) : 0;
      else out[i * n + j] = out[j * n + j] === 0 ? 0 : rest / out[j * n + j];
    }
  }
  for (let k = 0; k < out.length; k += 1) out[k] *= factor;
}
