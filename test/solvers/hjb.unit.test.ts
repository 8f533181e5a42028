import { describe, expect, test } from '@jest/globals';
import { buildLattice } from '../../solvers/hjb/lattice.js';
import { rootsOf } from '../../solvers/hjb/quadratic.js';
import { solveWithStencils } from '../../solvers/hjb/solve.js';
import { buildStencils } from '../../solvers/hjb/stencil.js';
import {
  interpolateSolution,
  logGrid,
  sinhGrid,
  solveHjb,
  uniformGrid,
  type ControlProblem,
} from '../../solvers/index.js';
import type { HjbLrError } from '../../src/errors.js';
import { linearQuadratic } from '../helpers/problems.js';
import { manufactured } from './problems.js';

const OPTIONS = { tolerance: 1e-10, maximumPolicyIterations: 100, keep: [0] };

describe('stencils', () => {
  test('upwind weights at an inner node of a uniform grid', () => {
    // x = -3, 0, 3 of [-6, 6] in 5 nodes; at x = 0, u = 2: mu = 1.2 * 2 = 2.4 > 0, s = .25, h = 3:
    // w- = .25 / 18 = .013888..., w+ = 2.4 / 3 + .25 / 18 = .813888...
    const problem = linearQuadratic({ nodes: 5, steps: 2 });
    const { neighbours, pieces } = buildStencils(problem, buildLattice(problem.states), 'upwind')[2];
    const piece = pieces.find(({ from, to }) => from <= 2 && 2 <= to)!;
    const weights = piece.weights.map(([c0, c1, c2]) => c0 + 2 * (c1 + 2 * c2));
    expect(neighbours).toEqual([1, 3]);
    expect(weights[0]).toBeCloseTo(0.25 / 18, 12);
    expect(weights[1]).toBeCloseTo(0.8 + 0.25 / 18, 12);
  });

  test('a reflecting face mirrors the inner node: s / h^2, outward drift suppressed', () => {
    // At x = -6, u = -30: mu = -.4 * -6 - 36 = -33.6 points outward; w+ = .25 / 9.
    const problem = linearQuadratic({ nodes: 5, steps: 2 });
    const { neighbours, pieces } = buildStencils(problem, buildLattice(problem.states), 'upwind')[0];
    const [c0, c1, c2] = pieces[0].weights[0];
    expect(neighbours).toEqual([1]);
    expect(c0 - 30 * (c1 - 30 * c2)).toBeCloseTo(0.25 / 9, 12);
  });

  test('hybrid weights: central where |mu| h <= s, else all of |mu|/h on the upwind side', () => {
    // At x = 0, h = 3, s = .25: mu = 1.2 u. u = .05: |mu| h = .18 < s: w-+ = (.25 -+ .18) / 18; u = 2: 7.2 > s: 0 and .8.
    const problem = linearQuadratic({ nodes: 5, steps: 2 });
    const { pieces } = buildStencils(problem, buildLattice(problem.states), 'hybrid')[2];
    const weightsAt = (u: number): number[] =>
      pieces.find(({ from, to }) => from <= u && u <= to)!.weights.map(([c0, c1, c2]) => c0 + u * (c1 + u * c2));
    expect(weightsAt(0.05).map((w) => w.toFixed(12))).toEqual([0.07 / 18, 0.43 / 18].map((w) => w.toFixed(12)));
    expect(weightsAt(2)[0]).toBeCloseTo(0, 12);
    expect(weightsAt(2)[1]).toBeCloseTo(0.8, 12);
  });

  test('moments on an uneven grid: sum w dx = mu, sum w dx dy = s12', () => {
    const { states, ...rest } = manufactured({ nodes: 3, rho: 0.3 });
    const grids = [
      [0, 0.3, 1],
      [0, 0.6, 0.8],
    ];
    const problem = { ...rest, states: states.map((axis, d) => ({ ...axis, grid: grids[d] })) };
    const { neighbours, pieces } = buildStencils(problem, buildLattice(problem.states), 'upwind')[4];
    const u = 0.5;
    const moment = (of: (dx: number, dy: number) => number): number =>
      pieces
        .find(({ from, to }) => from <= u && u <= to)!
        .weights.reduce((sum, [c0, c1, c2], k) => {
          const [i, j] = [Math.floor(neighbours[k] / 3), neighbours[k] % 3];
          return sum + (c0 + u * (c1 + u * c2)) * of(grids[0][i] - 0.3, grids[1][j] - 0.6);
        }, 0);
    expect(moment((dx) => dx)).toBeCloseTo(0.5, 12);
    expect(moment((_dx, dy) => dy)).toBeCloseTo(-0.25, 12);
    expect(moment((dx, dy) => dx * dy)).toBeCloseTo(0.6 * (1 + 0.1 * 0.25) * 0.3, 12);
  });

  test('a covariance too strong for the 7-point stencil is reported, not repaired', () => {
    // s_ii / h_i >= |s12| / h_j fails with h1 = 3 h2 at correlation .9: s22 is large enough, s11 is not.
    const { states, ...rest } = manufactured({ nodes: 13, rho: 0.9 });
    const problem = { ...rest, states: [{ ...states[0], grid: uniformGrid(0, 1, 5) }, states[1]] };
    for (const scheme of ['upwind', 'hybrid'] as const) {
      const { monotone } = solveHjb(problem, { ...OPTIONS, scheme });
      expect(monotone.space).toBe(false);
      expect(monotone.firstOffender).toMatch(/^a negative weight at x = 0\.2500, y = 0\.08333, t = /);
    }
  });

  test('a downwinded stencil is caught and located', () => {
    const problem = linearQuadratic({ nodes: 21, steps: 4 });
    const lattice = buildLattice(problem.states);
    const stencils = buildStencils(problem, lattice, 'upwind');
    const wrong = stencils.map((stencil, node) =>
      node !== 4
        ? stencil
        : {
            ...stencil,
            pieces: stencil.pieces.map((piece) => ({
              ...piece,
              weights: piece.weights.map(([a, b, c]) => [-a, -b, -c] as const),
            })),
          },
    );
    const { monotone } = solveWithStencils(problem, lattice, wrong, OPTIONS);
    expect(monotone.space).toBe(false);
    expect(monotone.firstOffender).toContain('x = -3.600');
  });
});

