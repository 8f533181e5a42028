import { logGrid, uniformGrid, type ControlProblem, type StateAxis } from '../../../solvers/index.js';

/** A problem of the kind that Achdou & Moll's codes solve, with the value and the control in closed form at one state. */
export interface PeerProblem {
  readonly what: string;
  readonly problem: ControlProblem;
  readonly x: number;
  readonly value: number;
  /** Null where there is none, or it is not unique. */
  readonly control: number | null;
}

const axisOf = (
  name: string,
  low: number,
  high: number,
  nodes: number,
  boundary: StateAxis['boundary'],
): StateAxis => ({ name, grid: logGrid(low, high, nodes), coordinate: 'log', boundary });

const ENDLESS = { horizon: 'infinite', times: [], timeDependent: false, terminalCost: () => 0 } as const;

/** Consumption and saving without noise, log utility: c = rho w, V = (ln(rho w) + (r - rho) / rho) / rho. */
function consumption(nodes: number): PeerProblem {
  const [rho, r, x] = [0.05, 0.03, 1];
  const problem: ControlProblem = {
    ...{ ...ENDLESS, name: 'consumption and saving', objective: 'maximize', discount: rho },
    states: [axisOf('w', 1e-4, 10, nodes, ['state_constraint', 'reflecting'])],
    controls: [{ name: 'c', lower: () => 1e-6, upper: () => 10 }],
    drift: (_t, [w], [c], out) => (out[0] = r * w - c),
    covariance: (_t, _x, _u, out) => (out[0] = 0),
    runningCost: (_t, _x, [c]) => Math.log(c),
    polynomial: false,
  };
  const value = (Math.log(rho * x) + (r - rho) / rho) / rho;
  return { what: 'consumption and saving, log utility', problem, x, value, control: rho * x };
}

/** Optimal growth, dk = k^a - delta k - c with utility c^(1 - a) / (1 - a): c = b k, b = (rho + delta (1 - a)) / a (Smith 2006). */
function growth(nodes: number): PeerProblem {
  const [rho, a, delta, x] = [0.05, 0.36, 0.06, 4];
  const b = (rho + delta * (1 - a)) / a;
  const problem: ControlProblem = {
    ...{ ...ENDLESS, name: 'growth', objective: 'maximize', discount: rho },
    states: [axisOf('k', 0.2, 40, nodes, ['state_constraint', 'state_constraint'])],
    controls: [{ name: 'c', lower: () => 1e-3, upper: () => 20 }],
    drift: (_t, [k], [c], out) => (out[0] = k ** a - delta * k - c),
    covariance: (_t, _x, _u, out) => (out[0] = 0),
    runningCost: (_t, _x, [c]) => c ** (1 - a) / (1 - a),
    polynomial: false,
  };
  // V = A k^(1 - a) + B with A = b^(-a) / (1 - a) and rho B = A (1 - a).
  const A = b ** -a / (1 - a);
  const value = A * x ** (1 - a) + (A * (1 - a)) / rho;
  return { what: 'optimal growth', problem, x, value, control: b * x };
}

/** When to sell, dX = m X dt + s X dW, reward X - K: (L - K) (x / L)^g. */
function stopping(nodes: number): PeerProblem {
  const [rho, m, s, K, x] = [0.05, 0.01, 0.3, 1, 1.2];
  const [half, linear] = [(s * s) / 2, m - (s * s) / 2];
  const g = (-linear + Math.sqrt(linear * linear + 4 * half * rho)) / (2 * half);
  const L = (K * g) / (g - 1);
  const problem: ControlProblem = {
    ...{ ...ENDLESS, name: 'when to sell', objective: 'maximize', discount: rho },
    states: [axisOf('x', 0.02, 100, nodes, ['linear', 'linear'])],
    controls: [],
    drift: (_t, [y], _u, out) => (out[0] = m * y),
    covariance: (_t, [y], _u, out) => (out[0] = (s * y) ** 2),
    runningCost: () => 0,
    obstacle: (_t, [y]) => Math.max(y - K, 0),
  };
  return { what: 'when to sell (a stopping problem)', problem, x, value: (L - K) * (x / L) ** g, control: null };
}

/** A regulator under noise: V = P x^2 + s^2 P / rho. */
function regulator(nodes: number): PeerProblem {
  const [rho, a, r, s, x] = [0.1, 0.3, 0.5, 0.45, 1];
  const half = a - rho / 2;
  const P = r * (half + Math.sqrt(half * half + 1 / r));
  const problem: ControlProblem = {
    ...{ ...ENDLESS, name: 'regulator', objective: 'minimize', discount: rho },
    states: [
      { name: 'x', grid: uniformGrid(-5, 5, nodes), coordinate: 'identity', boundary: ['reflecting', 'reflecting'] },
    ],
    controls: [{ name: 'u', lower: () => -20, upper: () => 20 }],
    drift: (_t, [y], [u], out) => (out[0] = a * y + u),
    covariance: (_t, _x, _u, out) => (out[0] = s * s),
    runningCost: (_t, [y], [u]) => y * y + r * u * u,
  };
  return { what: 'regulator under noise', problem, x, value: P * x * x + (s * s * P) / rho, control: -(P / r) * x };
}

export const PEER_PROBLEMS: readonly ((nodes: number) => PeerProblem)[] = [consumption, growth, stopping, regulator];
