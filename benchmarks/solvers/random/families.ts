import { logGrid, uniformGrid, type Boundary, type ControlProblem, type StateAxis } from '../../../solvers/index.js';
import { erf } from '../../../src/math/erf.js';

/** A random problem with what is known of it at its one query. */
export interface RandomProblem {
  readonly problem: ControlProblem;
  readonly query: { readonly t: number; readonly x: readonly number[] };
  readonly value: number;
  /** The optimal control; null where there is none, or it is not unique. */
  readonly control: number | null;
  /** What the data allow the value. */
  readonly range: readonly [number, number];
}

/** Draws of one problem: a number between two, evenly, or evenly in the logarithm. */
export interface Draws {
  between(low: number, high: number): number;
  spread(low: number, high: number): number;
}

/** Nodes and steps of a problem, times `scale`. */
export type Family = (draws: Draws, scale: number) => RandomProblem;

interface Parts {
  readonly name: string;
  readonly axis: StateAxis;
  readonly horizon: number | 'infinite';
  readonly steps?: number;
  readonly bounds?: readonly [number, number];
  readonly drift: (x: number, u: number) => number;
  readonly variance: (x: number, u: number) => number;
  readonly running?: (x: number, u: number, t: number) => number;
  readonly terminal?: (x: number) => number;
  readonly rest?: Partial<ControlProblem>;
}

function problemOf({ name, axis, horizon, steps = 100, bounds, drift, variance, ...parts }: Parts): ControlProblem {
  const { running = () => 0, terminal = () => 0, rest = {} } = parts;
  return {
    ...{ name, objective: 'minimize', horizon, states: [axis], timeDependent: false },
    controls: bounds === undefined ? [] : [{ name: 'u', lower: () => bounds[0], upper: () => bounds[1] }],
    drift: (_t, [x], [u], out) => (out[0] = drift(x, u)),
    covariance: (_t, [x], [u], out) => (out[0] = variance(x, u)),
    runningCost: (t, [x], [u]) => running(x, u, t),
    terminalCost: ([x]) => terminal(x),
    times: horizon === 'infinite' ? [] : uniformGrid(0, horizon, steps + 1),
    ...rest,
  };
}

function axisOf(
  low: number,
  high: number,
  nodes: number,
  faces: readonly [Boundary, Boundary],
  isLog = false,
): StateAxis {
  const grid = (isLog ? logGrid : uniformGrid)(low, high, nodes);
  return { name: 'x', grid, coordinate: isLog ? 'log' : 'identity', boundary: faces };
}

const REFLECTING: readonly [Boundary, Boundary] = ['reflecting', 'reflecting'];
const LINEAR: readonly [Boundary, Boundary] = ['linear', 'linear'];
const count = (n: number, scale: number): number => 2 * Math.round((n * scale) / 2) + 1;

/** P of P' = 2 a P + q - P^2 b, P(0) = end, with its integral, after tau. */
function riccati(a: number, b: number, q: number, end: number, tau: number): { P: number; integral: number } {
  const D = Math.sqrt(a * a + q * b);
  const [high, low] = [(a + D) / b, (a - D) / b];
  const K = (end - high) / (end - low);
  const e = K * Math.exp(-2 * D * tau);
  return {
    P: (high - low * e) / (1 - e),
    integral: high * tau + Math.log((1 - K * Math.exp(-2 * D * tau)) / (1 - K)) / b,
  };
}

interface Regulator {
  readonly horizon: number;
  readonly reach: number;
  readonly bound: number;
  readonly nodes: number;
  readonly steps: number;
}