describe('solveHjb', () => {
  test('too few policy iterations are a status, not an exception', () => {
    const solution = solveHjb(linearQuadratic({ nodes: 41, steps: 2 }), { ...OPTIONS, maximumPolicyIterations: 1 });
    expect(solution.status).toBe('max_iterations');
    expect(solution.remedy).toMatch(/policy iterations/);
  });

  test('values that overflow in the iteration are a status', () => {
    const problem = {
      ...linearQuadratic({ nodes: 11, steps: 2 }),
      terminalCost: () => Number.MAX_VALUE,
      runningCost: () => Number.MAX_VALUE,
    };
    expect(solveHjb(problem, { ...OPTIONS, keep: 'all' }).status).toBe('non_finite');
  });

  test('a coefficient that is not finite is a status that names it and its node', () => {
    const problem = linearQuadratic({ nodes: 13, steps: 2 });
    const drift: ControlProblem['drift'] = ([x], u, out) => (out[0] = x === 3 ? NaN : u);
    const solution = solveHjb({ ...problem, drift }, { ...OPTIONS, keep: 'all' });
    expect([solution.status, solution.times]).toEqual(['non_finite', [2]]);
    expect(solution.remedy).toBe('Correct the problem: the drift under u = -30.00 is not finite at x = 3.000.');
    expect(solveHjb({ ...problem, terminalCost: () => Infinity }, OPTIONS).status).toBe('non_finite');
  });

  test('keep: all, every k-th with the first and the last, or a list', () => {
    const problem = linearQuadratic({ nodes: 11, steps: 7 });
    const times = (keep: 'all' | number | number[]): readonly number[] => solveHjb(problem, { ...OPTIONS, keep }).times;
    expect(times('all')).toEqual(problem.times);
    expect(times(3)).toEqual([0, 3, 6, 7].map((level) => problem.times[level]));
    expect(times([problem.times[5], 0])).toEqual([0, problem.times[5]]);
  });

  test('the same problem gives the same bytes', () => {
    const solve = (): Float64Array => solveHjb(manufactured({ nodes: 9, rho: 0.5 }), OPTIONS).value[0];
    expect(solve()).toEqual(solve());
  });
});

