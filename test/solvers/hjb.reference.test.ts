import { describe, expect, test } from '@jest/globals';
import { solveHjb, type ControlProblem, type HjbSolution } from '../../solvers/index.js';
import { bracket } from '../../src/math/interpolation.js';
import { observedOrder } from '../helpers/order.js';
import { FREE_STATE, linearQuadratic, linearQuadraticWithNoise, liTaiE, LQR } from '../helpers/problems.js';
import { within } from '../helpers/within.js';

const OPTIONS = { tolerance: 1e-11, maximumPolicyIterations: 100 };

function solveAtStart(problem: ControlProblem): HjbSolution {
  const solution = solveHjb(problem, { ...OPTIONS, keep: [0] });
  expect(solution.status).toBe('converged');
  expect(solution.monotone).toEqual({ space: true, firstOffender: null });
  return solution;
}

/** Linear in the axis coordinate. */
function at(problem: ControlProblem, values: Float64Array, x: number): number {
  const { index, weight } = bracket(problem.states[0], x);
  return weight === 0 ? values[index] : (1 - weight) * values[index] + weight * values[index + 1];
}

describe('Li, Tai & E quadratic (theory 5 (i))', () => {
  const problem = liTaiE({ nodes: 401, steps: 400 });
  const solution = solveAtStart(problem);

  test('V(0, 2.89) = .0155144758 within 0.7 % at 401 log nodes', () => {
    within(at(problem, solution.value[0], 2.89), 0.0155144758, {
      rel: 0.007,
      because: 'first order: 0.63 % measured on such a grid',
    });
  });

  test('the control is min(1, 2 m / k) away from the switch', () => {
    const k = 0.15;
    problem.states[0].grid.forEach((m, i) => {
      if (m < 0.02 || (m > 0.06 && m < 0.09)) return;
      const expected = m > 0.09 ? 1 : (2 * m) / k;
      within(solution.control[0][i], expected, {
        rel: 0.05,
        because: 'one-sided differences: first order in the spacing 0.026',
      });
    });
  });

  test('order 1 in the spacing and the time step', () => {
    const levels = [101, 201, 401, 801];
    const errors = levels.map((n) => {
      const refined = liTaiE({ nodes: n, steps: n - 1 });
      return Math.abs(at(refined, solveAtStart(refined).value[0], 2.89) - 0.0155144758);
    });
    expect(
      observedOrder(
        levels.map((n) => 1 / n),
        errors,
      ),
    ).toBeGreaterThan(0.9);
  });
});

/** P and int P of the LQR: P = (P+ - P- e) / (1 - e), e = K0 exp(-2 D T). */
function riccati(): { P: number; integral: number } {
  const { A, B, q, r, qT, T } = LQR;
  const b = (B * B) / r;
  const D = Math.sqrt(A * A + q * b);
  const [high, low] = [(A + D) / b, (A - D) / b];
  const K0 = (qT - high) / (qT - low);
  const e = K0 * Math.exp(-2 * D * T);
  return { P: (high - low * e) / (1 - e), integral: high * T + Math.log((1 - e) / (1 - K0)) / b };
}

function exactRegulator(x: number): number {
  const { P, integral } = riccati();
  return P * x * x + LQR.sg ** 2 * integral;
}

describe('linear-quadratic regulator (theory 5 (ii))', () => {
  const exact = exactRegulator(1);

  test('the formula gives the number of the text', () => {
    within(exact, 0.7319848365, { abs: 1e-9, because: 'ten digits in the text' });
  });

  test('V(0, 1) at order >= 0.95, u = -(B/r) P x', () => {
    const levels = [101, 201, 401, 801];
    const solved = levels.map((n) => {
      const problem = linearQuadratic({ nodes: n, steps: n - 1 });
      const solution = solveAtStart(problem);
      return [at(problem, solution.value[0], 1), at(problem, solution.control[0], 1)];
    });
    const errors = solved.map(([value]) => Math.abs(value - exact));
    expect(
      observedOrder(
        levels.map((n) => 1 / n),
        errors,
      ),
    ).toBeGreaterThan(0.95);
    within(solved[3][1], -(LQR.B / LQR.r) * riccati().P, { rel: 0.02, because: 'first-order control at 801 nodes' });
  });
});

describe('two states: the regulator beside a free Ornstein-Uhlenbeck state', () => {
  test('V(0; x, y) = V_LQR(x) + W(y) at order >= 0.9', () => {
    const { kappa, s, c } = FREE_STATE;
    const v = (s * s) / (2 * kappa);
    const free = (y: number): number =>
      (c * (y * y - v) * (1 - Math.exp(-2 * kappa * LQR.T))) / (2 * kappa) + c * v * LQR.T;
    const levels = [13, 25, 37, 49];
    const errors = levels.map((n) => {
      const problem = linearQuadraticWithNoise({ nodes: n, steps: n - 1 });
      const solution = solveAtStart(problem);
      const [i, j] = [
        problem.states[0].grid.findIndex((x) => x === 1),
        problem.states[1].grid.findIndex((y) => y === 2),
      ];
      return Math.abs(solution.value[0][i * n + j] - (exactRegulator(1) + free(2)));
    });
    expect(
      observedOrder(
        levels.map((n) => 1 / n),
        errors,
      ),
    ).toBeGreaterThan(0.9);
  });
});
