import { describe, expect, test } from '@jest/globals';
import { logGrid, solveHjb, uniformGrid, type ControlProblem } from '../../solvers/index.js';
import { observedOrder } from '../helpers/order.js';
import { linearQuadratic } from '../helpers/problems.js';
import { at, orderAt } from './at-start.js';

const ACCURATE = { scheme: 'accurate' } as const;

describe('orders by regression over four levels', () => {
  test('accurate, linear-quadratic (theory 5 (ii)) at order >= 1.85', () => {
    const make = (nodes: number): ControlProblem => linearQuadratic({ nodes, steps: nodes - 1 });
    expect(orderAt(make, [101, 201, 401, 801], { x: [1], exact: 0.7319848365, options: ACCURATE })).toBeGreaterThan(
      1.85,
    );
  });

  test('accurate, reflected Brownian motion, V = cos(pi x) exp(-pi^2 (T - t) / 2), at order >= 1.85', () => {
    const make = (nodes: number): ControlProblem => ({
      name: 'reflected Brownian motion',
      objective: 'minimize',
      horizon: 0.2,
      states: [
        { name: 'x', grid: uniformGrid(0, 1, nodes), coordinate: 'identity', boundary: ['reflecting', 'reflecting'] },
      ],
      controls: [],
      drift: (_t, _x, _u, out) => (out[0] = 0),
      covariance: (_t, _x, _u, out) => (out[0] = 1),
      runningCost: () => 0,
      terminalCost: ([x]) => Math.cos(Math.PI * x),
      timeDependent: false,
      times: uniformGrid(0, 0.2, nodes),
    });
    const exact = Math.cos(Math.PI / 4) * Math.exp(-(Math.PI ** 2) / 10);
    expect(orderAt(make, [17, 33, 65, 129], { x: [0.25], exact, options: ACCURATE })).toBeGreaterThan(1.85);
  });

  test.each([
    ['monotone', 'identity', 0.9],
    ['accurate', 'identity', 1.75],
    ['monotone', 'log', 0.8],
    ['accurate', 'log', 1.75],
  ] as const)(
    '%s: drift out of linear faces, V = x e^(T - t), coordinate %s, at order >= %d',
    (scheme, coordinate, least) => {
      // dt |b| / h = 1 at the upper face of x on every level, where the diagonal of an implicit row would vanish.
      const make = (nodes: number): ControlProblem => ({
        name: 'outward drift',
        objective: 'minimize',
        horizon: 1,
        states: [
          {
            name: 'x',
            grid: coordinate === 'log' ? logGrid(0.5, 4, nodes) : uniformGrid(-4, 4, nodes),
            coordinate,
            boundary: ['linear', 'linear'],
          },
        ],
        controls: [],
        drift: (_t, [x], _u, out) => (out[0] = x),
        covariance: (_t, [x], _u, out) => (out[0] = 0.1 * x * x),
        runningCost: () => 0,
        terminalCost: ([x]) => x,
        timeDependent: false,
        times: uniformGrid(0, 1, (nodes - 1) / 2 + 1),
      });
      const error = (nodes: number): number => {
        const problem = make(nodes);
        const solution = solveHjb(problem, { tolerance: 1e-11, maximumPolicyIterations: 50, keep: [0], scheme });
        expect(solution.status).toBe('converged');
        expect(solution.monotone.firstOffender).toMatch(/^drift out of a linear face/);
        return Math.abs(at(problem, solution, 2).value - 2 * Math.E);
      };
      const levels = [81, 161, 321, 641];
      expect(
        observedOrder(
          levels.map((n) => 1 / (n - 1)),
          levels.map(error),
        ),
      ).toBeGreaterThan(least);
    },
  );

  test('two states with one noise (theory 5 (v), rank one) at order >= 0.9 by either scheme', () => {
    const decay = 1.953125;
    const exactAt = (t: number, [x, y]: readonly number[]): number => x * x * y * Math.exp(-decay * (1 - t));
    const face = { dirichlet: exactAt };
    const make = (nodes: number): ControlProblem => ({
      name: 'rank one',
      objective: 'minimize',
      horizon: 1,
      states: ['x', 'y'].map((name) => ({
        name,
        grid: logGrid(0.5, 2, nodes),
        coordinate: 'log' as const,
        boundary: [face, face] as const,
      })),
      controls: [{ name: 'u', lower: () => 0, upper: () => 4 }],
      drift: (_t, [x, y], [u], out) => out.set([-u * x, (-u * y) / 2]),
      covariance: (_t, [x, y], [u], out) =>
        out.set([4 * x * x, 2 * x * y, 2 * x * y, y * y].map((entry) => 0.1 * u * u * entry)),
      runningCost: () => 0,
      terminalCost: ([x, y]) => x * x * y,
      timeDependent: false,
      times: uniformGrid(0, 1, nodes),
    });
    const exact = Math.exp(-decay);
    // On 11 nodes the monotone error is still half of the value.
    expect(orderAt(make, [21, 31, 41, 61], { x: [1, 1], exact })).toBeGreaterThan(0.9);
    expect(orderAt(make, [11, 21, 31, 41], { x: [1, 1], exact, options: ACCURATE })).toBeGreaterThan(0.9);
  });
});
