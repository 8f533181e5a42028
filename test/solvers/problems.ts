import { logGrid, uniformGrid, type ControlProblem, type StateAxis } from '../../solvers/index.js';

const REFLECTING = ['reflecting', 'reflecting'] as const;

function logAxis(name: string, [low, high]: readonly [number, number], nodes: number): StateAxis {
  return { name, grid: logGrid(Math.exp(low), Math.exp(high), nodes), coordinate: 'log', boundary: REFLECTING };
}

function uniformAxis(name: string, low: number, high: number, nodes: number): StateAxis {
  return { name, grid: uniformGrid(low, high, nodes), coordinate: 'identity', boundary: REFLECTING };
}

/**
 * dX = (.2 X - u) dt + (.3 X + .6 u) dW, cost int (.5 X^2 + .2 u^2) + X_T^2, u in [-2 X, 2 X]: theory 5 (ii). X stays
 * positive; the log domain is wide because reflection would cap the heavy tail of the squared state.
 */
export function controlInDiffusion({ nodes, steps }: { nodes: number; steps: number }): ControlProblem {
  return {
    name: 'control in the diffusion',
    objective: 'minimize',
    horizon: 1.5,
    states: [logAxis('x', [-6, 9], nodes)],
    controls: [{ name: 'u', lower: (_t, [x]) => -2 * x, upper: (_t, [x]) => 2 * x }],
    timeDependent: false,
    drift: (_t, [x], [u], out) => (out[0] = 0.2 * x - u),
    covariance: (_t, [x], [u], out) => (out[0] = (0.3 * x + 0.6 * u) ** 2),
    runningCost: (_t, [x], [u]) => 0.5 * x * x + 0.2 * u * u,
    terminalCost: ([x]) => x * x,
    times: uniformGrid(0, 1.5, steps + 1),
  };
}

/** Interpolation regime, theory 5 (v): dY = -a u Y dt + u sqrt(eta s1) Y dW, V = (a/2) q(tau) y^2, a = 2, eta s1 = 3. */
export function multiplicativeNoise(size: { nodes: number; steps: number; cap: number }): ControlProblem {
  const { nodes, steps, cap } = size;
  return {
    name: 'multiplicative noise',
    objective: 'minimize',
    horizon: 1,
    states: [logAxis('y', [-5, 10], nodes)],
    controls: [{ name: 'u', lower: () => 0, upper: () => cap }],
    timeDependent: false,
    drift: (_t, [y], [u], out) => (out[0] = -2 * u * y),
    covariance: (_t, [y], [u], out) => (out[0] = 3 * u * u * y * y),
    runningCost: () => 0,
    terminalCost: ([y]) => y * y,
    times: uniformGrid(0, 1, steps + 1),
  };
}

/** Theory 5 (ii): A = [[0, 1], [-.5, -.3]], B = (0, 1), Q = diag(1, .2), R = .5, QT = .3 I, T = 2. */
export function regulatorWithCrossDiffusion({ nodes, steps }: { nodes: number; steps: number }): ControlProblem {
  return {
    name: 'two-state LQR, cross diffusion',
    objective: 'minimize',
    horizon: 2,
    states: [uniformAxis('x', -4, 4, nodes), uniformAxis('y', -4, 4, nodes)],
    controls: [{ name: 'u', lower: () => -20, upper: () => 20 }],
    timeDependent: false,
    drift: (_t, [x, y], [u], out) => {
      out[0] = y;
      out[1] = -0.5 * x - 0.3 * y + u;
    },
    covariance: (_t, _x, _u, out) => out.set([0.2, 0.12, 0.12, 0.3]),
    runningCost: (_t, [x, y], [u]) => x * x + 0.2 * y * y + 0.5 * u * u,
    terminalCost: ([x, y]) => 0.3 * (x * x + y * y),
    times: uniformGrid(0, 2, steps + 1),
  };
}

const { PI, cos, sin } = Math;

/**
 * A manufactured problem on the unit square whose value is V = g + (T - t), g = cos(pi x) cos(pi y), which has no slope at
 * reflecting faces: drift (u, -u/2), covariance .6 (1 + .1 u^2) [[1, rho], [rho, 1]], cost (3/2) u^2 + f0(x), with f0 such
 * that min_u { cost + b . g_x + tr(S g_xx)/2 } = 1. Linear in time, so that all of the error is of the differences.
 */
export function manufactured({ nodes, rho }: { nodes: number; rho: number }): ControlProblem {
  const hamiltonianOf = ([x, y]: readonly number[]): [number, number, number] => {
    const slope = -PI * sin(PI * x) * cos(PI * y) + 0.5 * PI * cos(PI * x) * sin(PI * y);
    const trace = 0.6 * PI * PI * (-2 * cos(PI * x) * cos(PI * y) + 2 * rho * sin(PI * x) * sin(PI * y));
    return [trace / 2, slope, (3 + 0.1 * trace) / 2];
  };
  return {
    name: 'manufactured',
    objective: 'minimize',
    horizon: 1,
    states: [uniformAxis('x', 0, 1, nodes), uniformAxis('y', 0, 1, nodes)],
    controls: [{ name: 'u', lower: () => -1, upper: () => 1 }],
    timeDependent: false,
    drift: (_t, _x, [u], out) => out.set([u, -u / 2]),
    covariance: (_t, _x, [u], out) => out.set([1, rho, rho, 1].map((s) => 0.6 * (1 + 0.1 * u * u) * s)),
    runningCost: (_t, x, [u]) => {
      const [c0, c1, c2] = hamiltonianOf(x);
      const best = Math.min(Math.max(-c1 / (2 * c2), -1), 1);
      return 1 - (c0 + best * (c1 + best * c2)) + 1.5 * u * u;
    },
    terminalCost: manufacturedShape,
    times: uniformGrid(0, 1, 6),
  };
}

export function manufacturedShape([x, y]: readonly number[]): number {
  return cos(PI * x) * cos(PI * y);
}

/** A cost that is no polynomial: dx = u dt + .3 dW on [0, 1], cost e^u + f0(x), V = cos(pi x) + (T - t). */
export function exponentialCost({ nodes }: { nodes: number }): ControlProblem {
  const slope = (x: number): number => -PI * sin(PI * x);
  const best = (x: number): number => Math.min(Math.max(Math.log(Math.max(-slope(x), Number.MIN_VALUE)), -2), 2);
  return {
    name: 'exponential cost',
    objective: 'minimize',
    horizon: 1,
    states: [uniformAxis('x', 0, 1, nodes)],
    controls: [{ name: 'u', lower: () => -2, upper: () => 2 }],
    timeDependent: false,
    drift: (_t, _x, [u], out) => (out[0] = u),
    covariance: (_t, _x, _u, out) => (out[0] = 0.09),
    runningCost: (_t, [x], [u]) => {
      const u0 = best(x);
      return 1 - (Math.exp(u0) + u0 * slope(x) - 0.045 * PI * PI * cos(PI * x)) + Math.exp(u);
    },
    terminalCost: ([x]) => cos(PI * x),
    times: uniformGrid(0, 1, 6),
    polynomial: false,
  };
}
