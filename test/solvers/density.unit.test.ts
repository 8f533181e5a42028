import { describe, expect, test } from '@jest/globals';
import { density } from '../../solvers/density/index.js';
import { momentsOf } from '../../solvers/density/moments.js';
import { solveHjb, uniformGrid, type ControlProblem } from '../../solvers/index.js';
import { within } from '../helpers/within.js';
import { brownianMotion } from './density-problems.js';

const OPTIONS = { tolerance: 1e-11, maximumPolicyIterations: 50, keep: 'all' as const };
const ROUNDING = { abs: 1e-14, because: 'rounding' };

function massOf(problem: ControlProblem, start: number[]): { mass: number[]; absorbed: number } {
  const { mass, absorbed, status } = density(problem, solveHjb(problem, OPTIONS), start, { keep: 'all' });
  expect(status).toBe('converged');
  return { mass: [...mass[mass.length - 1]], absorbed: absorbed[absorbed.length - 1] };
}

describe('one step by hand', () => {
  test('three nodes at distance 1, variance 2, reflecting, dt = 1', () => {
    // Rates: the middle sends 1 to each side, a face 2 to the middle. From the middle, with p = (a, b, a):
    //   a (1 + 2) = b,  b (1 + 2) = 1 + 2 a + 2 a  ->  b = 3 a, 9 a = 1 + 4 a, a = .2, b = .6.
    const problem = brownianMotion({
      ...{ domain: [0, 2], boundary: ['reflecting', 'reflecting'], nodes: 3, times: [0, 1], variance: 2 },
    });
    const { mass, absorbed } = massOf(problem, [1]);
    [0.2, 0.6, 0.2].forEach((expected, i) => within(mass[i], expected, ROUNDING));
    expect(absorbed).toBe(0);
  });

  test('four nodes with drift, absorbing above, dt = .5', () => {
    // Variance 2, drift 1: inner rates up 2, down 1; the lower face sends 2 + 1 up; the top keeps what comes.
    // p0 (2 + 3) = p1, p1 (2 + 3) = 3 p0 + p2, p2 (2 + 3) = 2 + 2 p1 from a start at node 2:
    //   p1 = 5 p0, p2 = 22 p0, 110 p0 = 2 + 10 p0 -> p0 = .02, p1 = .1, p2 = .44; absorbed = 2 p2 / 2 = .44.
    const problem = brownianMotion({
      ...{ domain: [0, 3], boundary: ['reflecting', { dirichlet: () => 0 }], nodes: 4, times: [0, 0.5] },
      ...{ drift: 1, variance: 2 },
    });
    const { mass, absorbed } = massOf(problem, [2]);
    [0.02, 0.1, 0.44, 0].forEach((expected, i) => within(mass[i], expected, ROUNDING));
    within(absorbed, 0.44, ROUNDING);
  });

  test('a start between nodes is shared by both, in the coordinate of the axis', () => {
    const problem = brownianMotion({
      ...{ domain: [1, 4], boundary: ['reflecting', 'reflecting'], nodes: 4, times: [0, 1], variance: 1 },
    });
    const log: ControlProblem = {
      ...problem,
      states: [{ ...problem.states[0], grid: [1, 2, 4, 8], coordinate: 'log' }],
    };
    const first = (p: ControlProblem, x: number): number[] => [
      ...density(p, solveHjb(p, OPTIONS), { x }, { keep: 'all' }).mass[0],
    ];
    expect(first(problem, 2.25)).toEqual([0, 0.75, 0.25, 0]);
    first(log, 2 * Math.SQRT2).forEach((p, i) => within(p, [0, 0.5, 0.5, 0][i], ROUNDING));
  });

  test('outward drift at a linear face carries its mass out of the domain', () => {
    // Drift 1, no diffusion, dt = .5: p2 (2 + 1) = 2 from a start at the upper face; a third has left.
    const problem = brownianMotion({
      ...{ domain: [0, 2], boundary: ['linear', 'linear'], nodes: 3, times: [0, 0.5], drift: 1, variance: 0 },
    });
    const { mass, absorbed } = massOf(problem, [2]);
    [0, 0, 2 / 3].forEach((expected, i) => within(mass[i], expected, ROUNDING));
    within(absorbed, 1 / 3, ROUNDING);
  });
});

