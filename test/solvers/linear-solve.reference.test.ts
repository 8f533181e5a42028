import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Matrix, solve } from 'ml-matrix';
import { linearWorkspace, solveSystem } from '../../solvers/hjb/linear-solve.js';
import { assemble, emptySystem, type LinearSystem } from '../../solvers/hjb/linear-system.js';
import { buildLattice } from '../../solvers/hjb/lattice.js';
import { flatten, improvePolicy } from '../../solvers/hjb/policy-improvement.js';
import { buildStencils } from '../../solvers/hjb/stencil.js';
import { uniformGrid, type ControlProblem } from '../../solvers/index.js';

const OPTIONS = { tolerance: 1e-13, maximumIterations: 300 };

/** Two states with constant coefficients, correlation .5; diffusions that differ by up to 1e6. */
function problemOf([mu1, mu2, s1, s2]: readonly number[], nodes: readonly [number, number]): ControlProblem {
  const cross = 0.5 * Math.sqrt(s1 * s2);
  return {
    name: 'random',
    objective: 'minimize',
    horizon: 1,
    states: nodes.map((n, d) => ({
      name: `x${d}`,
      // Spacings in proportion to the deviations: the 7-point stencil is then monotone at correlation .5.
      grid: uniformGrid(0, n * Math.sqrt(d === 0 ? s1 : s2), n),
      coordinate: 'identity',
      boundary: ['reflecting', 'reflecting'],
    })),
    control: { name: 'u', lower: () => -1, upper: () => 1 },
    drift: (_x, u, out) => out.set([mu1 * u, mu2]),
    covariance: (_x, _u, out) => out.set([s1, cross, cross, s2]),
    runningCost: (_x, u) => u * u,
    terminalCost: ([x, y]) => Math.cos(x) + y,
    times: [0, 1],
  };
}

/** The rows of the system as a full matrix, from its definition. */
function fullMatrix(system: LinearSystem): Matrix {
  const { size, lineLength, below, above, before, after, corners, cornerStart, cornerNodes } = system;
  const A = Matrix.eye(size, size);
  const subtract = (i: number, k: number, share: number): void => {
    if (share !== 0) A.set(i, k, A.get(i, k) - share);
  };
  for (let i = 0; i < size; i += 1) {
    subtract(i, i - 1, below[i]);
    subtract(i, i + 1, above[i]);
    subtract(i, i - lineLength, before[i]);
    subtract(i, i + lineLength, after[i]);
    for (let k = cornerStart[i]; k < cornerStart[i + 1]; k += 1) subtract(i, cornerNodes[k], corners[k]);
  }
  return A;
}

describe('solveSystem', () => {
  test('agrees with a full LU decomposition on random two-state systems', () => {
    const logUniform = fc.double({ min: -3, max: 3, noNaN: true }).map((exponent) => 10 ** exponent);
    const signed = fc.double({ min: -5, max: 5, noNaN: true });
    const sizes = fc.tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 }));
    const steps = fc.double({ min: -3, max: 3, noNaN: true }).map((exponent) => 10 ** exponent);
    fc.assert(
      fc.property(fc.tuple(signed, signed, logUniform, logUniform), sizes, steps, (coefficients, nodes, dt) => {
        const problem = problemOf(coefficients, nodes);
        const lattice = buildLattice(problem.states);
        const s = flatten(buildStencils(problem, lattice, 'upwind'));
        const later = Float64Array.from({ length: s.size }, (_, i) => Math.sin(3 * i) + 2);
        const [control, chosen] = [new Float64Array(s.size), new Int32Array(s.size)];
        improvePolicy(s, later, 1, control, chosen);
        const system = emptySystem(s, nodes[1]);
        expect(assemble(s, control, chosen, later, dt, system)).toBe(-1);
        const V = later.slice();
        expect(solveSystem(system, V, linearWorkspace(s.size, nodes[1]), OPTIONS)).toBeLessThanOrEqual(1e-13);
        const exact = solve(fullMatrix(system), Matrix.columnVector([...system.right])).to1DArray();
        const largest = Math.max(...exact.map(Math.abs));
        // An M-matrix whose rows exceed by 1/dt: error <= residual times dt times the largest diagonal.
        const amplification = dt * Math.max(...system.diagonal);
        const error = Math.max(...exact.map((value, i) => Math.abs(value - V[i])));
        expect(error).toBeLessThanOrEqual(4e-13 * amplification * largest);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['across the lines', 1, 1e-3],
    ['along the lines', 1e-3, 1],
  ])('strong diffusion %s and a long step: tens of iterations, not thousands', (_, s1, s2) => {
    const axis = {
      grid: uniformGrid(0, 1, 61),
      coordinate: 'identity',
      boundary: ['reflecting', 'reflecting'],
    } as const;
    const problem: ControlProblem = {
      ...problemOf([0, 0, 1, 1], [61, 61]),
      states: [
        { ...axis, name: 'x' },
        { ...axis, name: 'y' },
      ],
      covariance: (_x, _u, out) => out.set([s1, 0, 0, s2]),
    };
    const s = flatten(buildStencils(problem, buildLattice(problem.states), 'upwind'));
    const later = Float64Array.from({ length: s.size }, (_unused, i) => Math.cos(i));
    const firstPieces = s.pieceStart.slice(0, s.size);
    const system = emptySystem(s, 61);
    assemble(s, new Float64Array(s.size), firstPieces, later, 1e4, system);
    const options = { ...OPTIONS, maximumIterations: 100 };
    expect(solveSystem(system, later, linearWorkspace(s.size, 61), options)).toBeLessThanOrEqual(1e-13);
  });

  test('a matrix that is not finite ends at once, as a residual that is not', () => {
    const problem = problemOf([1, 1, 1, 1], [4, 4]);
    const s = flatten(buildStencils(problem, buildLattice(problem.states), 'upwind'));
    const system = emptySystem(s, 4);
    assemble(s, new Float64Array(16).fill(NaN), new Int32Array(16), new Float64Array(16), 1, system);
    expect(solveSystem(system, new Float64Array(16), linearWorkspace(16, 4), OPTIONS)).toBeNaN();
  });
});
