import { describe, expect, test } from '@jest/globals';
import {
  solveHjb,
  solveLinearQuadratic,
  uniformGrid,
  type ControlProblem,
  type HjbOptions,
  type Scheme,
} from '../../solvers/index.js';
import { observedOrder } from '../helpers/order.js';
import { FREE_STATE, linearQuadratic, linearQuadraticWithNoise, liTaiE, LQR } from '../helpers/problems.js';
import { within } from '../helpers/within.js';
import { at, orderAt, solveAtStart, valueAt } from './at-start.js';
import {
  controlInDiffusion,
  exponentialCost,
  manufactured,
  manufacturedShape,
  multiplicativeNoise,
  regulatorWithCrossDiffusion,
} from './problems.js';

describe('Li, Tai & E quadratic (theory 5 (i))', () => {
  const problem = liTaiE({ nodes: 401, steps: 400 });
  const solution = solveAtStart(problem);

  test('V(0, 2.89) = .0155144758 within 0.7 % at 401 log nodes', () => {
    within(at(problem, solution, 2.89).value, 0.0155144758, {
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
    const make = (n: number): ControlProblem => liTaiE({ nodes: n, steps: n - 1 });
    expect(orderAt(make, [101, 201, 401, 801], { x: [2.89], exact: 0.0155144758 })).toBeGreaterThan(0.95);
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

  test('solveLinearQuadratic gives the same', () => {
    const { A, B, sg, q, r, qT, T } = LQR;
    const solved = solveLinearQuadratic({
      ...{ A: [[A]], B: [[B]], G: [[sg]], Q: [[q]], R: [[r]], QT: [[qT]], horizon: T },
    });
    within(solved.value(0, [1]), exact, { abs: 1e-9, because: 'steps at 1e-11' });
  });

  test('V(0, 1) at order >= 0.95, u = -(B/r) P x', () => {
    const make = (n: number): ControlProblem => linearQuadratic({ nodes: n, steps: n - 1 });
    expect(orderAt(make, [101, 201, 401, 801], { x: [1], exact })).toBeGreaterThan(0.95);
    const control = at(make(801), solveAtStart(make(801)), 1).control;
    within(control, -(LQR.B / LQR.r) * riccati().P, { rel: 0.002, because: 'first order: 0.12 % at 801 nodes' });
  });

  test('accurate scheme: value within 0.1 % at 201 nodes, where upwind is 6 % off', () => {
    const problem = linearQuadratic({ nodes: 201, steps: 200 });
    within(valueAt(problem, [1], { scheme: 'accurate' }), exact, {
      rel: 1e-3,
      because: 'central where diffusion dominates: 0.056 % measured',
    });
    expect(Math.abs(valueAt(problem, [1]) / exact - 1)).toBeGreaterThan(0.05);
  });
});

describe('control in the diffusion (theory 5 (ii))', () => {
  const riccatiOf = (r: number): ReturnType<typeof solveLinearQuadratic> =>
    solveLinearQuadratic({
      ...{ A: [[0.2]], B: [[-1]], C: [[[0.3]]], D: [[[0.6]]], Q: [[0.5]], R: [[r]], QT: [[1]], horizon: 1.5 },
    });
  const make = (n: number): ControlProblem => controlInDiffusion({ nodes: n, steps: n - 1 });

  test('the Riccati solver gives the numbers of the text', () => {
    within(riccatiOf(0.2).P[0][0], 0.8467754363, { abs: 1e-9, because: 'ten digits in the text' });
    within(riccatiOf(0.2).gain[0][0], -1.3754001607, { abs: 1e-9, because: 'the same' });
    within(riccatiOf(0).P[0][0], 0.4435642026, { abs: 1e-9, because: 'a free control: the equation is linear' });
  });

  test('a control that costs less than nothing is a status', () => {
    expect(riccatiOf(-1).status).toBe('unbounded');
  });

  test('upwind at order >= 0.95', () => {
    expect(orderAt(make, [101, 201, 401, 801], { x: [1], exact: riccatiOf(0.2).P[0][0] })).toBeGreaterThan(0.95);
  });

  test('accurate scheme: value and control at 801 nodes', () => {
    const { value, control } = at(make(801), solveAtStart(make(801), { scheme: 'accurate' }), 1);
    within(value, riccatiOf(0.2).P[0][0], { rel: 1e-3, because: '0.036 % measured' });
    within(control, -riccatiOf(0.2).gain[0][0], { rel: 1e-3, because: '0.014 % measured' });
  });
});

describe('multiplicative noise (theory 5 (v))', () => {
  // q = e^{-a^2 tau / (eta s1)} with u* = a / (eta s1) = 2/3; capped at u: q = e^{-(2 a u - eta s1 u^2) tau}.
  const make =
    (cap: number) =>
    (n: number): ControlProblem =>
      multiplicativeNoise({ nodes: n, steps: n - 1, cap });

  test('upwind at order >= 0.95', () => {
    expect(orderAt(make(0.8), [101, 201, 401, 801], { x: [1], exact: Math.exp(-4 / 3) })).toBeGreaterThan(0.95);
  });

  test('accurate scheme: value, u* = 2/3 and few policy iterations at 401 nodes', () => {
    const solution = solveAtStart(make(0.8)(401), { scheme: 'accurate' });
    const { value, control } = at(make(0.8)(401), solution, 1);
    within(value, Math.exp(-4 / 3), { rel: 0.005, because: '0.04 % measured' });
    within(control, 2 / 3, { rel: 0.01, because: '0.09 % measured' });
    expect(solution.policyIterations.mean).toBeLessThan(2.5);
    expect(solution.policyIterations.max).toBeLessThanOrEqual(4);
  });

  test('a bound that binds', () => {
    const { value, control } = at(make(0.4)(401), solveAtStart(make(0.4)(401), { scheme: 'accurate' }), 1);
    within(value, Math.exp(-(1.6 - 0.48)), { rel: 0.005, because: '0.07 % measured' });
    expect(control).toBe(0.4);
  });
});

describe('two states: the regulator beside a free Ornstein-Uhlenbeck state', () => {
  test('V(0; x, y) = V_LQR(x) + W(y) at order >= 0.9', () => {
    const { kappa, s, c } = FREE_STATE;
    const v = (s * s) / (2 * kappa);
    const free = (y: number): number =>
      (c * (y * y - v) * (1 - Math.exp(-2 * kappa * LQR.T))) / (2 * kappa) + c * v * LQR.T;
    const make = (n: number): ControlProblem => linearQuadraticWithNoise({ nodes: n, steps: n - 1 });
    expect(orderAt(make, [13, 25, 37, 49], { x: [1, 2], exact: exactRegulator(1) + free(2) })).toBeGreaterThan(0.9);
  });
});

describe('two states: regulator with cross diffusion (theory 5 (ii))', () => {
  test('V(0; 1, -.5) at order >= 0.95, the covariance on the 7-point stencil', () => {
    const make = (n: number): ControlProblem => regulatorWithCrossDiffusion({ nodes: n, steps: n - 1 });
    expect(orderAt(make, [17, 25, 33, 49], { x: [1, -0.5], exact: 1.5247086274 })).toBeGreaterThan(0.95);
  });
});

describe('two states: one control in both drifts and in a correlated covariance, exact solution', () => {
  /** Largest error over all nodes. */
  function largestError(rho: number, nodes: number, options: Partial<HjbOptions>, stretched: Stretch): number {
    const even = manufactured({ nodes, rho });
    const problem = { ...even, states: even.states.map((axis) => ({ ...axis, grid: axis.grid.map(stretched) })) };
    const [value] = solveAtStart(problem, options).value;
    const [xs, ys] = problem.states.map(({ grid }) => grid);
    return Math.max(
      ...xs.flatMap((x, i) => ys.map((y, j) => Math.abs(value[i * nodes + j] - 1 - manufacturedShape([x, y])))),
    );
  }
  type Stretch = (x: number) => number;
  const evenly: Stretch = (x) => x;
  const order = (rho: number, scheme: Scheme, levels: readonly number[], stretched: Stretch = evenly): number =>
    observedOrder(
      levels.map((n) => 1 / (n - 1)),
      levels.map((n) => largestError(rho, n, { scheme }, stretched)),
    );

  test.each([0, -0.9, 1])('upwind at order >= 0.9, correlation %d', (rho) => {
    expect(order(rho, 'monotone', [33, 41, 49, 57])).toBeGreaterThan(0.9);
  });

  test.each([0, -0.9])('accurate scheme at order >= 1.9, correlation %d', (rho) => {
    expect(order(rho, 'accurate', [17, 25, 33, 49])).toBeGreaterThan(1.9);
  });

  test.each([-0.9])('accurate scheme at order >= 1.9 where spacings change sevenfold, correlation %d', (rho) => {
    const unevenly: Stretch = (x) => (x === 1 ? 1 : x + 0.12 * Math.sin(2 * Math.PI * x));
    expect(order(rho, 'accurate', [17, 25, 33, 49], unevenly)).toBeGreaterThan(1.9);
  });
});

describe('a cost that is no polynomial', () => {
  test('the searched minimiser: order >= 0.9 and u = ln(-V_x)', () => {
    const make = (n: number): ControlProblem => exponentialCost({ nodes: n });
    const exact = 1 + Math.cos(0.3 * Math.PI);
    expect(orderAt(make, [11, 21, 41, 81], { x: [0.3], exact })).toBeGreaterThan(0.9);
    const hybrid = at(make(81), solveAtStart(make(81), { scheme: 'accurate' }), 0.3);
    within(hybrid.control, Math.log(Math.PI * Math.sin(0.3 * Math.PI)), {
      abs: 2e-3,
      because: 'second order at 81 nodes',
    });
  });
});

describe('risk where a face is linear', () => {
  // dx = -u dt + u dW with terminal x: V = x + T min_u (-u + theta u^2 / 2) = x - T / (2 theta), on any grid.
  test.each([
    ['exact', true],
    ['searched', false],
  ])('%s minimiser: the noise at the face counts in the criterion', (_name, polynomial) => {
    const problem: ControlProblem = {
      ...linearQuadratic({ nodes: 31, steps: 10 }),
      ...{ name: 'averse', horizon: 1, times: uniformGrid(0, 1, 11), risk: 0.8, polynomial },
      states: [{ name: 'x', grid: uniformGrid(-3, 3, 31), coordinate: 'identity', boundary: ['linear', 'linear'] }],
      controls: [{ name: 'u', lower: () => 0, upper: () => 2 }],
      drift: (_t, _x, [u], out) => (out[0] = -u),
      covariance: (_t, _x, [u], out) => (out[0] = u * u),
      runningCost: () => 0,
      terminalCost: ([x]) => x,
    };
    const solution = solveHjb(problem, { tolerance: 1e-11, maximumPolicyIterations: 20, keep: [0] });
    expect(solution.status).toBe('converged');
    for (const x of [-3, 0.2, 3]) {
      const { value, control } = at(problem, solution, x);
      within(value, x - 0.625, { abs: 1e-8, because: 'linear in x: the tolerance of the steps' });
      within(control, 1.25, { abs: 1e-6, because: 'that of the search' });
    }
  });
});

describe('three states: a regulator beside two correlated Ornstein-Uhlenbeck states whose product costs', () => {
  // dx = u dt + .5 dW with cost x^2 + u^2: P = tanh(tau). dy = -y dt, dz = -z dt with d<y, z> = .3 dt:
  // E y z = y z e^(-2 t) + .15 (1 - e^(-2 t)).
  const exact = (t: number, [x, y, z]: readonly number[]): number => {
    const tau = 1 - t;
    const decayed = (1 - Math.exp(-2 * tau)) / 2;
    return Math.tanh(tau) * x * x + 0.25 * Math.log(Math.cosh(tau)) + y * z * decayed + 0.15 * (tau - decayed);
  };
  const face = { dirichlet: exact };
  const make = (nodes: number): ControlProblem => ({
    name: 'three states',
    objective: 'minimize',
    horizon: 1,
    states: ['x', 'y', 'z'].map((name) => ({
      name,
      grid: uniformGrid(-2, 2, nodes),
      coordinate: 'identity' as const,
      boundary: [face, face] as const,
    })),
    controls: [{ name: 'u', lower: () => -6, upper: () => 6 }],
    timeDependent: false,
    drift: (_t, [, y, z], [u], out) => out.set([u, -y, -z]),
    covariance: (_t, _x, _u, out) => out.set([0.25, 0, 0, 0, 0.5, 0.3, 0, 0.3, 0.4]),
    runningCost: (_t, [x, y, z], [u]) => x * x + u * u + y * z,
    terminalCost: () => 0,
    times: uniformGrid(0, 1, nodes),
  });
  const start = [1, 0.5, -0.5];

  test('upwind at order >= 0.9', () => {
    expect(orderAt(make, [9, 13, 17], { x: start, exact: exact(0, start) })).toBeGreaterThan(0.9);
  });

  test('accurate scheme: value and control at 17 nodes, where upwind is 10 % off', () => {
    const { value, control } = at(make(17), solveAtStart(make(17), { scheme: 'accurate' }), ...start);
    within(value, exact(0, start), { rel: 5e-4, because: '0.01 % measured' });
    within(control, -Math.tanh(1), { rel: 2e-3, because: '0.05 % measured' });
  });
});

describe('over an infinite horizon without noise, from no guess', () => {
  // dx = u dt, |u| <= 1, cost 1 per unit of time until a face at distance d: V = (1 - e^(-.1 d)) / .1.
  const leave = (nodes: number): ControlProblem => ({
    name: 'way out',
    objective: 'minimize',
    horizon: 'infinite',
    discount: 0.1,
    states: [
      {
        name: 'x',
        grid: uniformGrid(-1, 1, nodes),
        coordinate: 'identity',
        boundary: [{ dirichlet: () => 0 }, { dirichlet: () => 0 }],
      },
    ],
    controls: [{ name: 'u', lower: () => -1, upper: () => 1 }],
    drift: (_t, _x, [u], out) => (out[0] = u),
    covariance: (_t, _x, _u, out) => (out[0] = 0),
    runningCost: () => 1,
    terminalCost: () => 0,
    times: [],
  });

  test.each([101, 401, 1601])(
    '%d nodes: as few policy iterations as on a coarse grid, the value at order 1',
    (nodes) => {
      const solution = solveAtStart(leave(nodes), { maximumPolicyIterations: 50 });
      expect(solution.policyIterations.max).toBeLessThanOrEqual(20);
      const exact = (1 - Math.exp(-0.05)) / 0.1;
      const { value, control } = at(leave(nodes), solution, 0.5);
      within(value, exact, { abs: 0.1 / (nodes - 1), because: 'first order' });
      expect(control).toBe(1);
    },
  );

  test('a coarser grid that has no solution is done without', () => {
    // discount V = x + x V_x / 8: V = 8 x / 7. On half the nodes |drift| = discount h at the linear faces, where the row vanishes.
    const onFace = (nodes: number): ControlProblem => ({
      ...leave(nodes),
      ...{ controls: [], runningCost: (_t, [x]) => x, discount: 1 },
      states: [{ name: 'x', grid: uniformGrid(-4, 4, nodes), coordinate: 'identity', boundary: ['linear', 'linear'] }],
      drift: (_t, [x], _u, out) => (out[0] = x / 8),
    });
    const options = { tolerance: 1e-11, maximumPolicyIterations: 50, keep: [0] };
    expect(() => solveHjb(onFace(17), options)).toThrow('not well posed');
    within(solveHjb(onFace(33), options).value[0][32], 32 / 7, { abs: 1e-8, because: 'linear in x' });
  });
});
