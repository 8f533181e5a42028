import { describe, expect, test } from '@jest/globals';
import { sizeOf } from '../../solvers/answer/size.js';
import {
  solveEnsemble,
  solveHjb,
  uniformGrid,
  type ControlAxis,
  type ControlProblem,
  type HjbOptions,
  type HjbSolution,
} from '../../solvers/index.js';
import { within } from '../helpers/within.js';

const INTERVAL: ControlAxis = { name: 'u', lower: () => -1, upper: () => 2 };
const FINITE: ControlAxis = { name: 'w', values: [0, 1] };
const OPTIONS: HjbOptions = { tolerance: 1e-12, maximumPolicyIterations: 60, keep: 'all' };

function lineProblem(fields: Partial<ControlProblem>): ControlProblem {
  return {
    ...{ name: 'finite beside interval', objective: 'minimize', horizon: 1, times: uniformGrid(0, 1, 21) },
    states: [
      { name: 'x', grid: uniformGrid(0, 1, 41), coordinate: 'identity', boundary: ['reflecting', 'reflecting'] },
    ],
    controls: [INTERVAL, FINITE],
    drift: (_t, _x, _u, out) => out.fill(0),
    covariance: (_t, _x, _u, out) => out.fill(0),
    runningCost: () => 0,
    terminalCost: () => 0,
    ...fields,
  };
}

/** Noise and push of the interval control, both of which the finite one changes; every mode is somewhere the best. */
function modes(states: 1 | 2, fields: Partial<ControlProblem> = {}): ControlProblem {
  const axis = lineProblem({}).states[0];
  return lineProblem({
    times: uniformGrid(0, 1, 7),
    states: [
      { ...axis, grid: uniformGrid(0, 1, states === 1 ? 21 : 8) },
      { ...axis, name: 'y', grid: uniformGrid(0, 1, 7) },
    ].slice(0, states),
    controls: [INTERVAL, { name: 'w', values: [0, 1, 2] }],
    drift: (_t, x, [u, w], out) => {
      for (let a = 0; a < states; a += 1) out[a] = u * (0.4 + 0.5 * w) - 0.3 * w * x[a];
    },
    covariance: (_t, _x, [u, w], out) => {
      const size = 0.02 + 0.02 * w + 0.01 * u * u;
      for (let k = 0; k < states * states; k += 1) out[k] = k % (states + 1) === 0 ? size : 0.3 * w * size;
    },
    runningCost: (t, x, [u, w]) => (x[0] - 0.7) ** 2 + 0.5 * (u - 0.2 * w) ** 2 + (0.1 + t) * w * (1 - w / 3) * x[0],
    terminalCost: (x) => Math.cos(4 * x[0]),
    ...fields,
  });
}

/** The controls in the other order. */
function swapped(problem: ControlProblem): ControlProblem {
  const back = ([w, u]: readonly number[]): number[] => [u, w];
  return {
    ...problem,
    controls: [...problem.controls].reverse(),
    drift: (t, x, u, out, scenario) => problem.drift(t, x, back(u), out, scenario),
    covariance: (t, x, u, out, scenario) => problem.covariance(t, x, back(u), out, scenario),
    runningCost: (t, x, u, scenario) => problem.runningCost(t, x, back(u), scenario),
  };
}

function expectSameValues(a: HjbSolution, b: HjbSolution, rel: number, because: string): void {
  expect([a.status, b.status]).toEqual(['converged', 'converged']);
  const size = Math.max(...b.value[0].map(Math.abs));
  a.value[0].forEach((value, i) => within(value, b.value[0][i], { abs: rel * size, because }));
}