/** Paths and messages of the issues with which a solve is refused. */
function issuesOf(change: Partial<ControlProblem>, options: object = {}): string[] {
  try {
    solveHjb({ ...linearQuadratic({ nodes: 5, steps: 2 }), ...change }, { ...OPTIONS, ...options });
  } catch (error) {
    expect((error as HjbLrError).code).toBe('E_INVALID');
    return (error as HjbLrError).issues.map(({ path, message }) => `${path}: ${message}`);
  }
  throw new Error('not refused');
}

describe('bad input is refused with every issue', () => {
  const [axis] = linearQuadratic({ nodes: 5, steps: 2 }).states;

  test('structure', () => {
    const bad = { ...axis, grid: [1, 1], coordinate: 'log' as const, boundary: ['open', 'reflecting'] as never };
    expect(issuesOf({ horizon: -1, objective: 'maximise' as never, states: [bad, axis, axis] })).toEqual([
      'states.0.grid: x needs at least 3 nodes, has 2',
      'states.0.grid: the nodes of x must be finite and increase strictly',
      'states.0.boundary.0: must be one of reflecting, natural, got "open"',
      'horizon: must be positive and finite, got -1',
      'objective: must be minimize or maximize, got maximise',
      'states: one or two states, got 3',
    ]);
    expect(issuesOf({ states: [{ ...axis, coordinate: 'log' }] })[0]).toMatch(/must be positive/);
    expect(issuesOf({ times: [0, 1, 1, 2] })[0]).toMatch(/^times: must increase strictly/);
  });

  test('options', () => {
    expect(issuesOf({}, { tolerance: 0, maximumPolicyIterations: 0.5, keep: [0.123], scheme: 'central' })).toEqual([
      'tolerance: must lie between 0 and 1, got 0',
      'maximumPolicyIterations: must be an integer of at least 1, got 0.5',
      'scheme: must be upwind or hybrid, got central',
      "keep: 0.123 is not one of the problem's time levels",
    ]);
    expect(issuesOf({}, { keep: 0 })).toEqual(['keep: must be a whole number of levels, got 0']);
  });

  test('control bounds in the wrong order, a break that is NaN, with the node', () => {
    const upper = ([x]: readonly number[]): number => (x > 1 ? -40 : 30);
    expect(issuesOf({ control: { name: 'u', lower: () => -30, upper } })).toEqual([
      'control: the bounds of u are [-30, -40] at x = 3.000',
    ]);
    expect(issuesOf({ controlBreaks: () => [NaN] })[0]).toMatch(/^controlBreaks: a break of u is NaN at x = -6/);
  });

  test('a covariance that is not positive semidefinite', () => {
    expect(issuesOf({ covariance: ([x], _u, out) => (out[0] = x) })[0]).toMatch(/^covariance: .* at x = -6/);
    const { states, drift, runningCost, terminalCost } = manufactured({ nodes: 5, rho: 0 });
    const square = { states, drift, runningCost, terminalCost, control: { name: 'u', lower: () => 0, upper: () => 1 } };
    const tooCorrelated: ControlProblem['covariance'] = (_x, _u, out) => out.set([1, 1.01, 1.01, 1]);
    expect(issuesOf({ ...square, covariance: tooCorrelated })[0]).toMatch(/^covariance/);
    const lopsided: ControlProblem['covariance'] = (_x, _u, out) => out.set([1, 0.1, 0.2, 1]);
    expect(issuesOf({ ...square, covariance: lopsided })[0]).toMatch(/^covariance/);
  });

  test('a natural face that drift or diffusion can cross; one that neither can is taken', () => {
    const natural = { ...axis, boundary: ['natural', 'reflecting'] as const };
    const still: ControlProblem['covariance'] = (_x, _u, out) => (out[0] = 0);
    expect(issuesOf({ states: [natural] })[0]).toMatch(/^states.0.boundary.0: x has a natural face/);
    expect(issuesOf({ states: [natural], covariance: still })[0]).toMatch(/drift or diffusion can cross/);
    const problem = linearQuadratic({ nodes: 5, steps: 2 });
    const inward: ControlProblem['drift'] = ([x], _u, out) => (out[0] = -x);
    expect(solveHjb({ ...problem, states: [natural], covariance: still, drift: inward }, OPTIONS).status).toBe(
      'converged',
    );
  });

  test('a drift that is no polynomial between the breaks named', () => {
    const kinked: ControlProblem['drift'] = (_x, u, out) => (out[0] = Math.min(u, 7));
    expect(issuesOf({ drift: kinked })[0]).toMatch(/^drift: no polynomial of degree 2 in u between its breaks/);
    expect(issuesOf({ runningCost: (_x, u) => Math.exp(u) })[0]).toMatch(/^runningCost/);
    const problem = { ...linearQuadratic({ nodes: 5, steps: 2 }), drift: kinked };
    expect(solveHjb({ ...problem, controlBreaks: () => [7] }, OPTIONS).status).toBe('converged');
    expect(solveHjb({ ...problem, polynomial: false }, OPTIONS).status).toBe('converged');
  });
});