test('the problem is read again only at levels where the coefficients or the control change', () => {
  let reads = 0;
  const count = (problem: ControlProblem): number => {
    const counted: ControlProblem = {
      ...problem,
      runningCost: (...at) => {
        reads += 1;
        return problem.runningCost(...at);
      },
    };
    const solution = solveHjb(counted, OPTIONS);
    reads = 0;
    const { status, massDefect } = density(counted, solution, [1], { keep: 'all' });
    expect(status).toBe('converged');
    within(massDefect, 0, { abs: 1e-12, because: 'mass is kept' });
    return reads;
  };
  const still = brownianMotion({
    ...{
      domain: [0, 2],
      boundary: ['reflecting', 'reflecting'],
      nodes: 5,
      times: uniformGrid(0, 0.9, 10),
      variance: 2,
    },
  });
  const once = count({ ...still, times: [0, 0.9] });
  expect(count(still)).toBe(once);
  expect(count({ ...still, timeDependent: true })).toBe(9 * once);
  // u = -V_x / 2 changes from level to level.
  const steered: ControlProblem = {
    ...still,
    controls: [{ name: 'u', lower: () => -1, upper: () => 1 }],
    drift: (_t, _x, [u], out) => (out[0] = u),
    runningCost: (_t, _x, [u]) => u * u,
  };
  expect(count(steered)).toBe(9 * once);
});

test('steps that are too long for doubles: the mass that is lost is a status', () => {
  const walk = (T: number): ControlProblem =>
    brownianMotion({
      ...{ domain: [0, 1], boundary: ['reflecting', 'reflecting'], nodes: 9, times: [0, T], variance: 0.5, drift: 1 },
    });
  const statusOver = (T: number): string => density(walk(T), solveHjb(walk(T), OPTIONS), [0.5], { keep: 'all' }).status;
  expect([1, 1e3, 1e12].map(statusOver)).toEqual(['converged', 'converged', 'mass_lost']);
});

test('mean and covariance of two states', () => {
  const nodes = [
    [0, 0],
    [0, 2],
    [4, 0],
    [4, 2],
  ];
  const { mean, covariance } = momentsOf(nodes, Float64Array.of(0.25, 0, 0, 0.25));
  expect(mean).toEqual([2, 1]);
  expect(covariance).toEqual([4, 2, 2, 1]);
  expect(momentsOf(nodes, new Float64Array(4))).toEqual({ mean: null, covariance: null });
});

describe('bad input', () => {
  const problem = brownianMotion({
    ...{ domain: [0, 1], boundary: ['reflecting', 'reflecting'], nodes: 5, times: uniformGrid(0, 1, 4), variance: 1 },
  });
  const solution = solveHjb(problem, OPTIONS);
  const refusal = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return (error as { issues: unknown }).issues;
    }
    return 'accepted';
  };

  test('a start outside, missing or unknown is refused by name', () => {
    expect(refusal(() => density(problem, solution, { x: 2 }, { keep: 1 }))).toEqual([
      { path: 'start.x', message: 'x must lie in [0, 1], got 2' },
    ]);
    expect(refusal(() => density(problem, solution, { y: 0.5 }, { keep: 1 }))).toEqual([
      { path: 'start.y', message: 'no such state' },
      { path: 'start.x', message: 'x must lie in [0, 1], got undefined' },
    ]);
  });

  test('levels that were not kept, and options out of range', () => {
    const part = solveHjb(problem, { ...OPTIONS, keep: [0] });
    expect(() => density(problem, part, [0.5], { keep: 1 })).toThrow('lacks levels');
    expect(refusal(() => density(problem, solution, [0.5], { keep: 0, times: [0, 1] }))).toEqual([
      { path: 'keep', message: 'must be all or a whole number of levels, got 0' },
      { path: 'times', message: 'the levels are those of the problem' },
    ]);
  });
});