describe('an interval beside a finite control, minimised exactly', () => {
  test.each(['typescript', 'wasm'] as const)('switches where the closed form does, in space, by %s', (kernel) => {
    // No dynamics: V = (1 - t) min(x, 1 - x), under w = 0 and u = 0 below x = 1/2, w = 1 and u = 1 above.
    const problem = lineProblem({ runningCost: (_t, [x], [u, w]) => (u - w) ** 2 + (w === 0 ? x : 1 - x) });
    const { value, control } = solveHjb(problem, { ...OPTIONS, kernel });
    problem.states[0].grid.forEach((x, i) => {
      within(value[0][i], Math.min(x, 1 - x), { abs: 1e-12, because: 'constant costs are summed exactly' });
      if (x !== 0.5) expect([0, 1].map((j) => Math.abs(control[0][2 * i + j]))).toEqual(x < 0.5 ? [0, 0] : [1, 1]);
    });
  });

  test('switches where the closed form does, in time', () => {
    // V(0) = integral of min(t, 1 - t) = 1/4; implicit Euler sums the 20 levels t = 0, .05, ... .95, which is 1/4 too.
    const problem = lineProblem({ runningCost: (t, _x, [u, w]) => (u - w) ** 2 + (w === 0 ? t : 1 - t) });
    const { value, control, times } = solveHjb(problem, OPTIONS);
    within(value[0][7], 0.25, { abs: 1e-12, because: 'the sum of the levels is that of the integral' });
    const chosen = times.slice(0, -1).map((_, level) => control[level][15]);
    expect(chosen).toEqual(times.slice(0, -1).map((t) => (t > 0.5 ? 1 : 0)));
  });

  test.each(['monotone', 'accurate'] as const)('%s: is the problem of the one value that is always best', (scheme) => {
    // H = x^2 + u^2 + u w p is -w^2 p^2 / 4 and less at its best: the larger w is never worse.
    const strength = (values: readonly number[]): ControlProblem =>
      lineProblem({
        controls: [INTERVAL, { name: 'w', values }],
        drift: (_t, _x, [u, w], out) => (out[0] = u * w),
        covariance: (_t, _x, _u, out) => (out[0] = 0.05),
        runningCost: (_t, [x], [u]) => x * x + u * u,
      });
    const alone: ControlProblem = {
      ...strength([1]),
      controls: [INTERVAL],
      drift: (_t, _x, [u], out) => (out[0] = u),
    };
    const [both, one] = [strength([0.5, 1]), alone].map((problem) => solveHjb(problem, { ...OPTIONS, scheme }));
    expectSameValues(both, one, 1e-12, 'the same rows win, but for ties');
  });

  const cases: readonly (readonly [string, ControlProblem, HjbOptions])[] = [
    ['one state', modes(1), OPTIONS],
    ['the finite control first', swapped(modes(1)), OPTIONS],
    ['accurate', modes(1), { ...OPTIONS, scheme: 'accurate' }],
    ['WebAssembly', modes(1), { ...OPTIONS, kernel: 'wasm' }],
    ['maximised', modes(1, { objective: 'maximize', runningCost: (_t, [x], [u, w]) => x * w - u * u - 0.3 * w * w }), OPTIONS], // prettier-ignore
    ['an obstacle', modes(1, { obstacle: (_t, [x]) => 0.4 + x }), OPTIONS],
    ['two scenarios', modes(1, { scenarios: 2, runningCost: (_t, [x], [u, w], s) => u * u + (s - 0.4) * w * x }), OPTIONS], // prettier-ignore
    ['linear faces', modes(1, { states: [{ ...modes(1).states[0], boundary: ['linear', 'linear'] }] }), OPTIONS],
    ['two states with correlated noise', modes(2), OPTIONS],
    ['two states, WebAssembly', modes(2), { ...OPTIONS, kernel: 'wasm', threads: 2 }],
  ];

  test.each(cases)('%s: agrees with the search', (_, problem, options) => {
    const exact = solveHjb(problem, options);
    const searched = solveHjb({ ...problem, polynomial: false }, options);
    expectSameValues(exact, searched, 1e-5, 'each Hamiltonian is found to 1e-6 by the search, at each of 6 steps');
    const [values] = problem.controls.flatMap((axis) => ('values' in axis ? [axis.values] : []));
    const finite = exact.control[0].filter((_u, k) => 'values' in problem.controls[k % 2]);
    expect(new Set(finite).size).toBeGreaterThan(1);
    expect([...finite].every((w) => values.includes(w))).toBe(true);
  });

  const both: readonly (readonly [string, Partial<ControlProblem>])[] = [
    ['smooth but for the scheme', {}],
    ['two scenarios', { scenarios: 2, runningCost: (_t, [x], [u, w], s) => u * u + (s - 0.4) * w * x }],
  ];

  test.each(both)('%s: the search over two intervals is no worse than over some values of one', (_, fields) => {
    const second: ControlAxis = { name: 'w', lower: () => 0, upper: () => 2 };
    const values = solveHjb(modes(1, fields), OPTIONS).value[0];
    const searched = solveHjb({ ...modes(1, fields), controls: [INTERVAL, second], polynomial: false }, OPTIONS);
    const size = Math.max(...values.map(Math.abs));
    searched.value[0].forEach((value, i) =>
      within(Math.max(value, values[i]), values[i], { abs: 1e-5 * size, because: 'more controls, each found to 1e-6' }),
    );
  });

  test('an ensemble comes to the numbers of each problem alone', () => {
    const problems = [0, 1, 2].map((k) => modes(1, { terminalCost: ([x]) => Math.cos((4 + k) * x) }));
    solveEnsemble(problems, OPTIONS).forEach((together, k) => {
      const alone = solveHjb(problems[k], OPTIONS);
      expectSameValues(together, alone, 1e-12, 'the same operations in the same order');
      together.control[0].forEach((u, i) => within(u, alone.control[0][i], { abs: 1e-9, because: 'likewise' }));
    });
  });

  test('a cost that is no polynomial under one of the values is refused with the remedy', () => {
    const problem = lineProblem({ runningCost: (_t, _x, [u, w]) => (w === 0 ? u * u : Math.exp(u)) });
    expect(() => solveHjb(problem, OPTIONS)).toThrow(expect.objectContaining({ remedy: expect.stringMatching(/polynomial: false/) })); // prettier-ignore
  });

  test('the pieces of every value count as memory', () => {
    const size = { shape: [1000], controls: 2, scenarios: 1, steps: 1, kept: 1, widerDomain: false };
    // 300 bytes and as many for the state, for 9 values beyond the first, at 1,000 nodes
    expect(sizeOf({ ...size, enumerated: 10 }).bytes - sizeOf(size).bytes).toBe(600 * 9 * 1000);
  });
});
