import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { interpolateSolution, logGrid, solveHjb, uniformGrid, type ControlProblem } from '../../solvers/index.js';
import { covarianceRoot } from '../../solvers/simulation/covariance-root.js';
import { estimateCost } from '../../solvers/simulation/estimate.js';
import { Feedback } from '../../solvers/simulation/feedback.js';
import { simulateClosedLoop } from '../../solvers/simulation/index.js';
import { within } from '../helpers/within.js';
import { brownianMotion } from './density-problems.js';

const SOLVER = { tolerance: 1e-9, maximumPolicyIterations: 50, keep: 'all' as const };

describe('root of a covariance', () => {
  const rootOf = (S: number[], n: number): number[] => {
    const out = new Float64Array(n * n);
    covarianceRoot(S, n, out);
    return [...out];
  };

  test('definite and singular matrices by hand', () => {
    expect(rootOf([9], 1)).toEqual([3]);
    expect(rootOf([4, 2, 2, 5], 2)).toEqual([2, 0, 1, 2]);
    expect(rootOf([4, 2, 2, 1], 2)).toEqual([2, 0, 1, 0]);
    expect(rootOf([0, 0, 0, 1], 2)).toEqual([0, 0, 0, 1]);
    expect(rootOf([1, 1, 0, 1, 1, 0, 0, 0, 4], 3)).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 2]);
  });

  test('L L^T is the matrix for random ones of every rank', () => {
    const entry = fc.integer({ min: -20, max: 20 }).map((k) => k / 10);
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(entry, { minLength: 9, maxLength: 9 }),
        (n, rank, b) => {
          const S = Array.from({ length: n * n }, (_, k) => {
            const [i, j] = [Math.floor(k / n), k % n];
            return Array.from({ length: rank }, (__, m) => b[3 * i + m] * b[3 * j + m]).reduce((sum, v) => sum + v, 0);
          });
          const L = rootOf(S, n);
          const trace = S.reduce((sum, s, k) => (k % (n + 1) === 0 ? sum + s : sum), 0);
          S.forEach((s, k) => {
            const [i, j] = [Math.floor(k / n), k % n];
            const product = Array.from({ length: n }, (_, m) => L[i * n + m] * L[j * n + m]).reduce(
              (sum, v) => sum + v,
              0,
            );
            within(product, s, { abs: 1e-5 * trace, because: 'a pivot below 1e-12 of its variance is zero' });
          });
        },
      ),
      { seed: 2, numRuns: 200 },
    );
  });
});

test('cost estimates by hand', () => {
  // Mean 2, sd 1 (n - 1), error 1/sqrt 3; the coarse ones are .5 higher each.
  const neutral = estimateCost(Float64Array.of(1, 2, 3), Float64Array.of(1.5, 2.5, 3.5), 0, 1);
  expect(neutral.cost).toEqual({ estimate: 2, standardError: Math.sqrt(1 / 3) });
  expect(neutral.stepBias).toEqual({ estimate: 0.5, standardError: 0 });
  // Equal costs, whose sum of 1,000 is not 100: their mean and no spread.
  const equal = new Float64Array(1000).fill(0.1);
  expect(estimateCost(equal, equal, 0, 1).cost).toEqual({ estimate: 0.1, standardError: 0 });
  // Pairs (0, 4) and (1, 3) have the same mean: no spread.
  expect(estimateCost(Float64Array.of(0, 4, 1, 3), new Float64Array(4), 0, 2).cost.standardError).toBe(0);
  // exp(J) = 1, 3: (1/1) ln 2, error sd sqrt 2 / (2 sqrt 2).
  const averse = estimateCost(Float64Array.of(0, Math.log(3)), Float64Array.of(0, Math.log(3)), 1, 1);
  within(averse.cost.estimate, Math.LN2, { abs: 1e-15, because: 'rounding' });
  within(averse.cost.standardError, 0.5, { abs: 1e-15, because: 'rounding' });
});

/** Two states, one of them in the log coordinate. */
const mixed: ControlProblem = {
  name: 'mixed',
  objective: 'minimize',
  horizon: 1,
  states: [
    { name: 'x', grid: uniformGrid(-1, 1, 9), coordinate: 'identity', boundary: ['reflecting', 'reflecting'] },
    { name: 'y', grid: logGrid(0.5, 4, 8), coordinate: 'log', boundary: ['reflecting', 'reflecting'] },
  ],
  controls: [{ name: 'u', lower: () => -9, upper: () => 9 }],
  drift: (_t, [x, y], [u], out) => out.set([u - x, 0.1 * y]),
  covariance: (_t, [, y], _u, out) => out.set([0.1, 0, 0, 0.04 * y * y]),
  runningCost: (t, [x, y], [u]) => x * x + y + t + u * u,
  terminalCost: ([x, y]) => x * y,
  times: [0, 0.25, 0.5, 1],
};

