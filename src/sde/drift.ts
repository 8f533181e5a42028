import type { FieldValues } from './fields.js';

/** Which drift: b0; b0 + eta b1 with the rate held over each update; or with a rate that varies continuously. */
export type DriftOrder = 'first' | 'second_held' | 'second_full';

/** The rate u at a point, with its derivatives. */
export interface RateAt {
  readonly value: number;
  readonly timeDerivative: number;
  readonly gradient: ArrayLike<number>;
}

/**
 * The drift of the SDE dX = b dt + sqrt(eta) u S^(1/2) dW of adversarial SGD (Li, Tai & E 2017; theory of Gu & Guo 2021):
 *   first        b = -u hbar
 *   second_held  b = -u hbar - (eta / 2) u^2 (D hbar) hbar
 *   second_full  b = -u hbar + (eta / 2) (hbar (u_t - u hbar . grad u) - u^2 (D hbar) hbar)
 *
 * @param fields - hbar, [n], and D hbar, [n, n] row-major
 * @param out - receives b, [n]
 *
 * @example
 * const fields = { meanField: Float64Array.of(2), jacobian: Float64Array.of(3) };
 * drift('second_held', fields, { value: 1, timeDerivative: 0, gradient: [0] }, 0.1, out); // out[0] = -2 - 0.05 * 6
 */
export function drift(
  order: DriftOrder,
  { meanField: hbar, jacobian: D }: Pick<FieldValues, 'meanField' | 'jacobian'>,
  { value: u, timeDerivative, gradient }: RateAt,
  eta: number,
  out: Float64Array,
): void {
  const n = hbar.length;
  let along = 0;
  for (let j = 0; j < n; j += 1) along += hbar[j] * gradient[j];
  const variation = order === 'second_full' ? timeDerivative - u * along : 0;
  for (let i = 0; i < n; i += 1) {
    let turn = 0;
    for (let j = 0; j < n; j += 1) turn += D[i * n + j] * hbar[j];
    const second = order === 'first' ? 0 : (eta / 2) * (hbar[i] * variation - u * u * turn);
    out[i] = -u * hbar[i] + second;
  }
}