describe('interpolateSolution', () => {
  const problem = linearQuadratic({ nodes: 5, steps: 2 });
  const solution = solveHjb(problem, { ...OPTIONS, keep: 'all' });

  test('linear between the nodes and between the levels', () => {
    // x = 1.5 is half way from 0 (node 2) to 3 (node 3), t = .25 a quarter of the way from 0 to 1.
    const along = (level: Float64Array): number => (level[2] + level[3]) / 2;
    const expected = 0.75 * along(solution.value[0]) + 0.25 * along(solution.value[1]);
    expect(interpolateSolution(problem, solution, 0.25, [1.5]).value).toBeCloseTo(expected, 12);
    expect(interpolateSolution(problem, solution, 2, [-6]).value).toBe(solution.value[2][0]);
  });

  test('a log axis is interpolated in the logarithm', () => {
    const axis = { ...problem.states[0], coordinate: 'log' as const, grid: [1, 100, 10000] };
    const levels = { ...solution, times: [0], value: [Float64Array.of(1, 3, 5)], control: [new Float64Array(3)] };
    expect(interpolateSolution({ states: [axis] }, levels, 0, [10]).value).toBeCloseTo(2, 12);
  });

  test('outside nothing is clipped', () => {
    for (const [t, x] of [
      [0, [6.01]],
      [0, [-6.01]],
      [2.01, [0]],
      [-0.01, [0]],
      [0, [NaN]],
      [0, [0, 0]],
    ] as const) {
      expect(interpolateSolution(problem, solution, t, x)).toEqual({ inside: false, value: null, control: null });
    }
  });
});

describe('grids', () => {
  test('ends are exact and nodes increase', () => {
    for (const grid of [uniformGrid(-1, 2, 7), logGrid(0.1, 10, 5), sinhGrid(-1, 3, 9, { center: 0, strength: 4 })]) {
      expect(grid.every((x, i) => i === 0 || x > grid[i - 1])).toBe(true);
    }
    expect(logGrid(0.1, 10, 3)[1]).toBeCloseTo(1, 12);
    expect(sinhGrid(-1, 3, 9, { center: 0, strength: 4 }).at(-1)).toBe(3);
  });
});

describe('rootsOf', () => {
  test('does not lose the small root to cancellation', () => {
    // u^2 - 1e8 u + 1 = 0: roots 1e8 and 1e-8 (to 16 digits each).
    const roots = rootsOf([1, -1e8, 1]).sort((a, b) => a - b);
    expect(roots[0]).toBeCloseTo(1e-8, 20);
    expect(roots[1] / 1e8).toBeCloseTo(1, 12);
  });
});
