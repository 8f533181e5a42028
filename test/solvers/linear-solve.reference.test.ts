import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Matrix, solve } from 'ml-matrix';
import { linearWorkspace, solveSystem } from '../../solvers/linear-system/solve.js';
import type { LinearSystem } from '../../solvers/linear-system/system.js';
import { uniformGrid, type Boundary, type ControlProblem } from '../../solvers/index.js';
import { rowsFor, weightsOf, type Rows } from './rows.js';

const OPTIONS = { tolerance: 1e-13, maximumIterations: 300 };

type Constants = readonly [mu1: number, mu2: number, mu3: number, s1: number, s2: number, s3: number];

/** One to three states with constant coefficients, correlation .5 (.3 with three); diffusions that differ by up to 1e6. */
function problemOf(constants: Constants, nodes: readonly number[], face: Boundary = 'reflecting'): ControlProblem {
  const n = nodes.length;
  const drifts = constants.slice(0, n);
  const variances = constants.slice(3, 3 + n);
  const rho = n === 3 ? 0.3 : 0.5;
  return {
    name: 'random',
    objective: 'minimize',
    horizon: 1,
    states: nodes.map((count, d) => ({
      name: `x${d}`,
      grid: uniformGrid(0, count * Math.sqrt(variances[d]), count),
      coordinate: 'identity',
      boundary: [face, face],
    })),
    controls: [{ name: 'u', lower: () => -1, upper: () => 1 }],
    drift: (_t, _x, [u], out) => out.set(drifts.map((mu, d) => (d === 0 ? mu * u : mu))),
    covariance: (_t, _x, _u, out) =>
      out.set(variances.flatMap((s, i) => variances.map((r, j) => (i === j ? s : rho * Math.sqrt(s * r))))),
    runningCost: (_t, _x, [u]) => u * u,
    terminalCost: (x) => Math.cos(x[0]),
    times: [0, 1],
  };
}

/** The rows of the system as a full matrix, unsplit. */
function fullMatrix(rows: Rows): Matrix {
  const { size, diagonal } = rows.system;
  const A = Matrix.eye(size, size);
  for (let i = 0; i < size; i += 1) {
    for (const [other, weight] of Object.entries(weightsOf(rows, i))) {
      A.set(i, Number(other), A.get(i, Number(other)) - weight / diagonal[i]);
    }
  }
  return A;
}

function solved(system: LinearSystem, V: Float64Array, maximumIterations = 300): number {
  return solveSystem(system, V, linearWorkspace(system), { ...OPTIONS, maximumIterations });
}

const logUniform = fc.double({ min: -3, max: 3, noNaN: true }).map((exponent) => 10 ** exponent);
const signed = fc.double({ min: -5, max: 5, noNaN: true });
const constants = fc.tuple(signed, signed, signed, logUniform, logUniform, logUniform);
const side = fc.integer({ min: 3, max: 7 });

describe('solveSystem', () => {
  test.each([
    ['one state', fc.tuple(side), 'reflecting'],
    ['one periodic state', fc.tuple(side), 'periodic'],
    ['two states', fc.tuple(side, side), 'reflecting'],
    ['two periodic states', fc.tuple(side, side), 'periodic'],
    ['three states', fc.tuple(side, side, side), 'reflecting'],
  ] as const)('%s: agrees with a full LU decomposition of the unsplit system', (_name, sizes, face) => {
    fc.assert(
      fc.property(constants, sizes as fc.Arbitrary<number[]>, logUniform, (values, nodes, dt) => {
        const problem = problemOf(values, nodes, face);
        const size = nodes.reduce((product, n) => product * n, 1);
        const later = Float64Array.from({ length: size }, (_, i) => Math.sin(3 * i) + 2);
        const rows = rowsFor(problem, 'monotone', later, dt);
        expect(rows.offender).toBe(-1);
        const V = later.slice();
        expect(solved(rows.system, V)).toBeLessThanOrEqual(1e-13);
        const exact = solve(fullMatrix(rows), Matrix.columnVector([...rows.system.right])).to1DArray();
        const largest = Math.max(...exact.map(Math.abs));
        // An M-matrix whose rows exceed by 1/dt: error <= residual times dt times the largest diagonal.
        const amplification = dt * Math.max(...rows.system.diagonal);
        const error = Math.max(...exact.map((value, i) => Math.abs(value - V[i])));
        expect(error).toBeLessThanOrEqual(4e-13 * amplification * largest);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['isotropic', 1, 1],
    ['anisotropic', 1, 1e-3],
  ] as const)('strong diffusion %s and a long step: tens of iterations, not thousands', (_name, s1, s2) => {
    const axis = {
      grid: uniformGrid(0, 1, 61),
      coordinate: 'identity',
      boundary: ['reflecting', 'reflecting'],
    } as const;
    const problem: ControlProblem = {
      ...problemOf([0, 0, 0, 1, 1, 1], [61, 61]),
      states: [
        { ...axis, name: 'x' },
        { ...axis, name: 'y' },
      ],
      covariance: (_t, _x, _u, out) => out.set([s1, 0, 0, s2]),
    };
    const later = Float64Array.from({ length: 61 * 61 }, (_unused, i) => Math.cos(i));
    const { system } = rowsFor(problem, 'monotone', later, 1e4);
    expect(solved(system, later, 100)).toBeLessThanOrEqual(1e-13);
  });

  test('a matrix that is not finite ends at once, as a residual that is not', () => {
    const { system } = rowsFor(problemOf([1, 1, 1, 1, 1, 1], [4, 4]), 'monotone', new Float64Array(16), 1);
    system.shares.fill(NaN);
    expect(solved(system, new Float64Array(16))).toBeNaN();
  });
});
