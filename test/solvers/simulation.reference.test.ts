import { describe, expect, test } from '@jest/globals';
import {
  interpolateSolution,
  logGrid,
  solveHjb,
  uniformGrid,
  type ControlProblem,
  type HjbSolution,
  type Scheme,
} from '../../solvers/index.js';
import { simulateClosedLoop, type SimulationResult } from '../../solvers/simulation/index.js';
import { within } from '../helpers/within.js';
import { brownianMotion } from './density-problems.js';
import { regulatorWithCrossDiffusion } from './problems.js';

const SOLVER = { tolerance: 1e-9, maximumPolicyIterations: 100, keep: 'all' as const };

interface Size {
  readonly nodes: number;
  readonly steps: number;
}

/** A problem at two sizes, so that the difference of their values estimates the error of the finer one. */
interface Solved {
  readonly problem: ControlProblem;
  readonly solution: HjbSolution;
  valueAt(x: readonly number[]): { value: number; error: number };
}

function solved(make: (size: Size) => ControlProblem, { nodes, steps }: Size, scheme: Scheme = 'accurate'): Solved {
  const sizes = [
    { nodes, steps },
    { nodes: (nodes + 1) / 2, steps: steps / 2 },
  ];
  const pairs = sizes.map((size) => {
    const problem = make(size);
    const solution = solveHjb(problem, { ...SOLVER, scheme });
    expect(solution.status).toBe('converged');
    return { problem, solution };
  });
  const valueAt = (x: readonly number[]): { value: number; error: number } => {
    const [fine, coarse] = pairs.map(({ problem, solution }) => interpolateSolution(problem, solution, 0, x).value!);
    return { value: fine, error: Math.abs(fine - coarse) };
  };
  return { ...pairs[0], valueAt };
}

/** The cost of the paths is V(0, x) within 3 standard errors and the error estimates of both. */
function agrees({ valueAt }: Solved, x: readonly number[], result: SimulationResult): void {
  const { value, error } = valueAt(x);
  const { cost, standardError, stepBias } = result;
  expect(result.status).toBe('completed');
  const steps = Math.abs(stepBias.estimate) + 3 * stepBias.standardError;
  // The estimates themselves must be small, or the agreement says nothing.
  expect(error + steps + 3 * standardError).toBeLessThan(0.12 * Math.abs(value));
  const because = `3 standard errors ${standardError}, value ${error}, steps ${steps}`;
  within(cost, value, { abs: 3 * standardError + error + steps, because });
}

const BOX = ['reflecting', 'reflecting'] as const;

function regulator({ nodes, steps }: Size): ControlProblem {
  return {
    ...brownianMotion({ domain: [-5, 5], boundary: BOX, nodes, times: uniformGrid(0, 1, steps + 1), variance: 0.25 }),
    controls: [{ name: 'u', lower: () => -20, upper: () => 20 }],
    drift: (_t, [x], [u], out) => (out[0] = -0.4 * x + 1.2 * u),
    runningCost: (_t, [x], [u]) => 1.5 * x * x + 0.3 * u * u,
    terminalCost: ([x]) => 0.7 * x * x,
  };
}

function controlInNoise({ nodes, steps }: Size): ControlProblem {
  return {
    ...brownianMotion({ domain: [0, 1], boundary: BOX, nodes, times: uniformGrid(0, 1, steps + 1), variance: 0 }),
    states: [{ name: 'x', grid: logGrid(Math.exp(-5), Math.exp(5), nodes), coordinate: 'log', boundary: BOX }],
    controls: [{ name: 'u', lower: (_t, [x]) => -2 * x, upper: (_t, [x]) => 2 * x }],
    drift: (_t, [x], [u], out) => (out[0] = 0.2 * x - u),
    covariance: (_t, [x], [u], out) => (out[0] = (0.3 * x + 0.4 * u) ** 2),
    runningCost: (_t, [x], [u]) => 0.5 * x * x + 0.2 * u * u,
    terminalCost: ([x]) => x * x,
  };
}

/** The exchange rate of the issue, over a shorter horizon. */
function exchangeRate({ nodes, steps }: Size): ControlProblem {
  const left = (t: number): number => (1 - Math.exp(-0.02 * (4 - t))) / 0.02;
  const face = { dirichlet: (t: number, [x]: readonly number[]): number => -x * x * left(t) };
  return {
    ...brownianMotion({
      ...{ domain: [-1, 1], boundary: [face, face], nodes, times: uniformGrid(0, 4, steps + 1), variance: 0.09 },
    }),
    ...{ objective: 'maximize', discount: 0.02, timeDependent: true },
    controls: [{ name: 'q', lower: () => -0.07, upper: () => 0.07 }],
    drift: (_t, _x, [q], out) => (out[0] = -0.25 * q),
    runningCost: (_t, [x], [q]) => -x * x - 3 * q * q,
    terminalCost: () => 0,
  };
}

function averse(size: Size): ControlProblem {
  return { ...regulator(size), name: 'risk-averse', risk: 0.6 };
}

