import { describe, expect, test } from '@jest/globals';
import { errorEstimate } from '../../solvers/answer/error-estimate.js';
import { DEFAULT_OPTIONS } from '../../solvers/answer/options.js';
import { mostKeptLevels, sizeOf } from '../../solvers/answer/size.js';
import {
  sinhGrid,
  solve,
  uniformGrid,
  type Answer,
  type ControlProblem,
  type SolveOptions,
} from '../../solvers/index.js';
import type { HjbLrError } from '../../src/errors.js';
import { linearQuadratic, liTaiE } from '../helpers/problems.js';
import { within } from '../helpers/within.js';
import { regulatorWithCrossDiffusion } from './problems.js';

function refused(problem: ControlProblem, options: Partial<SolveOptions>): HjbLrError {
  try {
    solve(problem, options);
  } catch (error) {
    return error as HjbLrError;
  }
  throw new Error('not refused');
}

describe('errorEstimate', () => {
  const point = (value: number, ...controls: number[]): { value: number; controls: number[] } => ({ value, controls });

  const accurate = { ratio: 2, schemeOrder: 2, noise: 1e-12 } as const;
  const monotone = { ...accurate, schemeOrder: 1 } as const;

  test('changes .12 then .03 under halving: order 2, .03 / (4 - 1) and a quarter of it', () => {
    const estimate = errorEstimate(point(1.01, 0.5), point(1.04, 0.6), point(1.16, 0.9), accurate);
    expect(estimate.order).toBeCloseTo(2, 12);
    expect(estimate.value).toBeCloseTo(0.0125, 12);
    expect(estimate.controls[0]).toBeCloseTo(0.1, 12);
  });

  test('no order counts for more than that of the scheme', () => {
    expect(errorEstimate(point(1.01), point(1.04), point(1.16), monotone).value).toBeCloseTo(0.0375, 12);
    expect(errorEstimate(point(1), point(1.03), point(1.22), accurate).value).toBeCloseTo(0.0125, 12);
  });

  test('without a third value, or where changes grow or alternate, the change itself and a quarter of it', () => {
    expect(errorEstimate(point(1), point(1.03), null, accurate).value).toBeCloseTo(0.0375, 12);
    expect(errorEstimate(point(1), point(1.03), point(1.04), accurate).value).toBeCloseTo(0.0375, 12);
    expect(errorEstimate(point(1), point(1.03), point(0.91), accurate).value).toBeCloseTo(0.0375, 12);
  });

  test('an order that means nothing is a reason in words', () => {
    const order = (...[fine, coarse, coarsest]: [number, number, number]): number | string =>
      errorEstimate(point(fine), point(coarse), point(coarsest), accurate).order;
    expect(errorEstimate(point(1), point(1.03), null, accurate).order).toMatch(/cannot be halved twice/);
    expect(order(1, 1.03, 1.04)).toMatch(/do not approach each other yet/); // -1.6
    expect(order(1, 1.03, 0.91)).toMatch(/to and fro/);
    expect(order(1, 1.001, 2)).toMatch(/faster than the scheme can/); // 10
    expect(order(1, 1 + 5e-12, 1.1)).toMatch(/two finest grids agree to the tolerance/); // 34
    expect(order(1, 1 + 5e-12, 1)).toMatch(/three grids agree to the tolerance/);
    expect(order(1, 1.01, 1.08)).toBeCloseTo(Math.log2(7), 12);
  });

  test('a last change that is small by chance: what the one before makes of it', () => {
    // Changes 1.2 and .001, or none, or .001 back: 1.2 / 4 = .3 is expected of order 2, and 1.25 .3 / (4 - 1) the error.
    for (const fine of [1.499, 1.5, 1.501]) {
      expect(errorEstimate(point(fine), point(1.5), point(2.7), accurate).value).toBeCloseTo(0.125, 12);
    }
    expect(errorEstimate(point(1.5), point(1.5), point(2.7), monotone).value).toBeCloseTo(0.75, 12);
  });

  test('no estimate is below what the values are known to', () => {
    expect(errorEstimate(point(1), point(1), point(1), { ...accurate, noise: 1e-7 }).value).toBe(1e-7);
  });
});