test('the fast reading of a solution is that of interpolateSolution', () => {
  const solution = solveHjb(mixed, SOLVER);
  const feedback = new Feedback(mixed, solution, null);
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 }), unit, unit, unit, (level, share, a, b) => {
      const [from, to] = [mixed.times[level], mixed.times[level + 1]];
      const x = [-1 + 2 * a, Math.min(0.5 + 3.5 * b, 4)];
      const t = from + share * (to - from);
      const exact = interpolateSolution(mixed, solution, t, x);
      const u = [0];
      feedback.locate(level, share, x);
      feedback.controls(t, x, u);
      within(feedback.value(), exact.value!, { rel: 1e-12, abs: 1e-12, because: 'rounding' });
      within(u[0], exact.controls![0], { rel: 1e-11, abs: 1e-11, because: 'rounding' });
    }),
    { seed: 3, numRuns: 300 },
  );
});

describe('paths', () => {
  const simulate = (problem: ControlProblem, x: number, seed = 1, paths = 400): ReturnType<typeof simulateClosedLoop> =>
    simulateClosedLoop(problem, solveHjb(problem, SOLVER), [x], { paths, seed, substeps: 2 });
  const still = { nodes: 21, times: uniformGrid(0, 1, 5) };

  test('a drift alone: x = 1 + t from 1, cost 2^2, no spread and no bias', () => {
    const result = simulate(
      brownianMotion({ ...still, domain: [0, 4], boundary: ['reflecting', 'reflecting'], drift: 1, variance: 0 }),
      1,
    );
    within(result.cost, 4, { abs: 1e-12, because: 'rounding' });
    within(result.standardError, 0, { abs: 1e-12, because: 'rounding' });
    within(result.stepBias.estimate, 0, { abs: 1e-12, because: 'rounding' });
  });

  test('a drift into an absorbing face ends there, at its value then', () => {
    const face = { dirichlet: (t: number): number => 10 * t };
    const result = simulate(
      brownianMotion({ ...still, domain: [0, 2], boundary: [face, face], drift: 2, variance: 0 }),
      1,
    );
    within(result.cost, 5, { abs: 1e-12, because: 'the face is reached at t = .5' });
    expect(result.ended).toEqual({ absorbed: 400, stopped: 0, exits: 0 });
  });

  test('paths through a linear face are counted and warned of, not clipped', () => {
    const result = simulate(
      brownianMotion({ ...still, domain: [-1, 1], boundary: ['linear', 'linear'], variance: 1 }),
      0.5,
    );
    expect(result.ended.exits).toBeGreaterThan(100);
    expect(result.warnings).toEqual([expect.stringContaining(`${result.ended.exits} of 400 paths`)]);
  });

  test('the same seed gives the same bytes, another seed does not', () => {
    const run = (seed: number): string => JSON.stringify(simulate(mixedLine(), 0.2, seed));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  test('antithetic paths mirror the noise of the path before', () => {
    const problem = { ...mixedLine(), terminalCost: ([x]: readonly number[]): number => x };
    const solution = solveHjb(problem, SOLVER);
    const { cost, standardError } = simulateClosedLoop(problem, solution, [0], {
      ...{ paths: 40, seed: 1, substeps: 1, antithetic: true },
    });
    within(cost, 0, { abs: 1e-12, because: 'an odd cost of mirrored paths' });
    within(standardError, 0, { abs: 1e-12, because: 'pairs of mean 0' });
  });

  test('options out of range are refused by name', () => {
    const problem = mixedLine();
    const run = (): unknown =>
      simulateClosedLoop(problem, solveHjb(problem, SOLVER), [0], {
        ...{ paths: 3, seed: -1, substeps: 0, antithetic: true, scenario: 2, levelTime: 1 },
      });
    try {
      run();
      throw new Error('accepted');
    } catch (error) {
      expect((error as { issues: { path: string }[] }).issues.map(({ path }) => path)).toEqual([
        ...['paths', 'seed', 'substeps', 'scenario', 'levelTime'],
      ]);
    }
  });
});

function mixedLine(): ControlProblem {
  return brownianMotion({
    ...{ domain: [-9, 9], boundary: ['reflecting', 'reflecting'], nodes: 37, times: uniformGrid(0, 1, 5), variance: 1 },
  });
}