const FAMILIES: readonly [string, () => Solved, readonly (readonly number[])[], { paths: number; substeps: number }][] =
  [
    [
      'LQR',
      () => solved(regulator, { nodes: 201, steps: 40 }),
      [[0], [0.7], [-1.2], [2]],
      { paths: 3000, substeps: 1 },
    ],
    [
      'control in the noise',
      () => solved(controlInNoise, { nodes: 201, steps: 40 }),
      [[0.5], [1], [1.5], [2.5]],
      { paths: 10000, substeps: 1 },
    ],
    [
      'two states',
      () => solved(regulatorWithCrossDiffusion, { nodes: 41, steps: 40 }),
      [
        [0, 0],
        [1, -0.5],
        [-1, 1],
        [0.3, 0.8],
      ],
      { paths: 2000, substeps: 1 },
    ],
    [
      'absorbing faces',
      () => solved(exchangeRate, { nodes: 201, steps: 40 }),
      [[0], [0.4], [-0.6], [0.85]],
      { paths: 3000, substeps: 1 },
    ],
    [
      'risk-averse',
      () => solved(averse, { nodes: 201, steps: 40 }),
      [[0], [0.5], [-0.8], [1.2]],
      { paths: 3000, substeps: 1 },
    ],
  ];

describe('V(0, x) against Monte Carlo in 20 seeded cases', () => {
  test.each(FAMILIES)('%s', (_name, solve, starts, { paths, substeps }) => {
    const case_ = solve();
    starts.forEach((x, seed) => {
      const result = simulateClosedLoop(case_.problem, case_.solution, x, { paths, seed, substeps });
      expect(result.ended.exits).toBe(0);
      agrees(case_, x, result);
    });
  });
});

test('paths of another problem than the solved one are told apart', () => {
  const case_ = solved(regulator, { nodes: 201, steps: 40 });
  const louder: ControlProblem = { ...case_.problem, covariance: (_t, _x, _u, out) => (out[0] = 0.3) };
  const result = simulateClosedLoop(louder, case_.solution, [0], { paths: 6000, seed: 0, substeps: 1 });
  expect(() => agrees(case_, [0], result)).toThrow('3 standard errors');
});

test('absorbed paths of a Brownian motion: the share against the series, with few steps', () => {
  const [x0, T, variance, paths] = [0.3, 0.4, 0.5, 4000];
  const alive = Array.from({ length: 30 }, (_, i) => 2 * i + 1).reduce(
    (sum, k) =>
      sum + (4 / (k * Math.PI)) * Math.sin(k * Math.PI * x0) * Math.exp((-(k ** 2) * Math.PI ** 2 * variance * T) / 2),
    0,
  );
  const face = { dirichlet: (): number => 0 };
  const problem = brownianMotion({
    ...{ domain: [0, 1], boundary: [face, face], nodes: 51, times: uniformGrid(0, T, 11), variance },
  });
  const { ended } = simulateClosedLoop(problem, solveHjb(problem, SOLVER), [x0], { paths, seed: 3, substeps: 1 });
  const sd = Math.sqrt((alive * (1 - alive)) / paths);
  within(ended.absorbed / paths, 1 - alive, { abs: 3 * sd, because: '3 standard errors: the bridge leaves no bias' });
});

describe('what else a path can meet', () => {
  const times = uniformGrid(0, 1, 41);
  const compare = (
    make: (size: Size) => ControlProblem,
    x: number[],
    substeps = 2,
    levelTime?: number,
  ): SimulationResult => {
    const case_ = solved(make, { nodes: 161, steps: 40 });
    const options = { paths: 3000, seed: 11, substeps, ...(levelTime === undefined ? {} : { levelTime }) };
    const result = simulateClosedLoop(case_.problem, case_.solution, x, options);
    agrees(case_, x, result);
    return result;
  };

  test('reflecting faces', () => {
    const problem = ({ nodes, steps }: Size): ControlProblem =>
      brownianMotion({ domain: [0, 1], boundary: BOX, nodes, times: uniformGrid(0, 1, steps + 1), variance: 0.3 });
    expect(compare(problem, [0.2]).ended).toEqual({ absorbed: 0, stopped: 0, exits: 0 });
  });

  test('faces with a given slope pay for the reflection', () => {
    const problem = ({ nodes }: Size): ControlProblem => ({
      ...brownianMotion({
        ...{ domain: [0, 1], boundary: [{ slope: () => -2 }, { slope: () => 1 }], nodes, times, variance: 0.3 },
      }),
      terminalCost: () => 1,
    });
    compare(problem, [0.4], 4);
  });

  test('a periodic axis', () => {
    const problem = ({ nodes, steps }: Size): ControlProblem => ({
      ...brownianMotion({
        ...{ domain: [0, 2], boundary: ['periodic', 'periodic'], nodes, times: uniformGrid(0, 1, steps + 1) },
        ...{ drift: 1.5, variance: 0.2 },
      }),
      terminalCost: ([x]) => 2 + Math.sin(Math.PI * x),
    });
    compare(problem, [1.8]);
  });

  test('optimal stopping: an American put', () => {
    const problem = ({ nodes, steps }: Size): ControlProblem => ({
      ...brownianMotion({ domain: [0, 1], boundary: BOX, nodes, times: uniformGrid(0, 1, steps + 1), variance: 0 }),
      ...{ objective: 'maximize', discount: 0.06 },
      states: [{ name: 'x', grid: logGrid(0.2, 5, nodes), coordinate: 'log', boundary: BOX }],
      drift: (_t, [x], _u, out) => (out[0] = 0.06 * x),
      covariance: (_t, [x], _u, out) => (out[0] = 0.09 * x * x),
      terminalCost: ([x]) => Math.max(1 - x, 0),
      obstacle: (_t, [x]) => Math.max(1 - x, 0),
    });
    expect(compare(problem, [0.9]).ended.stopped).toBeGreaterThan(500);
  });

  test('an infinite horizon', () => {
    const problem = ({ nodes }: Size): ControlProblem => ({
      ...regulator({ nodes, steps: 1 }),
      ...{ horizon: 'infinite', discount: 2, times: [] },
    });
    compare(problem, [0.8], 1, 0.05);
  });
});
