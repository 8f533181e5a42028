import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flatten, improvePolicy } from '../../solvers/hjb/policy-improvement.js';
import { buildLattice, buildStencils } from '../../solvers/hjb/stencil.js';
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
function hamiltonian(problem: ControlProblem, V: readonly number[], u: number): number {
  const x = problem.states[0].grid[1];
  const out = new Float64Array(1);
  problem.drift([x], u, out);
  const drift = out[0];
  problem.covariance([x], u, out);
  const variance = out[0] / (x * x);
  const mu = drift / x - variance / 2;
  const h = Math.log(2);
  const below = Math.max(-mu, 0) / h + variance / (2 * h * h);
  const above = Math.max(mu, 0) / h + variance / (2 * h * h);
  return problem.runningCost([x], u) + below * (V[0] - V[1]) + above * (V[2] - V[1]);
}

describe('improvePolicy', () => {
  test('never misses the minimum that a scan of 1,001 controls finds', () => {
    fc.assert(
      fc.property(
        fc.tuple(
          coefficient,
          coefficient,
          coefficient,
          coefficient,
          fc.double({ min: 0, max: 2, noNaN: true }),
          fc.double({ min: 0.3, max: 5, noNaN: true }),
        ),
        fc.array(coefficient, { minLength: 3, maxLength: 3 }),
        (parameters, V) => {
          const problem = problemOf(parameters);
          const stencils = flatten(buildStencils(problem, buildLattice(problem.states)));
          const control = new Float64Array(3);
          improvePolicy(stencils, Float64Array.from(V), 1, control, new Int32Array(3));
          const found = hamiltonian(problem, V, control[1]);
          const scanned = Array.from({ length: 1001 }, (_, i) => hamiltonian(problem, V, 0.05 + (1.95 * i) / 1000));
          expect(found).toBeLessThanOrEqual(Math.min(...scanned) + 1e-6);
        },
      ),
      { numRuns: 500 },
    );
  });
});