/** dX = (a X + b u) dt + s dW, cost q X^2 + r u^2, end Q X^2: V = P x^2 + s^2 int P, u = -(b / r) P x. */
function regulator(name: string, draws: Draws, { horizon, reach, bound, nodes, steps }: Regulator): RandomProblem {
  const [a, b, s] = [draws.between(-1, 0.4), draws.between(0.6, 1.6), draws.between(0.2, 0.6)];
  const [q, r, Q] = [draws.between(0.5, 2), draws.between(0.2, 1), draws.between(0.2, 1.5)];
  const x = draws.between(0.3, 1.2);
  const { P, integral } = riccati(a, (b * b) / r, q, Q, horizon);
  const problem = problemOf({
    ...{ name, horizon, steps, bounds: [-bound, bound], axis: axisOf(-reach, reach, nodes, REFLECTING) },
    drift: (y, u) => a * y + b * u,
    variance: () => s * s,
    running: (y, u) => q * y * y + r * u * u,
    terminal: (y) => Q * y * y,
  });
  const value = P * x * x + s * s * integral;
  return { problem, query: { t: 0, x: [x] }, value, control: (-b / r) * P * x, range: [0, Infinity] };
}

/** dw = (r + u m) w dt + u s w dW, max E w^p / p: u = m / (s^2 (1 - p)), V = w^p / p e^(p (r + m u / 2) tau). */
function merton(
  name: string,
  draws: Draws,
  scale: number,
  reach: number,
  faces: readonly [Boundary, Boundary],
): RandomProblem {
  const [r, m, s, p] = [
    draws.between(0.01, 0.05),
    draws.between(0.02, 0.08),
    draws.between(0.15, 0.35),
    draws.between(0.2, 0.7),
  ];
  const [T, w] = [draws.between(0.5, 3), draws.between(0.8, 1.25)];
  const best = m / (s * s * (1 - p));
  const u = Math.min(best, 3);
  const problem = problemOf({
    ...{ name, horizon: T, steps: Math.round(80 * scale), bounds: [0, 3] },
    axis: axisOf(w / reach, w * reach, count(100, scale), faces, true),
    drift: (y, v) => (r + m * v) * y,
    variance: (y, v) => (s * v * y) ** 2,
    terminal: (y) => y ** p / p,
    rest: { objective: 'maximize' },
  });
  const rate = p * (r + m * u - ((1 - p) / 2) * s * s * u * u);
  return {
    problem,
    query: { t: 0, x: [w] },
    value: (w ** p / p) * Math.exp(rate * T),
    control: u,
    range: [0, Infinity],
  };
}

