import { logGrid, uniformGrid, type ControlProblem } from '../../solvers/index.js';

/** Li, Tai & E quadratic in m = E f: m' = -2 a u m + a k u^2 / 2, minimise m(T), u in [0, 1]. */
export function liTaiE({ nodes, steps }: { nodes: number; steps: number }): ControlProblem {
  const a = 2;
  const k = 0.15;
  return {
    name: 'Li-Tai-E quadratic',
    objective: 'minimize',
    horizon: 3,
    states: [{ name: 'm', grid: logGrid(1e-4, 4, nodes), coordinate: 'log', boundary: ['reflecting', 'reflecting'] }],
    controls: [{ name: 'u', lower: () => 0, upper: () => 1 }],
    timeDependent: false,
    drift: (_t, [m], [u], out) => (out[0] = -2 * a * u * m + (a * k * u * u) / 2),
    covariance: (_t, _x, _u, out) => (out[0] = 0),
    runningCost: () => 0,
    terminalCost: ([m]) => m,
    times: uniformGrid(0, 3, steps + 1),
  };
}

/** LQR dX = (A X + B u) dt + sg dW, cost int (q X^2 + r u^2) + qT X_T^2 on a wide reflecting domain. */
export function linearQuadratic({ nodes, steps }: { nodes: number; steps: number }): ControlProblem {
  const { A, B, sg, q, r, qT, T } = LQR;
  return {
    name: 'LQR',
    objective: 'minimize',
    horizon: T,
    states: [
      { name: 'x', grid: uniformGrid(-6, 6, nodes), coordinate: 'identity', boundary: ['reflecting', 'reflecting'] },
    ],
    controls: [{ name: 'u', lower: () => -30, upper: () => 30 }],
    timeDependent: false,
    drift: (_t, [x], [u], out) => (out[0] = A * x + B * u),
    covariance: (_t, _x, _u, out) => (out[0] = sg * sg),
    runningCost: (_t, [x], [u]) => q * x * x + r * u * u,
    terminalCost: ([x]) => qT * x * x,
    times: uniformGrid(0, T, steps + 1),
  };
}

export const LQR = { A: -0.4, B: 1.2, sg: 0.5, q: 1.5, r: 0.3, qT: 0.7, T: 2 };

/**
 * The LQR beside a free Ornstein-Uhlenbeck state dY = -kappa Y dt + s dW with running cost c Y^2: the value is the sum of
 * both, W(y) = c (y^2 - v)(1 - exp(-2 kappa T)) / (2 kappa) + c v T with v = s^2 / (2 kappa).
 */
export function linearQuadraticWithNoise({ nodes, steps }: { nodes: number; steps: number }): ControlProblem {
  const { A, B, sg, q, r, qT } = LQR;
  const { kappa, s, c } = FREE_STATE;
  const one = linearQuadratic({ nodes, steps });
  return {
    ...one,
    name: 'LQR and a free state',
    states: [one.states[0], { ...one.states[0], name: 'y', grid: uniformGrid(-4, 4, nodes) }],
    drift: (_t, [x, y], [u], out) => {
      out[0] = A * x + B * u;
      out[1] = -kappa * y;
    },
    covariance: (_t, _x, _u, out) => out.set([sg * sg, 0, 0, s * s]),
    runningCost: (_t, [x, y], [u]) => q * x * x + r * u * u + c * y * y,
    terminalCost: ([x]) => qT * x * x,
  };
}

export const FREE_STATE = { kappa: 0.7, s: 0.6, c: 0.8 };
