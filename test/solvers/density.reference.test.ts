import { describe, expect, test } from '@jest/globals';
import { density } from '../../solvers/density/index.js';
import { solveHjb, uniformGrid, type ControlProblem } from '../../solvers/index.js';
import { within } from '../helpers/within.js';
import { brownianMotion } from './density-problems.js';

const SOLVER = { tolerance: 1e-10, maximumPolicyIterations: 100, keep: 'all' as const };
const LQR = { a: 0.5, s: 0.4, T: 1, x0: 0.8 };

/** dx = (a x + u) dt + s dW, cost x^2 + u^2: u = -P(t) x with P' = -(2 a P + 1 - P^2), P(T) = 0. */
function regulator(nodes: number, steps: number, scheme: 'monotone' | 'accurate'): ReturnType<typeof density> {
  const { a, s, T, x0 } = LQR;
  const problem: ControlProblem = {
    ...brownianMotion({
      ...{ domain: [-2.5, 2.5], boundary: ['reflecting', 'reflecting'], nodes },
      ...{ times: uniformGrid(0, T, steps + 1), variance: s * s },
    }),
    controls: [{ name: 'u', lower: () => -20, upper: () => 20 }],
    drift: (_t, [x], [u], out) => (out[0] = a * x + u),
    runningCost: (_t, [x], [u]) => x * x + u * u,
    terminalCost: () => 0,
  };
  return density(problem, solveHjb(problem, { ...SOLVER, scheme }), { x: x0 }, { keep: steps });
}

/** Gaussian mean and variance: m' = (a - P) m, v' = 2 (a - P) v + s^2. */
function gaussian(): { mean: number; variance: number } {
  const { a, s, T, x0 } = LQR;
  const steps = 20000;
  const h = T / steps;
  const P = [0];
  for (let k = 0; k < steps; k += 1) {
    const slope = (p: number): number => 2 * a * p + 1 - p * p;
    P.push(P[k] + h * slope(P[k] + (h / 2) * slope(P[k])));
  }
  let [m, v] = [x0, 0];
  for (let k = steps; k > 0; k -= 1) {
    const rate = a - (P[k] + P[k - 1]) / 2;
    m *= Math.exp(h * rate);
    v = v * Math.exp(2 * h * rate) + h * s * s;
  }
  return { mean: m, variance: v };
}

describe('Ornstein-Uhlenbeck under the optimal linear feedback', () => {
  test('mean and variance tend to the Gaussian ones at first order', () => {
    const exact = gaussian();
    const errors = [100, 200, 400].map((n) => {
      const { mean, covariance, massDefect } = regulator(n + 1, n, 'accurate');
      expect(massDefect).toBeLessThan(1e-12);
      return { mean: mean[1]![0] - exact.mean, variance: covariance[1]![0] - exact.variance };
    });
    within(errors[2].mean, 0, { abs: 0.004 * exact.mean, because: 'first order at 401 x 400' });
    within(errors[2].variance, 0, { abs: 0.03 * exact.variance, because: 'numerical diffusion of the upwind scheme' });
    within(errors[2].variance / errors[1].variance, 0.5, { abs: 0.06, because: 'first order' });
    within(errors[2].mean / errors[1].mean, 0.5, { abs: 0.06, because: 'first order' });
  });
});

test('a reflected Brownian motion becomes uniform', () => {
  const problem = brownianMotion({
    ...{
      domain: [0, 1],
      boundary: ['reflecting', 'reflecting'],
      nodes: 41,
      times: uniformGrid(0, 6, 121),
      variance: 1,
    },
  });
  const { mass, mean, covariance } = density(problem, solveHjb(problem, SOLVER), { x: 0.1 }, { keep: 120 });
  // The face nodes stand for half a cell each.
  mass[1].forEach((p, i) => within(p, (i % 40 === 0 ? 0.5 : 1) / 40, { rel: 1e-9, because: 'e^(-pi^2 t/2) is left' }));
  within(mean[1]![0], 0.5, { abs: 1e-9, because: 'symmetry' });
  within(covariance[1]![0], 1 / 12, { abs: 1.1e-4, because: 'trapezoidal rule for x^2: h^2/6' });
});

test('two absorbing faces: survival against the series', () => {
  // P(alive at T) = sum over odd k of 4/(k pi) sin(k pi x0) exp(-k^2 pi^2 s T/2).
  const [x0, T, variance] = [0.3, 0.4, 0.5];
  const series = Array.from({ length: 30 }, (_, i) => 2 * i + 1).reduce(
    (sum, k) =>
      sum + (4 / (k * Math.PI)) * Math.sin(k * Math.PI * x0) * Math.exp((-(k ** 2) * Math.PI ** 2 * variance * T) / 2),
    0,
  );
  const errorAt = (steps: number): number => {
    const face = { dirichlet: (): number => 0 };
    const problem = brownianMotion({
      ...{ domain: [0, 1], boundary: [face, face], nodes: 201, times: uniformGrid(0, T, steps + 1), variance },
    });
    const { absorbed, massDefect } = density(problem, solveHjb(problem, SOLVER), [x0], { keep: 'all' });
    expect(massDefect).toBeLessThan(1e-12);
    return absorbed[steps] - (1 - series);
  };
  const [coarse, fine] = [200, 400].map(errorAt);
  within(fine, 0, { abs: 1e-3, because: 'implicit Euler at 400 steps' });
  within(fine / coarse, 0.5, { abs: 0.05, because: 'first order in time' });
});

test('over an infinite horizon the law becomes stationary: variance s^2/(2 k) of dx = -k x dt + s dW', () => {
  const [k, s] = [1.5, 0.6];
  const walk = brownianMotion({
    ...{ domain: [-2, 2], boundary: ['reflecting', 'reflecting'], nodes: 401, times: [0, 1], variance: s * s },
  });
  const problem: ControlProblem = {
    ...walk,
    ...{ horizon: 'infinite', times: [], discount: 0.5 },
    drift: (_t, [x], _u, out) => (out[0] = -k * x),
    runningCost: (_t, [x]) => x * x,
  };
  const solution = solveHjb(problem, SOLVER);
  const { covariance, massDefect } = density(problem, solution, [1], { keep: 40, times: uniformGrid(0, 10, 41) });
  within(covariance[1]![0], (s * s) / (2 * k), { rel: 0.02, because: 'upwind: variance + |drift| h' });
  expect(massDefect).toBeLessThan(1e-12);
});