describe('solve', () => {
  const problem = linearQuadratic({ nodes: 65, steps: 64 });
  const query = [
    { t: 0, x: [1] },
    { t: 1.03, x: [0.5] },
    { t: 0, x: [6.01] },
    { t: 2.01, x: [0] },
  ];
  const answer: Answer = solve(problem, { query });

  test('lists in the order of the queries; outside the grid there is nothing, and it is said', () => {
    expect(answer.inside).toEqual([true, true, false, false]);
    expect(answer.values.map((value) => value === null)).toEqual([false, false, true, true]);
    expect(answer.controls.slice(2)).toEqual([null, null]);
    expect(answer.errorEstimates.values.slice(2)).toEqual([null, null]);
    expect(answer.warnings.slice(-2)).toEqual(['query 2 lies outside the grid', 'query 3 lies outside the grid']);
    expect(Object.keys(answer.controls[0]!)).toEqual(['u']);
  });

  test('the accurate scheme is not monotone in time and says so; the monotone one is', () => {
    expect(answer.monotone).toEqual({ space: true, time: false, firstOffender: null });
    const monotone = solve(problem, { query, scheme: 'monotone' });
    expect(monotone.monotone.time).toBe(true);
    expect(monotone.values).toEqual(monotone.monotoneValues);
    expect(monotone.values[0]).toBeCloseTo(answer.monotoneValues[0]!, 12);
  });

  test('between the nodes the estimate is that of the interpolation too, and no more than it', () => {
    // V = x^2 + s^2 (T - t) without drift and running cost, exact at the nodes; half way between two of them the chord is
    // h^2 / 4 above the parabola, h = 12 / 64.
    const parabola: ControlProblem = {
      ...problem,
      ...{ controls: [], runningCost: () => 0, terminalCost: ([x]) => x * x },
      states: [{ ...problem.states[0], boundary: [{ slope: () => -12 }, { slope: () => 12 }] }],
      drift: (_t, _x, _u, out) => (out[0] = 0),
    };
    const h = 12 / 64;
    const { values, errorEstimates } = solve(parabola, { query: [{ t: 0, x: [h / 2] }] });
    within(values[0]! - (h * h) / 4 - 0.5, (h * h) / 4, { abs: 1e-9, because: 'exact at the nodes' });
    within(errorEstimates.values[0]!, (h * h) / 4, { abs: 1e-6, because: 'the tolerance of the steps' });
  });

  test('queries between kept levels are read from those around them', () => {
    const sparse = solve(problem, { query, keep: 64 });
    expect(sparse.solution.times).toEqual([0, 2]);
    expect(sparse.values).toEqual(answer.values);
    expect(sparse.errorEstimates).toEqual(answer.errorEstimates);
  });

  test('keep: what the queries need, or every k-th level', () => {
    expect(answer.solution.times).toEqual([0, 1, 1.03125]);
    expect(solve(problem, { query, keep: 32 }).solution.times).toEqual([0, 1, 2]);
  });

  test('a wider domain tells what truncation does: little here, much where the domain is narrow', () => {
    // Without drift the state reaches reflecting faces at 1 long before T = 2: its deviation then is .7.
    const narrow: ControlProblem = {
      ...problem,
      drift: (_t, _x, _u, out) => (out[0] = 0),
      states: [{ ...problem.states[0], grid: uniformGrid(-1, 1, 17) }],
    };
    const [wide, cut] = [problem, narrow].map((one) => solve(one, { query: [{ t: 0, x: [1] }], widerDomain: true }));
    expect(wide.truncation![0]!).toBeLessThan(1e-3 * wide.values[0]!);
    expect(cut.truncation![0]!).toBeGreaterThan(1e-2 * cut.values[0]!);
    expect(cut.errorEstimates.values[0]!).toBeGreaterThanOrEqual(cut.truncation![0]!);
    expect(answer.truncation![0]!).toBeLessThan(1e-9);
    expect(solve(problem, { query, widerDomain: false }).truncation).toBeNull();
  });

  test('a problem that does not hold beyond its faces has no wider domain: refused, and said of which', () => {
    const [axis] = problem.states;
    const rooted: ControlProblem = {
      ...problem,
      ...{ states: [{ ...axis, grid: uniformGrid(0, 4, 17) }], terminalCost: ([x]) => Math.sqrt(x) },
    };
    const { code, issues, message } = refused(rooted, { widerDomain: true });
    expect([code, message]).toEqual(['E_INVALID', 'The problem does not hold on the wider domain that was asked for.']);
    expect(issues).toEqual([
      { path: 'wider_domain', message: 'terminal_cost: not finite (NaN) at x = -1.000, t = 2.000' },
    ]);
  });

  test('a wider domain that is none, or on which the solve does not end, is told', () => {
    const [axis] = problem.states;
    const inward: ControlProblem['drift'] = (_t, [x], _u, out) => (out[0] = -x);
    const still: ControlProblem['covariance'] = (_t, _x, _u, out) => (out[0] = 0);
    const natural = { ...axis, boundary: ['natural', 'natural'] as const };
    const closed = { ...problem, states: [natural], drift: inward, covariance: still };
    const none = solve(closed, { query: query.slice(0, 1), widerDomain: true });
    expect(none.truncation).toBeNull();
    expect(none.warnings).toContain('no truncation: the equation itself holds at every face, so that none can move');
    // Beyond 6 the cost overflows within the step.
    const steep = { ...problem, runningCost: (_t: number, [x]: readonly number[]) => (x > 6 ? 1.7e308 : 0) };
    const overflowing = solve(steep, { query: query.slice(0, 1), widerDomain: true });
    expect(overflowing.status).toBe('converged');
    expect(overflowing.truncation).toEqual([null]);
    expect(overflowing.warnings).toContain('wider domain: non_finite');
  });

  test('too few policy iterations are a status with a remedy; values are given, estimates are not', () => {
    const unfinished = solve(problem, { query, maximumPolicyIterations: 1 });
    expect(unfinished.status).toBe('max_iterations');
    expect(unfinished.values[0]).not.toBeNull();
    expect(unfinished.errorEstimates.values[0]).toBeNull();
    expect(unfinished.warnings[0]).toMatch(/^max_iterations: Raise/);
  });

  test('an observed order that means nothing is null, with the reason', () => {
    // Drift 0, cost 1 per unit of time: V = T - t on every grid.
    const exact: ControlProblem = { ...problem, drift: (_t, _x, _u, out) => (out[0] = 0), runningCost: () => 1 };
    const flat = solve({ ...exact, terminalCost: () => 0 }, { query: query.slice(0, 2) });
    expect(flat.observedOrder).toBeNull();
    expect(flat.warnings).toEqual(['no observed order: the values on the three grids agree to the tolerance']);
    expect(flat.values[0]).toBeCloseTo(2, 12);
    expect(flat.errorEstimates.values[0]).toBeCloseTo(2e-9, 12);
    // The heat equation between reflecting faces, at a node of all grids and between those of each.
    const heat: ControlProblem = {
      ...exact,
      states: [{ ...problem.states[0], grid: uniformGrid(0, 1, 65) }],
      ...{ controls: [], runningCost: () => 0, terminalCost: ([x]) => Math.cos(Math.PI * x) },
    };
    for (const x of [0.25, 0.2573]) {
      const { observedOrder } = solve(heat, { query: [{ t: 0, x: [x] }] });
      within(observedOrder!, 2, { abs: 0.1, because: 'smooth' });
    }
  });

  test('a grid too short to be halved has no estimate, and says so', () => {
    const short = { ...liTaiE({ nodes: 4, steps: 8 }) };
    const { errorEstimates, warnings } = solve(short, { query: [{ t: 0, x: [1] }] });
    expect(errorEstimates.values).toEqual([null]);
    expect(warnings).toContain('no error estimate: an axis or the time has fewer than 4 intervals');
  });

  test('a coarser grid with a node where the cost is infinite: no estimate, and why', () => {
    const reason = 'running_cost: not finite under u = -20.00 at x = 0.000, t = 1.938';
    // 67 intervals have no node at 0, but half of them, 34, do.
    const peak: ControlProblem = {
      ...problem,
      runningCost: (_t, [x], [u]) => u * u + (Math.abs(x) < 1e-9 ? Infinity : 0),
      states: [{ ...problem.states[0], grid: uniformGrid(-6, 6, 68) }],
    };
    const { values, errorEstimates, warnings } = solve(peak, { query: query.slice(0, 1) });
    expect([values[0] === null, errorEstimates.values, errorEstimates.controls]).toEqual([false, [null], [null]]);
    expect(warnings).toEqual([`no error estimate: on half the nodes ${reason}`]);
  });

  test('a quarter of the nodes that cannot be solved leaves an estimate from two grids', () => {
    // 134 intervals, 67, and 34, whose first inner node is no node of the others.
    const at = uniformGrid(-6, 6, 35)[1];
    const peak: ControlProblem = {
      ...problem,
      runningCost: (_t, [x], [u]) => x * x + u * u + (Math.abs(x - at) < 1e-9 ? Infinity : 0),
      states: [{ ...problem.states[0], grid: uniformGrid(-6, 6, 135) }],
    };
    const { errorEstimates, warnings } = solve(peak, { query: query.slice(0, 1) });
    expect(errorEstimates.values[0]).toBeGreaterThan(0);
    expect(warnings[0]).toMatch(/^error estimate from two grids: on a quarter of the nodes running_cost: not finite/);
  });

  test('where noise is correlated across linear faces V_ab is that of the level before: x y grows by the covariance', () => {
    const face = ['linear', 'linear'] as const;
    const square: ControlProblem = {
      ...regulatorWithCrossDiffusion({ nodes: 9, steps: 8 }),
      ...{ controls: [], runningCost: () => 0, terminalCost: ([x, y]) => x * y },
      drift: (_t, _x, _u, out) => out.fill(0),
      covariance: (_t, _x, _u, out) => out.set([0.6, -0.5, -0.5, 0.6]),
    };
    const states = square.states.map((axis) => ({ ...axis, boundary: face }));
    const points = [[1, 0.5], [4, -4], [4, 1]]; // prettier-ignore
    const { values, warnings } = solve({ ...square, states }, { query: points.map((x) => ({ t: 0, x })) });
    points.forEach(([x, y], i) => within(values[i]!, x * y - 2 * 0.5, { abs: 1e-8, because: 'V is bilinear' }));
    expect(warnings.join()).not.toContain('left out');
  });

  test('over an infinite horizon no level is before: what is left out at a linear face is said', () => {
    const [x, y] = regulatorWithCrossDiffusion({ nodes: 9, steps: 8 }).states;
    const open: ControlProblem = {
      ...regulatorWithCrossDiffusion({ nodes: 9, steps: 8 }),
      ...{ horizon: 'infinite', discount: 1, times: [], controls: [], runningCost: (_t, [p, q]) => p * q },
      states: [{ ...x, boundary: ['reflecting', 'linear'] as const }, y],
      drift: (_t, z, _u, out) => out.set(z.map((value) => -value)),
      covariance: (_t, _x, _u, out) => out.set([0.5, 0.1, 0.1, 0.5]),
    };
    const leftOut = 'the covariance of x with y is left out at the upper face of x, which is linear';
    expect(solve(open, {}).warnings).toContain(leftOut);
    // One that vanishes on the face is none.
    const inside: ControlProblem['covariance'] = (_t, [p], _u, out) => {
      const cross = (4 - p) / 100;
      out.set([0.2, cross, cross, 0.3]);
    };
    expect(solve({ ...open, covariance: inside }, {}).warnings.join()).not.toContain('left out');
  });

  test('faces of a periodic axis at which the problem says two things', () => {
    const [axis] = problem.states;
    const round = { ...problem, states: [{ ...axis, boundary: ['periodic', 'periodic'] as const }] };
    const wave: ControlProblem['drift'] = (_t, [x], [u], out) => (out[0] = Math.sin((Math.PI * x) / 6) + u);
    expect(solve({ ...round, drift: wave }, {}).warnings).toEqual([]);
    const { warnings } = solve({ ...round, terminalCost: ([x]) => x }, {});
    expect(warnings[0]).toMatch(/^the value differs by \S+ between the faces of x, which are one point: make drift,/);
  });

  test('limits are told before anything is allocated', () => {
    const error = refused(problem, { limits: { nodeSteps: 1000, bytes: 1000 } });
    expect(error.code).toBe('E_LIMIT');
    expect(error.issues.map(({ path }) => path)).toEqual(['limits.nodeSteps', 'limits.bytes']);
  });

  test('work: values of controls are gone through at every node', () => {
    const values = (count: number): { name: string; values: number[] } => ({
      name: 'u',
      values: Array.from({ length: count }, (_, i) => i),
    });
    // 65 nodes, 64 steps, 1600 / 16 times.
    const { issues } = refused(
      { ...problem, controls: [values(40), values(40)] },
      { limits: { nodeSteps: 4e5, bytes: 1e9 } },
    );
    expect(issues).toEqual([
      {
        path: 'limits.nodeSteps',
        message:
          'work in nodes times time steps times scenarios (times values of controls / 16, times 8 or 25 where one or two are searched): about 416000, the limit is 400000',
      },
    ]);
  });

  test('memory: the process, its nodes by states and scenarios, a wider domain, and what is kept', () => {
    const size = { shape: [64, 64, 64], controls: 1, scenarios: 1, steps: 200, kept: 3, widerDomain: false };
    const { bytes, nodeSteps } = sizeOf(size);
    // 150 MB + 64^3 (750 + 3 225) + 12 bytes for value and control of 3 levels; 475 to 492 MB were measured.
    expect(bytes).toBe(1.5e8 + 262144 * (750 + 675 + 12 * 3 * 2));
    expect(nodeSteps).toBe(262144 * 200);
    expect(bytes).toBeLessThan(DEFAULT_OPTIONS.limits.bytes);
    expect(sizeOf({ ...size, scenarios: 4 }).bytes - bytes).toBe(262144 * 360);
    expect(sizeOf({ ...size, widerDomain: true }).bytes - bytes).toBeCloseTo(262144 * 1425 * (1.5 ** 3 - 1), 0);
    expect([
      mostKeptLevels('all', 10, []),
      mostKeptLevels(4, 10, []),
      mostKeptLevels('query', 10, [0, 0.5, 0.5]),
    ]).toEqual([11, 4, 9]);
  });

  test('memory: correlated noise on uneven axes that is read again is kept as it is spread', () => {
    const square = regulatorWithCrossDiffusion({ nodes: 9, steps: 8 });
    const stretched = square.states.map((axis) => ({ ...axis, grid: sinhGrid(-4, 4, 9, { center: 0, strength: 2 }) }));
    const bytesOf = (change: Partial<ControlProblem>): unknown =>
      refused({ ...square, timeDependent: true, ...change }, { limits: { nodeSteps: 1e9, bytes: 1 } }).fields['bytes'];
    const plain = 1.5e8 + 81 * (750 + 2 * 225) + 12 * 81 * 2;
    expect(bytesOf({})).toBe(plain);
    expect(bytesOf({ states: stretched, timeDependent: false })).toBe(plain);
    expect(bytesOf({ states: stretched, covariance: (_t, _x, _u, out) => out.set([1, 0, 0, 1]) })).toBe(plain);
    expect(bytesOf({ states: stretched })).toBe(plain + 81 * 2 * 650);
  });

  test('a front that steps over many nodes converges by default', () => {
    // dx = u dt, |u| <= 1, cost 1 until a face, 1 at the horizon: V(0, .5) = .5. At first it moves on by a node an iteration.
    const face = { dirichlet: () => 0 };
    const front: ControlProblem = {
      ...problem,
      ...{ horizon: 4, times: uniformGrid(0, 4, 101), runningCost: () => 1, terminalCost: () => 1 },
      states: [{ ...problem.states[0], grid: uniformGrid(-1, 1, 401), boundary: [face, face] }],
      controls: [{ name: 'u', lower: () => -1, upper: () => 1 }],
      drift: (_t, _x, [u], out) => (out[0] = u),
      covariance: (_t, _x, _u, out) => (out[0] = 0),
    };
    const { status, values, policyIterations } = solve(front, { query: [{ t: 0, x: [0.5] }] });
    expect(status).toBe('converged');
    within(values[0]!, 0.5, { abs: 1e-6, because: 'exact between faces and front' });
    expect(policyIterations.max).toBeGreaterThan(20);
  });

  test('a query with too few states is refused', () => {
    expect(refused(problem, { query: [{ t: 0, x: [] }] }).issues[0].path).toBe('query.0');
  });
});
