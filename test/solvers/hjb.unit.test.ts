import { describe, expect, test } from '@jest/globals';
import { buildLattice, positionOf } from '../../solvers/grid/lattice.js';
import { spreadCovariance } from '../../solvers/covariance/covariance-spread.js';
import { FORM_SIZE, UP } from '../../solvers/discretization/monotone-scheme.js';
import { noDifferenceInput } from '../../solvers/discretization/differences.js';
import { levelInput } from '../../solvers/discretization/level-input.js';
import { discretize, type Discretization } from '../../solvers/discretization/node-model.js';
import { rootsOf } from '../../solvers/discretization/quadratic.js';
import { sellingDirections } from '../../solvers/covariance/selling.js';
import {
  interpolateSolution,
  logGrid,
  sinhGrid,
  solveHjb,
  uniformGrid,
  type Boundary,
  type ControlProblem,
  type Scheme,
  type StateAxis,
} from '../../solvers/index.js';
import { simulateClosedLoop } from '../../solvers/simulation/index.js';
import type { HjbLrError } from '../../src/errors.js';
import { linearQuadratic } from '../helpers/problems.js';
import { within } from '../helpers/within.js';
import { manufactured } from './problems.js';
import { rowsFor, under, weightsOf } from './rows.js';

const OPTIONS = { tolerance: 1e-10, maximumPolicyIterations: 100, keep: [0] };

/** Weights at a node of the LQR on x = -6, -3, 0, 3, 6 under one control: drift -.4 x + 1.2 u, variance .25, h = 3. */
function regulatorWeights(
  node: number,
  u: number,
  scheme: Scheme,
  face: Boundary = 'reflecting',
): Record<number, number> {
  const problem = under(linearQuadratic({ nodes: 5, steps: 2 }), u);
  const states = problem.states.map((axis) => ({ ...axis, boundary: [face, face] as const }));
  return weightsOf(rowsFor({ ...problem, states }, scheme, new Float64Array(5), 1), node);
}