/** Twelve families, each of which has gone wrong in some code. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  regulator: (draws, scale) =>
    regulator('regulator', draws, { horizon: draws.between(0.5, 3), reach: 6, bound: 30, nodes: count(120, scale), steps: Math.round(80 * scale) }), // prettier-ignore

  'regulator, long': (draws, scale) =>
    regulator('regulator, long', draws, { horizon: draws.spread(30, 1000), reach: 5, bound: 25, nodes: count(120, scale), steps: Math.round(100 * scale) }), // prettier-ignore

  'regulator, wide bounds': (draws, scale) =>
    regulator('regulator, wide bounds', draws, { horizon: draws.between(0.5, 3), reach: 6, bound: draws.spread(1e2, 1e6), nodes: count(120, scale), steps: Math.round(80 * scale) }), // prettier-ignore

  'regulator, perpetual': (draws, scale) => {
    const [a, b, s, rho] = [
      draws.between(-1, 0.2),
      draws.between(0.6, 1.6),
      draws.between(0.2, 0.6),
      draws.between(0.05, 0.5),
    ];
    const [q, r, x] = [draws.between(0.5, 2), draws.between(0.2, 1), draws.between(0.3, 1.2)];
    const half = a - rho / 2;
    const P = (half + Math.sqrt(half * half + (q * b * b) / r)) / ((b * b) / r);
    const problem = problemOf({
      ...{ name: 'regulator, perpetual', horizon: 'infinite', bounds: [-30, 30] },
      axis: axisOf(-6, 6, count(120, scale), REFLECTING),
      drift: (y, u) => a * y + b * u,
      variance: () => s * s,
      running: (y, u) => q * y * y + r * u * u,
      rest: { discount: rho },
    });
    return {
      problem,
      query: { t: 0, x: [x] },
      value: P * x * x + (s * s * P) / rho,
      control: (-b / r) * P * x,
      range: [0, Infinity],
    };
  },

  merton: (draws, scale) => merton('merton', draws, scale, 30, LINEAR),

  'merton, cut off': (draws, scale) => merton('merton, cut off', draws, scale, draws.between(2, 5), draws.between(0, 1) < 0.5 ? REFLECTING : LINEAR), // prettier-ignore

  'regulator without noise, cut off': (draws, scale) => {
    // dX = (a X + u) dt, cost r u^2, end Q X^2, the query near a reflecting face: P' = 2 a P - P^2 / r.
    const [a, r, Q, T] = [
      draws.between(0.5, 1.2),
      draws.between(0.2, 0.6),
      draws.between(0.1, 0.4),
      draws.between(0.5, 1),
    ];
    const x = draws.between(1, 2.7);
    const { P } = riccati(a, 1 / r, 0, Q, T);
    const problem = problemOf({
      ...{ name: 'regulator without noise, cut off', horizon: T, steps: Math.round(80 * scale), bounds: [-20, 20] },
      axis: axisOf(-3, 3, count(120, scale), REFLECTING),
      drift: (y, u) => a * y + u,
      variance: () => 0,
      running: (_, u) => r * u * u,
      terminal: (y) => Q * y * y,
    });
    return { problem, query: { t: 0, x: [x] }, value: P * x * x, control: (-P * x) / r, range: [0, Infinity] };
  },

  liquidation: (draws, scale) => {
    // dq = -v dt, cost eta v^2 + lambda q^2, a hard penalty A q^2 at the end: a layer of the length eta / A.
    const [eta, lambda, A, q] = [
      draws.between(0.05, 0.3),
      draws.between(0.1, 1),
      draws.spread(10, 1000),
      draws.between(0.4, 1.5),
    ];
    const { P } = riccati(0, 1 / eta, lambda, A, 1);
    const most = (2 * A) / eta;
    const problem = problemOf({
      ...{ name: 'liquidation', horizon: 1, steps: Math.round(80 * scale), bounds: [0, most] },
      axis: axisOf(0, 2, count(100, scale), ['natural', 'natural']),
      drift: (_, v) => -v,
      variance: () => 0,
      running: (y, v) => eta * v * v + lambda * y * y,
      terminal: (y) => A * y * y,
      rest: { controls: [{ name: 'u', lower: () => 0, upper: (_t, [y]) => (y > 0 ? most : 0) }] },
    });
    return { problem, query: { t: 0, x: [q] }, value: P * q * q, control: (P * q) / eta, range: [0, Infinity] };
  },

  digital: (draws, scale) => {
    // A digital option whose strike is at no node.
    const [r, s, T, S] = [
      draws.between(0, 0.08),
      draws.between(0.15, 0.45),
      draws.between(0.3, 2),
      draws.between(80, 125),
    ];
    const reach = Math.exp(5 * s * Math.sqrt(T) + draws.between(0.1, 0.5));
    const problem = problemOf({
      ...{
        name: 'digital',
        horizon: T,
        steps: Math.round(60 * scale),
        axis: axisOf(100 / reach, 100 * reach, count(140, scale), LINEAR, true),
      },
      drift: (y) => r * y,
      variance: (y) => (s * y) ** 2,
      terminal: (y) => (y > 100 * 1.0037 ? 1 : 0),
      rest: { discount: r },
    });
    const d2 = (Math.log(S / 100.37) + (r - (s * s) / 2) * T) / (s * Math.sqrt(T));
    return {
      problem,
      query: { t: 0, x: [S] },
      value: Math.exp(-r * T) * normalDistribution(d2),
      control: null,
      range: [0, 1],
    };
  },

  'digital, uncertain volatility': (draws, scale) => {
    // max over u in [low, high] of P(X_T > 0), dX = u dW (Peng, Yang & Yao 2023): oscillating Brownian motion.
    const low = draws.between(0.2, 0.5);
    const high = low * draws.between(1.3, 3);
    const T = draws.between(0.3, 1.5);
    const x = draws.between(-0.8, 0.8);
    const reach = 6 * high * Math.sqrt(T);
    const problem = problemOf({
      ...{ name: 'digital, uncertain volatility', horizon: T, steps: Math.round(80 * scale), bounds: [low, high] },
      axis: axisOf(-reach, reach * draws.between(1, 1.05), count(160, scale), LINEAR),
      drift: () => 0,
      variance: (_, u) => u * u,
      terminal: (y) => (y > 0 ? 1 : 0),
      rest: { objective: 'maximize' },
    });
    const root = Math.sqrt(T);
    const value =
      x < 0
        ? ((2 * high) / (low + high)) * normalDistribution(x / (high * root))
        : 1 - ((2 * low) / (low + high)) * normalDistribution(-x / (low * root));
    return { problem, query: { t: 0, x: [x] }, value, control: x < 0 ? high : low, range: [0, 1] };
  },

  pulse: (draws, scale) => {
    // A cost that is paid for less than a step of the grid.
    const [width, height, at] = [draws.spread(3e-3, 0.1), draws.between(1, 50), draws.between(0.1, 0.9)];
    const [s, c] = [draws.between(0.1, 0.4), draws.between(0.2, 1)];
    const problem = problemOf({
      ...{
        name: 'pulse',
        horizon: 1,
        steps: Math.round(60 * scale),
        axis: axisOf(-3, 3, count(60, scale), REFLECTING),
      },
      drift: () => 0,
      variance: () => s * s,
      running: (_x, _u, t) => c + (Math.abs(t - at) < width / 2 ? height : 0),
      rest: { timeDependent: true },
    });
    const within = Math.min(at + width / 2, 1) - Math.max(at - width / 2, 0);
    return { problem, query: { t: 0, x: [0.3] }, value: c + height * within, control: null, range: [c, c + height] };
  },

  'bang-bang': (draws, scale) => {
    // dx = -a u x dt, cost x + k u, u in [0, 1] (theory.md 5 (vi a)).
    const [a, k, T, x] = [
      draws.between(0.8, 2),
      draws.between(0.2, 1.2),
      draws.between(0.8, 2.5),
      draws.between(0.6, 3.5),
    ];
    const isIdle = a * x * T <= k;
    const w = isIdle ? 0 : lambertW((k * Math.exp(a * T)) / x) / a;
    const value = isIdle ? x * T : (x * (1 - Math.exp(-a * (T - w)))) / a + k * (T - w) + k / a;
    const problem = problemOf({
      ...{ name: 'bang-bang', horizon: T, steps: Math.round(100 * scale), bounds: [0, 1] },
      axis: axisOf(0, 4, count(120, scale), ['natural', 'natural']),
      drift: (y, u) => -a * u * y,
      variance: () => 0,
      running: (y, u) => y + k * u,
    });
    // Away from the switching point.
    const control = Math.abs(a * x * T - k) < 0.1 * k ? null : isIdle ? 0 : 1;
    return { problem, query: { t: 0, x: [x] }, value, control, range: [0, x * T] };
  },
};

/** Phi(x), the distribution of a standard normal number. */
function normalDistribution(x: number): number {
  return (1 + erf(x / Math.SQRT2)) / 2;
}

/** w e^w = y for y > 0, by Newton's method. */
function lambertW(y: number): number {
  let w = Math.log(1 + y);
  for (let k = 0; k < 60; k += 1) w -= (w * Math.exp(w) - y) / (Math.exp(w) * (w + 1));
  return w;
}
