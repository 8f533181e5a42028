/**
 * The scalar problem dX = (a X + b u) dt + (c X + d u) dW + s dB with W, B independent and u free:
 *   minimise E[ integral_0^T (q X^2 + r u^2) dt + qT X_T^2 ],   r + d^2 P > 0 throughout.
 */
export interface LinearQuadraticProblem {
  readonly a: number;
  readonly b: number;
  /** Noise in proportion to the state and to the control, per root of time. */
  readonly c: number;
  readonly d: number;
  /** Noise that nothing moves. */
  readonly s: number;
  readonly q: number;
  readonly r: number;
  readonly qT: number;
  /** T > 0 */
  readonly horizon: number;
}

export interface LinearQuadraticSolution {
  /** `unbounded`: the cost of the control does not keep the problem finite. */
  readonly status: 'solved' | 'unbounded';
  /** V(0, x) = P x^2 + constant. */
  readonly P: number;
  readonly constant: number;
  /** The optimal control at time 0 is -gain x. */
  readonly gain: number;
}

/**
 * Value and feedback of the scalar linear-quadratic problem with control in the noise, from the Riccati equation in
 * time to go, P(0) = qT:
 *   P' = (2 a + c^2) P + q - (b + c d)^2 P^2 / (r + d^2 P),   constant' = s^2 P,   gain = (b + c d) P / (r + d^2 P),
 * by the classical Runge-Kutta method (Yong & Zhou 1999, ch. 6).
 *
 * @param steps - of Runge-Kutta, at least 1; the error falls as steps^-4
 *
 * @example
 * solveLinearQuadratic({ a: 0, b: 1, c: 0, d: 0, s: 0, q: 1, r: 1, qT: 0, horizon: 1 }, { steps: 100 }).P; // tanh(1)
 */
export function solveLinearQuadratic(
  problem: LinearQuadraticProblem,
  { steps }: { readonly steps: number },
): LinearQuadraticSolution {
  const { a, b, c, d, s, q, r, qT, horizon } = problem;
  const h = horizon / steps;
  const weight = (P: number): number => r + d * d * P;
  const slope = (P: number): number => (2 * a + c * c) * P + q - ((b + c * d) * P) ** 2 / weight(P);
  let P = qT;
  let integral = 0;
  let isBounded = weight(P) > 0;
  for (let step = 0; step < steps && isBounded; step += 1) {
    const k1 = slope(P);
    const k2 = slope(P + (h / 2) * k1);
    const k3 = slope(P + (h / 2) * k2);
    const k4 = slope(P + h * k3);
    const next = P + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    // Hermite: the integral of the cubic through both values and slopes.
    integral += (h / 2) * (P + next) + ((h * h) / 12) * (k1 - slope(next));
    P = next;
    isBounded = weight(P) > 0 && Number.isFinite(P);
  }
  const gain = ((b + c * d) * P) / weight(P);
  return { status: isBounded ? 'solved' : 'unbounded', P, constant: s * s * integral, gain };
}
