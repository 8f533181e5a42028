import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flatten, improvePolicy } from '../../solvers/hjb/policy-improvement.js';
import { searchedImprovement, searchNodes, placeholderStencils } from '../../solvers/hjb/control-search.js';
import { buildLattice } from '../../solvers/hjb/lattice.js';
import type { Scheme } from '../../solvers/hjb/options.js';
import { buildStencils } from '../../solvers/hjb/stencil.js';
import { logGrid, uniformGrid, type ControlProblem } from '../../solvers/index.js';

const coefficient = fc.double({ min: -2, max: 2, noNaN: true });

/** One log state: drift with a break at u = 1 / lam (noise memory), quadratic variance and cost, random values. */
function problemOf([a, b, c, d, s, lam]: readonly number[]): ControlProblem {
  return {
    name: 'random',
    objective: 'minimize',
    horizon: 1,
    states: [{ name: 'x', grid: logGrid(0.5, 2, 3), coordinate: 'log', boundary: ['reflecting', 'reflecting'] }],
    control: { name: 'u', lower: () => 0.05, upper: () => 2 },
    drift: ([x], u, out) => (out[0] = a * u * x + b * u * u - (1 - (1 - Math.min(u * lam, 1)) ** 2) * x),
    covariance: ([x], u, out) => (out[0] = u * u * s * x * x),
    runningCost: (_x, u) => c * u + d * u * u,
    terminalCost: () => 0,
    controlBreaks: () => [1 / lam],
    times: uniformGrid(0, 1, 2),
  };
}

/** The discrete Hamiltonian at the middle node, written out from the definition of the scheme. */
function hamiltonian(problem: ControlProblem, scheme: Scheme, V: readonly number[], u: number): number {
  const x = problem.states[0].grid[1];
  const out = new Float64Array(1);
  problem.drift([x], u, out);
  const drift = out[0];
  problem.covariance([x], u, out);
  const variance = out[0] / (x * x);
  const mu = drift / x - variance / 2;
  const h = Math.log(2);
  const bearing = Math.max(variance, Math.abs(mu) * h);
  const below = scheme === 'upwind' ? Math.max(-mu, 0) / h + variance / (2 * h * h) : (bearing - mu * h) / (2 * h * h);
  const above = scheme === 'upwind' ? Math.max(mu, 0) / h + variance / (2 * h * h) : (bearing + mu * h) / (2 * h * h);
  return problem.runningCost([x], u) + below * (V[0] - V[1]) + above * (V[2] - V[1]);
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

/** Control at the middle node after one exact improvement. */
function exactControl(problem: ControlProblem, scheme: Scheme, V: readonly number[]): number {
  const stencils = flatten(buildStencils(problem, buildLattice(problem.states), scheme));
  const control = new Float64Array(3);
  improvePolicy(stencils, Float64Array.from(V), problem.objective === 'minimize' ? 1 : -1, control, new Int32Array(3));
  return control[1];
}

describe('improvePolicy', () => {
  test.each(['upwind', 'hybrid'] as const)('%s: no optimum that a scan of 1,001 controls finds is missed', (scheme) => {
    fc.assert(
      fc.property(parameters, threeValues, fc.constantFrom(1, -1), (values, V, sign) => {
        const problem: ControlProblem = { ...problemOf(values), objective: sign === 1 ? 'minimize' : 'maximize' };
        const H = (u: number): number => sign * hamiltonian(problem, scheme, V, u);
        expect(H(exactControl(problem, scheme, V))).toBeLessThanOrEqual(Math.min(...SCAN.map(H)) + 1e-6);
      }),
      { numRuns: 500 },
    );
  });

  test('equal optima: the smallest control', () => {
    const flat = { ...problemOf([0, 0, 0, 0, 0, 1]), drift: () => undefined };
    expect(exactControl(flat, 'upwind', [1, 2, 3])).toBe(0.05);
  });
});

describe('searchedImprovement', () => {
  test('finds the optimum of the exact minimiser to 1e-6', () => {
    fc.assert(
      fc.property(parameters, threeValues, (values, V) => {
        const problem = problemOf(values);
        const lattice = buildLattice(problem.states);
        const nodes = searchNodes(problem, lattice, 'upwind');
        const s = flatten(placeholderStencils(nodes));
        const control = new Float64Array(3);
        searchedImprovement(problem, nodes, s, 'upwind')(Float64Array.from(V), control, new Int32Array(3));
        const best = hamiltonian(problem, 'upwind', V, exactControl(problem, 'upwind', V));
        const found = hamiltonian(problem, 'upwind', V, control[1]);
        expect(Math.abs(found - best)).toBeLessThanOrEqual(1e-6);
        // The row that is assembled is the one under that control.
        const weights = [0, 1].map((k) => s.weights[s.weightStart[1] + 3 * k]);
        const row = s.cost[3] + weights[0] * (V[0] - V[1]) + weights[1] * (V[2] - V[1]);
        expect(Math.abs(row - found)).toBeLessThanOrEqual(1e-12);
      }),
      { numRuns: 200 },
    );
  });
});
