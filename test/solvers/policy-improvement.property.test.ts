import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logGrid, uniformGrid, type ControlProblem, type Scheme } from '../../solvers/index.js';
import { rowsFor } from './rows.js';

const coefficient = fc.double({ min: -2, max: 2, noNaN: true });

/** One log state: drift with a break at u = 1 / lam (noise memory), quadratic variance and cost, random values. */
function problemOf([a, b, c, d, s, lam]: readonly number[]): ControlProblem {
  return {
    name: 'random',
    objective: 'minimize',
    horizon: 1,
    states: [{ name: 'x', grid: logGrid(0.5, 2, 3), coordinate: 'log', boundary: ['reflecting', 'reflecting'] }],
    controls: [{ name: 'u', lower: () => 0.05, upper: () => 2, breaks: () => [1 / lam] }],
    drift: (_t, [x], [u], out) => (out[0] = a * u * x + b * u * u - (1 - (1 - Math.min(u * lam, 1)) ** 2) * x),
    covariance: (_t, [x], [u], out) => (out[0] = u * u * s * x * x),
    runningCost: (_t, _x, [u]) => c * u + d * u * u,
    terminalCost: () => 0,
    times: uniformGrid(0, 1, 2),
  };
}

/** The discrete Hamiltonian at the middle node, written out from the definition of the scheme. */
function hamiltonian(problem: ControlProblem, scheme: Scheme, V: readonly number[], u: number): number {
  const x = problem.states[0].grid[1];
  const out = new Float64Array(1);
  problem.drift(0, [x], [u], out, 0);
  const drift = out[0];
  problem.covariance(0, [x], [u], out, 0);
  const variance = out[0] / (x * x);
  const mu = drift / x - variance / 2;
  const h = Math.log(2);
  const bearing = Math.max(variance, Math.abs(mu) * h);
  const below =
    scheme === 'monotone' ? Math.max(-mu, 0) / h + variance / (2 * h * h) : (bearing - mu * h) / (2 * h * h);
  const above = scheme === 'monotone' ? Math.max(mu, 0) / h + variance / (2 * h * h) : (bearing + mu * h) / (2 * h * h);
  return problem.runningCost(0, [x], [u], 0) + below * (V[0] - V[1]) + above * (V[2] - V[1]);
}

const parameters = fc.tuple(
  coefficient,
  coefficient,
  coefficient,
  coefficient,
  fc.double({ min: 0, max: 2, noNaN: true }),
  fc.double({ min: 0.3, max: 5, noNaN: true }),
);
const threeValues = fc.array(coefficient, { minLength: 3, maxLength: 3 });
const SCAN = Array.from({ length: 1001 }, (_, i) => 0.05 + (1.95 * i) / 1000);

/** Control at the middle node after one improvement. */
function improved(problem: ControlProblem, scheme: Scheme, V: readonly number[]): number {
  return rowsFor(problem, scheme, Float64Array.from(V), 1).controls[1];
}

describe('improvePolicy', () => {
  test.each(['monotone', 'accurate'] as const)(
    '%s: no optimum that a scan of 1,001 controls finds is missed',
    (scheme) => {
      fc.assert(
        fc.property(parameters, threeValues, fc.constantFrom(1, -1), (values, V, sign) => {
          const problem: ControlProblem = { ...problemOf(values), objective: sign === 1 ? 'minimize' : 'maximize' };
          const H = (u: number): number => sign * hamiltonian(problem, scheme, V, u);
          expect(H(improved(problem, scheme, V))).toBeLessThanOrEqual(Math.min(...SCAN.map(H)) + 1e-6);
        }),
        { numRuns: 500 },
      );
    },
  );

  test('equal optima: the smallest control', () => {
    const flat = {
      ...problemOf([0, 0, 0, 0, 0, 1]),
      drift: (_t: number, _x: unknown, _u: unknown, out: Float64Array) => out.fill(0),
    };
    expect(improved(flat, 'monotone', [1, 2, 3])).toBe(0.05);
  });
});

describe('searchPolicy', () => {
  test.each(['monotone', 'accurate'] as const)('%s: finds the optimum of the exact minimiser to 1e-6', (scheme) => {
    fc.assert(
      fc.property(parameters, threeValues, (values, V) => {
        const problem = problemOf(values);
        const searched = improved({ ...problem, polynomial: false }, scheme, V);
        const exact = hamiltonian(problem, scheme, V, improved(problem, scheme, V));
        expect(Math.abs(hamiltonian(problem, scheme, V, searched) - exact)).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 100 },
    );
  });

  test('the row that is assembled is the one under the control found', () => {
    fc.assert(
      fc.property(parameters, threeValues, (values, V) => {
        const problem = { ...problemOf(values), polynomial: false };
        const rows = rowsFor(problem, 'monotone', Float64Array.from(V), 1);
        const { shares, diagonal, right } = rows.system;
        const row =
          right[1] * diagonal[1] - V[1] + diagonal[1] * (shares[2] * (V[0] - V[1]) + shares[3] * (V[2] - V[1]));
        expect(Math.abs(row - hamiltonian(problem, 'monotone', V, rows.controls[1]))).toBeLessThanOrEqual(1e-10);
      }),
      { numRuns: 100 },
    );
  });

  test('two controls: the optimum of a separable Hamiltonian', () => {
    // H = (u - .3)^2 + u V_x + (w + .2)^2 - .1 w, V_x = 0: u = .3, w = -.15.
    const one = problemOf([0, 0, 0, 0, 0, 1]);
    const problem: ControlProblem = {
      ...one,
      controls: [
        { name: 'u', lower: () => -1, upper: () => 1 },
        { name: 'w', lower: () => -1, upper: () => 1 },
      ],
      drift: (_t, _x, [u], out) => (out[0] = u),
      covariance: (_t, _x, _u, out) => (out[0] = 0),
      runningCost: (_t, _x, [u, w]) => (u - 0.3) ** 2 + (w + 0.2) ** 2 - 0.1 * w,
    };
    const [u, w] = rowsFor(problem, 'monotone', Float64Array.of(1, 1, 1), 1).controls.slice(2, 4);
    expect(Math.abs(u - 0.3)).toBeLessThan(1e-6);
    expect(Math.abs(w + 0.15)).toBeLessThan(1e-6);
  });
});