describe('stencils', () => {
  test('monotone: upwind weights at an inner node', () => {
    // x = 0, u = 2: mu = 2.4 > 0: w- = .25 / 18, w+ = 2.4 / 3 + .25 / 18.
    const weights = regulatorWeights(2, 2, 'monotone');
    expect(weights[1]).toBeCloseTo(0.25 / 18, 12);
    expect(weights[3]).toBeCloseTo(0.8 + 0.25 / 18, 12);
  });

  test('accurate: central where |mu| h <= s, else all of |mu|/h on the upwind side', () => {
    // x = 0, mu = 1.2 u. u = .05: |mu| h = .18 < s: w-+ = (.25 -+ .18) / 18; u = 2: 7.2 > s: 0 and .8.
    const central = regulatorWeights(2, 0.05, 'accurate');
    expect(central[1]).toBeCloseTo(0.07 / 18, 12);
    expect(central[3]).toBeCloseTo(0.43 / 18, 12);
    const upwind = regulatorWeights(2, 2, 'accurate');
    expect(upwind[1]).toBeCloseTo(0, 12);
    expect(upwind[3]).toBeCloseTo(0.8, 12);
  });

  test('a reflecting face mirrors the inner node: s / h^2, outward drift suppressed', () => {
    // At x = -6, u = -30: mu = -33.6 points outward; w+ = .25 / 9. u = 1: mu = 3.6 inward: + 3.6 / 3.
    expect(regulatorWeights(0, -30, 'monotone')[1]).toBeCloseTo(0.25 / 9, 12);
    expect(regulatorWeights(0, 1, 'monotone')[1]).toBeCloseTo(0.25 / 9 + 1.2, 12);
    // Accurate: V_x = 0 there, so drift counts only where 3.6 * 3 > .25, and then alone.
    expect(regulatorWeights(0, 1, 'accurate')[1]).toBeCloseTo(1.2, 12);
  });

  test('a linear face: inward drift on the one neighbour, outward drift on none, no diffusion', () => {
    // At x = -6, u = 1: mu = 3.6: w = 1.2; u = -3: mu = -1.2, times the slope of the level before.
    expect(regulatorWeights(0, 1, 'monotone', 'linear')[1]).toBeCloseTo(1.2, 12);
    expect(regulatorWeights(0, -3, 'monotone', 'linear')[1]).toBe(0);
  });

  test.each(['identity', 'log'] as const)(
    'outward drift at a linear face, coordinate %s: one step by hand',
    (coordinate) => {
      // dx = -x dt on 1, 2, 3 with V(T) = x, dt = 1: at x = 1 V = 1 - D with D = V(2) - V(1), where the implicit row would have
      // the diagonal 1/dt - |b|/h = 0. At 2 (1 + w) V = 2 + w V(1), w = 2 or 1 / ln 2, so D = (1 + D) / (1 + w): the forecast
      // D = 1 is corrected three times.
      const problem: ControlProblem = {
        ...linearQuadratic({ nodes: 3, steps: 1 }),
        states: [{ name: 'x', grid: [1, 2, 3], coordinate, boundary: ['linear', 'linear'] }],
        ...{ controls: [], horizon: 1, times: [0, 1], runningCost: () => 0, terminalCost: ([x]) => x },
        drift: (_t, [x], _u, out) => (out[0] = -x),
        covariance: (_t, _x, _u, out) => (out[0] = 0),
      };
      const { value, monotone } = solveHjb(problem, OPTIONS);
      const next = (D: number): number => (1 + D) / (1 + (coordinate === 'log' ? 1 / Math.LN2 : 2));
      const D = next(next(next(1)));
      expect(value[0][0]).toBeCloseTo(1 - D, 12);
      expect(value[0][1]).toBeCloseTo(1 - D + next(D), 12);
      expect(monotone).toEqual({ space: false, firstOffender: 'drift out of a linear face at x = 1.000, t = 0.000' });
    },
  );

  test('a given slope that changes along a periodic axis: differences go round', () => {
    // dV/dy = sin(2 pi x) at y = 0, x = 0, .25, .5, .75, 1: at x = 0 and at x = 1 (1 - (-1)) / .5 = 4.
    const square = manufactured({ nodes: 3, rho: 0.5 });
    const x = { ...square.states[0], grid: uniformGrid(0, 1, 5), boundary: ['periodic', 'periodic'] as const };
    const slope: Boundary = { slope: (_t, [at]) => Math.sin(2 * Math.PI * at) };
    const states = [x, { ...square.states[1], boundary: [slope, 'reflecting'] as const }];
    const d = discretize({ ...square, states }, buildLattice(states), 'monotone');
    // Of the slope along y (axis 1) along x (axis 0); y is fastest.
    const change = [0, 1, 2, 3, 4].map(
      (i) => levelInput(d, 0, noDifferenceInput(d), null).slopeChange![(3 * i * 2 + 1) * 2],
    );
    [4, 0, -4, 0, 4].forEach((expected, i) => expect(change[i]).toBeCloseTo(expected, 12));
  });

  test('a periodic axis: the faces are one point, whose neighbours are the inner nodes', () => {
    const weights = regulatorWeights(0, 0, 'monotone', 'periodic');
    expect(Object.keys(weights)).toEqual(['1', '3']);
    expect(weights[3]).toBeCloseTo(0.25 / 18, 12);
  });

  test('a periodic axis shorter than a leg: the leg goes round as often as it takes', () => {
    const square = manufactured({ nodes: 9, rho: 0.3 });
    const axes = [[0, 1, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8]]; // prettier-ignore
    const states = square.states.map((axis, d) => ({
      ...axis,
      grid: axes[d],
      boundary: ['periodic', 'periodic'] as const,
    }));
    const { lattice, table, even } = discretize({ ...square, states }, buildLattice(states), 'monotone');
    // 2 e e' with e = (7, 1): from (1, 4) to (8, 5) and (-6, 3), which are (2, 5) and (0 or 3, 3).
    const { nodes, weights } = spreadCovariance(lattice, table, even, [1, 4], [98, 14, 14, 2]);
    expect(nodes.map((node) => positionOf(lattice, node))).toEqual([[2, 5], [0, 3]]); // prettier-ignore
    expect(weights).toEqual([1, 1]);
  });

  test('given values and slopes: a row that says the value; s / h^2 and s slope / h', () => {
    const problem = under(linearQuadratic({ nodes: 5, steps: 2 }), 1);
    const boundary = [{ slope: () => 2 }, { dirichlet: () => 7 }] as const;
    const V = Float64Array.of(0, 0, 0, 0, 7);
    const rows = rowsFor({ ...problem, states: [{ ...problem.states[0], boundary }] }, 'monotone', V, 1);
    const { right, diagonal } = rows.system;
    expect(weightsOf(rows, 0)[1]).toBeCloseTo(0.25 / 9, 12);
    // cost 1.5 * 36 + .3, drift 3.6 * slope 2, diffusion -.25 * 2 / 3 (half the variance times 2 (0 - slope) / h).
    expect(right[0] * diagonal[0]).toBeCloseTo(54.3 + 7.2 - 0.5 / 3, 12);
    expect([right[4], diagonal[4]]).toEqual([7, 1]);
  });

  test.each([
    ['lattice directions', 0.3],
    ['a wide stencil', 1],
  ])('moments on an uneven grid: sum w dx = mu, sum w dx dy = s12, by %s', (_name, rho) => {
    const { states, ...rest } = manufactured({ nodes: 9, rho });
    const grids = [
      [0, 0.1, 0.25, 0.4, 0.5, 0.65, 0.8, 0.9, 1],
      [0, 0.2, 0.3, 0.4, 0.5, 0.55, 0.7, 0.9, 1],
    ];
    const problem = { ...rest, states: states.map((axis, d) => ({ ...axis, grid: grids[d] })) };
    const weights = weightsOf(rowsFor(under(problem, 0.5), 'monotone', new Float64Array(81), 1), 4 * 9 + 4);
    const moment = (of: (dx: number, dy: number) => number): number =>
      Object.entries(weights).reduce((sum, [node, weight]) => {
        const [i, j] = [Math.floor(Number(node) / 9), Number(node) % 9];
        return sum + weight * of(grids[0][i] - 0.5, grids[1][j] - 0.5);
      }, 0);
    expect(moment((dx) => dx)).toBeCloseTo(0.5, 12);
    expect(moment((_dx, dy) => dy)).toBeCloseTo(-0.25, 12);
    // Multilinear interpolation in a cell keeps dx dy.
    expect(moment((dx, dy) => dx * dy)).toBeCloseTo(0.6 * (1 + 0.1 * 0.25) * rho, 12);
  });

  test('a covariance along no direction of the grid still gives an M-matrix', () => {
    // Correlation 1 with spacings 1/4 and 1/12: along (1, 3), and with 1/4 and sqrt(2)/12 along no direction.
    const { states, ...rest } = manufactured({ nodes: 13, rho: 1 });
    for (const span of [1, Math.SQRT2]) {
      const grids = [uniformGrid(0, 1, 5), uniformGrid(0, span, 13)];
      const problem = { ...rest, states: states.map((axis, d) => ({ ...axis, grid: grids[d] })) };
      expect(
        rowsFor(
          problem,
          'monotone',
          Float64Array.from({ length: 65 }, (_, i) => Math.sin(i)),
          1,
        ).offender,
      ).toBe(-1);
    }
  });

  test('a downwinded stencil is caught and located', () => {
    // At node 4, x = -3.6, drift upwards takes the lower neighbour: its form UP holds the numbers of DOWN.
    const downwinded = (d: Discretization): void => {
      const up = d.entryAt[4] + UP * FORM_SIZE;
      d.table.entries.copyWithin(up, up + FORM_SIZE, up + 2 * FORM_SIZE);
    };
    const problem = under(linearQuadratic({ nodes: 21, steps: 4 }), 1);
    const V = Float64Array.from({ length: 21 }, (_, i) => i * i);
    expect(rowsFor(problem, 'monotone', V, 1).offender).toBe(-1);
    expect(rowsFor(problem, 'monotone', V, 1, { spoil: downwinded }).offender).toBe(4);
  });

  test('a solve reports where it is not monotone', () => {
    const problem = under(linearQuadratic({ nodes: 21, steps: 4 }), 1);
    const states = [{ ...problem.states[0], boundary: ['linear', 'linear'] as const }];
    const { monotone } = solveHjb({ ...problem, states, drift: (_t, [x], _u, out) => (out[0] = x) }, OPTIONS);
    expect(monotone).toEqual({ space: false, firstOffender: 'drift out of a linear face at x = -6.000, t = 1.500' });
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
    for (const polynomial of [true, false]) {
      expect(solveHjb({ ...problem, polynomial }, { ...OPTIONS, keep: 'all' }).status).toBe('non_finite');
    }
    // The level at which it happened is kept beside those that were asked for.
    const { times, value } = solveHjb(problem, OPTIONS);
    expect(times).toEqual([1]);
    expect(value[0].every(Number.isFinite)).toBe(false);
  });

  test('a coefficient that is not finite is refused, with its node', () => {
    const problem = linearQuadratic({ nodes: 13, steps: 2 });
    const drift: ControlProblem['drift'] = (_t, [x], [u], out) => (out[0] = x === 3 ? NaN : u);
    expect(issuesOf({ ...problem, drift })).toEqual(['drift: not finite under u = -20.00 at x = 3.000, t = 1.000']);
    expect(issuesOf({ terminalCost: () => Infinity })).toEqual([
      'terminal_cost: not finite (Infinity) at x = -6.000, t = 2.000',
    ]);
  });

  test('a risk-sensitive problem is read again only where the gradient of its value has moved', () => {
    const problem = linearQuadratic({ nodes: 41, steps: 20 });
    let read = 0;
    const runningCost: ControlProblem['runningCost'] = (_t, [x], [u]) => {
      read += 1;
      return 0.1 * (x * x + u * u);
    };
    const readsOf = (risk: number | undefined): [reads: number, iterations: number] => {
      read = 0;
      const { status, policyIterations } = solveHjb({ ...problem, runningCost, ...(risk && { risk }) }, OPTIONS);
      expect(status).toBe('converged');
      return [read, policyIterations.mean];
    };
    const [once] = readsOf(undefined);
    const [reads, iterations] = readsOf(0.05);
    // At the first guess of each of 20 steps, and after every iteration but the last, which changes V by less than the tolerance.
    expect(reads / once).toBeLessThanOrEqual(20 * iterations);
    expect(reads / once).toBeGreaterThan(20);
  });

  test('where faces meet a given value wins over a slope, the first state over the second', () => {
    const square = manufactured({ nodes: 5, rho: 0.5 });
    const valued = (value: number): Boundary => ({ dirichlet: () => value });
    const sloping: Boundary = { slope: () => 99 };
    const faces: readonly (readonly [Boundary, Boundary])[] = [
      [valued(7), sloping],
      [sloping, valued(3)],
    ];
    const states = square.states.map((axis, d) => ({ ...axis, boundary: faces[d] }));
    const { value } = solveHjb({ ...square, states }, { ...OPTIONS, keep: [0] });
    // Along y, fastest, at the lower face of x; then the upper face of y, but for the corner.
    expect(Array.from(value[0].slice(0, 5))).toEqual([7, 7, 7, 7, 7]);
    expect([9, 14, 19, 24].map((node) => value[0][node])).toEqual([3, 3, 3, 3]);
  });

  test.each([
    ['minimize', 1],
    ['maximize', -1],
  ] as const)('%s: a value given at a face is not beyond the obstacle, at which one may stop there too', (...of) => {
    const [objective, sign] = of;
    const [axis] = linearQuadratic({ nodes: 9, steps: 2 }).states;
    const faces = [{ dirichlet: (): number => sign * 5 }, { dirichlet: (): number => sign }] as const;
    const problem: ControlProblem = {
      ...linearQuadratic({ nodes: 9, steps: 2 }),
      ...{ objective, controls: [], states: [{ ...axis, boundary: faces }] },
      ...{ drift: (_t, _x, _u, out) => (out[0] = 0), runningCost: () => 0, terminalCost: () => sign * 9 },
      obstacle: (t) => sign * (2 + t),
    };
    const solution = solveHjb(problem, { ...OPTIONS, keep: 'all' });
    expect(solution.value.map((level) => [level[0], level[8]])).toEqual([2, 3, 4].map((at) => [sign * at, sign]));
    const { cost } = simulateClosedLoop(problem, solution, [-6], { paths: 2, seed: 0, substeps: 1 });
    expect(cost).toBe(sign * 2);
  });

  test.each([true, false])(
    'where spacings change a covariance is spread anew when it changes in time; polynomial: %s',
    (polynomial) => {
      const { states: even, covariance, ...rest } = manufactured({ nodes: 7, rho: 0.5 });
      const states = even.map((axis) => ({ ...axis, grid: axis.grid.map((x) => x * x) }));
      const times = (factor: number): ControlProblem['covariance'] => {
        return (t, x, u, out, scenario) => {
          covariance(t, x, u, out, scenario);
          for (let k = 0; k < 4; k += 1) out[k] *= factor;
        };
      };
      const solve = (change: Partial<ControlProblem>): Float64Array =>
        solveHjb({ ...rest, states, covariance, polynomial, ...change }, { ...OPTIONS, tolerance: 1e-12 }).value[0];
      const [once, twice] = [times(1), times(2)];
      const changing: ControlProblem['covariance'] = (t, ...at) => (t < 0.5 ? once : twice)(t, ...at);
      const value = solve({ covariance: changing, timeDependent: true });
      // The monotone scheme starts afresh from any level: first from 1 to .6, then from there to 0.
      const later = solve({ covariance: twice, horizon: 0.4, times: [0, 0.2, 0.4] });
      const terminalCost = ([x, y]: readonly number[]): number =>
        later[states[0].grid.indexOf(x) * 7 + states[1].grid.indexOf(y)];
      const before = solve({ terminalCost, horizon: 0.6, times: [0, 0.2, 0.4, 0.6] });
      value.forEach((v, node) => within(v, before[node], { abs: 1e-9, because: 'the tolerance of six steps' }));
    },
  );

  test('a problem that calls itself independent of time, and is not, is refused by the names of its parts', () => {
    const problem = { ...linearQuadratic({ nodes: 9, steps: 2 }), timeDependent: false, runningCost: (t: number) => t };
    expect(() => solveHjb(problem, OPTIONS)).toThrow(
      expect.objectContaining({
        code: 'E_INVALID',
        issues: [{ path: 'running_cost', message: 'changes in time, but timeDependent is false' }],
      }),
    );
  });

  test('no control and no polynomial: there is nothing to search', () => {
    const still: ControlProblem['drift'] = (_t, [x], _u, out) => (out[0] = -x);
    const problem = { ...linearQuadratic({ nodes: 9, steps: 2 }), controls: [], drift: still, runningCost: () => 1 };
    const [exact, searched] = [true, false].map((polynomial) => solveHjb({ ...problem, polynomial }, OPTIONS));
    expect(searched.value).toEqual(exact.value);
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
    const bad = { ...axis, grid: [1, 1], coordinate: 'log' as const, boundary: ['open', 'periodic'] as never };
    expect(issuesOf({ horizon: -1, objective: 'maximise' as never, states: [bad, axis, axis, axis] })).toEqual([
      'states.0.grid: x needs at least 3 nodes, has 2',
      'states.0.grid: the nodes of x must be finite and increase strictly',
      'states.0.boundary.0: must be one of natural, reflecting, linear, state_constraint, periodic, or a function as dirichlet or slope, got "open"',
      'states.0.boundary: periodic is for both faces or for none',
      'horizon: must be positive and finite, got -1',
      'objective: must be minimize or maximize, got maximise',
      'states: one to three states, got 4',
    ]);
    expect(issuesOf({ states: [{ ...axis, boundary: [{} as Boundary, 'natural'] }] })[0]).toMatch(/got {}$/);
    const constant = { dirichlet: 3 } as unknown as Boundary;
    expect(issuesOf({ states: [{ ...axis, boundary: [constant, 'natural'] }] })[0]).toMatch(/got {"dirichlet":3}$/);
    expect(issuesOf({ states: [{ ...axis, coordinate: 'log' }] })[0]).toMatch(/must be positive/);
    expect(issuesOf({ times: [0, 1, 1, 2] })[0]).toMatch(/^times: must increase strictly/);
    expect(issuesOf({ horizon: 'infinite' })[0]).toBe(
      'discount: an infinite horizon needs a positive discount, a face with a given value or an obstacle',
    );
    expect(issuesOf({ horizon: 'infinite', discount: 0, risk: 1 })).toContain(
      'risk: a risk-sensitive criterion needs a finite horizon',
    );
    expect(issuesOf({ risk: 1, discount: 0.1 })[0]).toBe('risk: a risk-sensitive criterion has no discount');
    expect(issuesOf({ controls: [{ name: 'u', values: [] }] })[0]).toMatch(/^controls.0.values/);
  });

  test('options', () => {
    expect(issuesOf({}, { tolerance: 0, maximumPolicyIterations: 0.5, keep: [0.123], scheme: 'central' })).toEqual([
      'tolerance: must lie between 0 and 1, got 0',
      'maximumPolicyIterations: must be an integer of at least 1, got 0.5',
      'scheme: must be monotone or accurate, got central',
      "keep: 0.123 is not one of the problem's time levels",
    ]);
    expect(issuesOf({}, { keep: 0 })).toEqual(['keep: must be a whole number of levels, got 0']);
  });

  test('control bounds in the wrong order, a break that is NaN, with the node', () => {
    const upper = (_t: number, [x]: readonly number[]): number => (x > 1 ? -40 : 30);
    expect(issuesOf({ controls: [{ name: 'u', lower: () => -30, upper }] })).toEqual([
      'controls: the bounds of u are [-30, -40] at x = 3.000, t = 1.000',
    ]);
    const broken = { name: 'u', lower: () => 0, upper: () => 1, breaks: () => [NaN] };
    expect(issuesOf({ controls: [broken] })[0]).toMatch(/^controls: a break of u is NaN at x = -6/);
  });

  test('a covariance that is not positive semidefinite', () => {
    const falling: ControlProblem['covariance'] = (_t, [x], _u, out) => (out[0] = x);
    expect(issuesOf({ covariance: falling })[0]).toMatch(/^covariance: .* at x = -6/);
    const straight = [{ ...axis, grid: [-1, 0, 1], boundary: ['linear', 'linear'] as const }];
    expect(issuesOf({ covariance: falling, states: straight })[0]).toMatch(/^covariance: .* at x = -1/);
    const { states, drift, runningCost, terminalCost, controls } = manufactured({ nodes: 5, rho: 0 });
    const square = { states, drift, runningCost, terminalCost, controls };
    const tooCorrelated: ControlProblem['covariance'] = (_t, _x, _u, out) => out.set([1, 1.01, 1.01, 1]);
    expect(issuesOf({ ...square, covariance: tooCorrelated })[0]).toMatch(/^covariance/);
    const lopsided: ControlProblem['covariance'] = (_t, _x, _u, out) => out.set([1, 0.1, 0.2, 1]);
    expect(issuesOf({ ...square, covariance: lopsided })[0]).toMatch(/^covariance/);
  });

  test('a natural face that drift or diffusion can cross; one that neither can is taken', () => {
    const natural = { ...axis, boundary: ['natural', 'reflecting'] as const };
    const still: ControlProblem['covariance'] = (_t, _x, _u, out) => (out[0] = 0);
    expect(issuesOf({ states: [natural] })[0]).toMatch(/^states.0.boundary.0: the diffusion of x crosses this face/);
    expect(issuesOf({ states: [natural], covariance: still })[0]).toMatch(/the drift of x crosses this face/);
    const remedyOf = (change: Partial<ControlProblem>): string => {
      try {
        solveHjb({ ...linearQuadratic({ nodes: 5, steps: 2 }), states: [natural], ...change }, OPTIONS);
      } catch (error) {
        return (error as HjbLrError).remedy;
      }
      throw new Error('not refused');
    };
    expect(remedyOf({ covariance: still })).toMatch(
      /^Take "state_constraint", which lets nothing out, where the controls are to keep/,
    );
    expect(remedyOf({})).toMatch(
      /^Take { "dirichlet": ... } where paths end at this face .* "linear" where the domain is only cut off/,
    );
    const problem = linearQuadratic({ nodes: 5, steps: 2 });
    const inward: ControlProblem['drift'] = (_t, [x], _u, out) => (out[0] = -x);
    expect(solveHjb({ ...problem, states: [natural], covariance: still, drift: inward }, OPTIONS).status).toBe(
      'converged',
    );
  });

  test('drift out of a linear face over an infinite horizon: eliminated along one state, refused where it cannot be', () => {
    // discount V = x + x V_x: V = x / (1 - 1/2) at discount 1, drift x/2: linear, so exact on any grid.
    const endless = (states: readonly StateAxis[]): ControlProblem => ({
      ...linearQuadratic({ nodes: 5, steps: 2 }),
      ...{ horizon: 'infinite', discount: 1, times: [], controls: [], states },
      drift: (_t, x, _u, out) => out.set(x.map((value) => value / 2)),
      covariance: (_t, _x, _u, out) => out.fill(0),
      runningCost: (_t, [x]) => x,
    });
    const face = (nodes: number): StateAxis => ({
      ...axis,
      grid: uniformGrid(-1, 1, nodes),
      boundary: ['linear', 'linear'],
    });
    const along = solveHjb(endless([face(41)]), OPTIONS);
    expect(along.value[0][40]).toBeCloseTo(2, 10);
    expect(along.monotone.firstOffender).toBe('a negative weight at x = -1.000');
    const message = /^states.0.boundary.0: drift leaves through a linear face over an infinite horizon at x = -1/;
    expect(issuesOf(endless([face(5), { ...face(5), name: 'y' }]))[0]).toMatch(message);
    // |drift| = discount h at the faces.
    expect(issuesOf(endless([face(5)]))[0]).toMatch(message);
  });

  test('a state constraint keeps the controls whose drift points inward, and needs one', () => {
    const constrained = { ...axis, boundary: ['state_constraint', 'state_constraint'] as const };
    const still: ControlProblem['covariance'] = (_t, _x, _u, out) => (out[0] = 0);
    const problem = { ...linearQuadratic({ nodes: 5, steps: 2 }), states: [constrained], covariance: still };
    // At x = -6: drift 2.4 + 1.2 u >= 0 for u >= -2; the cost of u alone would choose less.
    const outward = { ...problem, runningCost: (_t: number, _x: unknown, [u]: readonly number[]) => (u + 9) ** 2 };
    expect(solveHjb(outward, OPTIONS).control[0][0]).toBeCloseTo(-2, 9);
    const escape: ControlProblem['drift'] = (_t, [x], _u, out) => (out[0] = x);
    expect(issuesOf({ ...problem, drift: escape })[0]).toMatch(/^states: no control keeps the state inside/);
  });

  test('a drift that is no polynomial between the breaks named', () => {
    const kinked: ControlProblem['drift'] = (_t, _x, [u], out) => (out[0] = Math.min(u, 7));
    expect(issuesOf({ drift: kinked })[0]).toMatch(/^drift: no polynomial of degree 2 in u between its breaks/);
    expect(issuesOf({ runningCost: (_t, _x, [u]) => Math.exp(u) })[0]).toMatch(/^running_cost/);
    const problem = { ...linearQuadratic({ nodes: 5, steps: 2 }), drift: kinked };
    const controls = [{ name: 'u', lower: () => -30, upper: () => 30, breaks: () => [7] }];
    expect(solveHjb({ ...problem, controls }, OPTIONS).status).toBe('converged');
    expect(solveHjb({ ...problem, polynomial: false }, OPTIONS).status).toBe('converged');
  });

  test('a covariance that is no polynomial times one matrix', () => {
    const turning: ControlProblem['covariance'] = (_t, _x, [u], out) => out.set([1, u / 2, u / 2, 1]);
    expect(issuesOf({ ...manufactured({ nodes: 5, rho: 0 }), covariance: turning })[0]).toMatch(
      /^covariance: no polynomial/,
    );
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

  test('a control from a finite set is that of the nearest node and level', () => {
    const chosen = { ...problem, controls: [{ name: 'u', values: [-1, 1] }] };
    const control = [-1, -1, 1].map((u) => Float64Array.of(-1, -1, u, 1, 1));
    const levels = { ...solution, control };
    const at = (t: number, x: number): number => interpolateSolution(chosen, levels, t, [x]).controls![0];
    // x = -1.6 lies between -3, where u = -1, and 0, where u = -1 at t = 0 and t = 1 and 1 at t = 2.
    expect([at(0, -1.6), at(1.4, -1.4), at(1.6, -1.4), at(1.6, -1.6), at(0, 1.6)]).toEqual([-1, -1, 1, -1, 1]);
  });

  test('a log axis is interpolated in the logarithm', () => {
    const axis = { ...problem.states[0], coordinate: 'log' as const, grid: [1, 100, 10000] };
    const levels = { ...solution, times: [0], value: [Float64Array.of(1, 3, 5)], control: [new Float64Array(3)] };
    expect(interpolateSolution({ ...problem, states: [axis] }, levels, 0, [10]).value).toBeCloseTo(2, 12);
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
      expect(interpolateSolution(problem, solution, t, x)).toEqual({ inside: false, value: null, controls: null });
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

describe('sellingDirections', () => {
  test('weights are positive and the directions give the covariance back', () => {
    for (const A of [
      [4, 2, 2, 1],
      [1, -0.9, -0.9, 1],
      [2, 0.3, 0.2, 0.3, 2, -0.5, 0.2, -0.5, 0.7],
    ]) {
      const n = Math.sqrt(A.length);
      const directions = sellingDirections(A, 8)!;
      A.forEach((value, k) => {
        const sum = directions.reduce((s, { step, weight }) => s + weight * step[Math.floor(k / n)] * step[k % n], 0);
        expect(sum).toBeCloseTo(value, 12);
      });
      expect(directions.every(({ weight }) => weight > 0)).toBe(true);
    }
    expect(sellingDirections([4, 2, 2, 1], 3)).toEqual([{ step: [-2, -1], weight: 1 }]);
    expect(sellingDirections([2, Math.SQRT2, Math.SQRT2, 1], 8)).toBeNull();
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
