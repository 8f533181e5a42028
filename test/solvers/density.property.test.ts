import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { density, type DensityResult } from '../../solvers/density/index.js';
import { solveHjb, uniformGrid, type Boundary, type ControlProblem, type HjbSolution } from '../../solvers/index.js';
import { within } from '../helpers/within.js';

const SOLVER = { tolerance: 1e-11, maximumPolicyIterations: 100, keep: 'all' as const };

const FACES: readonly (readonly [Boundary, Boundary])[] = [
  ['reflecting', 'reflecting'],
  ['periodic', 'periodic'],
  [{ dirichlet: () => 0.3 }, 'reflecting'],
  [{ dirichlet: () => 0.2 }, { dirichlet: (_t, x) => x[0] }],
  [{ slope: () => 0.1 }, 'reflecting'],
];

interface Case {
  readonly faces: readonly (readonly [Boundary, Boundary])[];
  readonly start: readonly number[];
  readonly rho: number;
  readonly pull: number;
  readonly uneven: boolean;
  readonly stopping: boolean;
}

/** Controlled states on [-1, 1]^n with correlated noise in proportion to the control, some with optimal stopping. */
function problemOf({ faces, rho, pull, uneven, stopping }: Case): ControlProblem {
  const n = faces.length;
  const even = uniformGrid(-1, 1, n === 1 ? 31 : n === 2 ? 13 : 7);
  const grid = uneven && n < 3 ? even.map((x) => x * (0.5 + 0.5 * Math.abs(x))) : even;
  return {
    name: 'random',
    objective: 'minimize',
    horizon: 0.5,
    states: faces.map((boundary, i) => ({ name: `x${i}`, grid, coordinate: 'identity' as const, boundary })),
    controls: [{ name: 'u', lower: () => -1, upper: () => 1 }],
    drift: (t, x, [u], out) => x.forEach((value, i) => (out[i] = -pull * value + (i === 0 ? 2 * u : u) + t)),
    covariance: (_t, _x, [u], out) => {
      for (let i = 0; i < n; i += 1) {
        for (let j = 0; j < n; j += 1) out[i * n + j] = (i === j ? 1 + 0.3 * i : rho) * (0.1 + 0.2 * u * u);
      }
    },
    runningCost: (_t, x, [u]) => x.reduce((sum, value) => sum + value * value, 0) + 0.1 * u * u,
    terminalCost: (x) => x[0],
    times: [0, 0.1, 0.2, 0.25, 0.5],
    ...(stopping ? { obstacle: (_t: number, x: readonly number[]) => 0.6 + 0.2 * x[0] } : {}),
  };
}

const cases = fc.record<Case>({
  faces: fc.array(fc.constantFrom(...FACES), { minLength: 1, maxLength: 3 }),
  start: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -0.99, max: 0.99, noNaN: true }))),
  rho: fc.integer({ min: -4, max: 9 }).map((tenths) => tenths / 10),
  pull: fc.integer({ min: -1, max: 3 }),
  uneven: fc.boolean(),
  stopping: fc.boolean(),
});

function solved(case_: Case): { problem: ControlProblem; solution: HjbSolution; result: DensityResult } {
  const problem = problemOf(case_);
  const solution = solveHjb(problem, SOLVER);
  const result = density(problem, solution, case_.start.slice(0, problem.states.length), { keep: 'all' });
  return { problem, solution, result };
}

test('columns sum to zero, mass and absorbed mass to one, and no mass is negative', () => {
  fc.assert(
    fc.property(cases, (case_) => {
      const { result } = solved(case_);
      expect(result.status).toBe('converged');
      expect(result.columnDefect).toBeLessThan(1e-14);
      expect(result.massDefect).toBeLessThan(1e-12);
      for (const mass of result.mass) expect(mass.every((p) => p >= 0)).toBe(true);
      result.absorbed.forEach((a, k) => expect(a).toBeGreaterThanOrEqual(k === 0 ? 0 : result.absorbed[k - 1]));
    }),
    { seed: 4, numRuns: 25 },
  );
});

test('mass times value changes by the running cost alone: the transpose is exact', () => {
  const insides = FACES.filter(([low, high]) => typeof low !== 'object' && typeof high !== 'object');
  const closed = cases.map((case_) => ({
    ...case_,
    stopping: false,
    faces: case_.faces.map((_, i) => insides[i % 2]),
  }));
  fc.assert(
    fc.property(closed, (case_) => {
      const { problem, solution, result } = solved(case_);
      const grid = problem.states[0].grid;
      const n = problem.states.length;
      const xOf = (node: number): number[] =>
        Array.from({ length: n }, (_, d) => grid[Math.floor(node / grid.length ** (n - 1 - d)) % grid.length]);
      const expectation = (k: number, V: (node: number) => number): number =>
        result.mass[k].reduce((sum, p, node) => sum + p * V(node), 0);
      for (let k = 0; k + 1 < result.times.length; k += 1) {
        const dt = result.times[k + 1] - result.times[k];
        const u = solution.control[k];
        const paid = expectation(k + 1, (node) => dt * problem.runningCost(result.times[k], xOf(node), [u[node]], 0));
        const before = expectation(k, (node) => solution.value[k][node]);
        const after = expectation(k + 1, (node) => solution.value[k + 1][node]);
        within(after + paid, before, { abs: 1e-8, because: 'tolerance of the policy iteration' });
      }
    }),
    { seed: 5, numRuns: 30 },
  );
});
