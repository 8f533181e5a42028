import { expect, test } from '@jest/globals';
import { HjbLrError } from '../../../src/errors.js';
import {
  costOfControls,
  solveByCharacteristics,
  type DeterministicProblem,
} from '../../../solvers/characteristics/index.js';
import { within } from '../../helpers/within.js';

/** x' = u, x(0) = 1, integral of x^2 + u^2 over [0, 1]. */
const REGULATOR: DeterministicProblem = {
  start: [1],
  horizon: 1,
  controls: [{ lower: -2, upper: 2 }],
  dynamics: (_, __, u, out) => {
    out[0] = u[0];
  },
  runningCost: (_, x, u) => x[0] ** 2 + u[0] ** 2,
  terminalCost: () => 0,
};

test('the example of solveByCharacteristics', () => {
  const { status, remedy, value } = solveByCharacteristics(REGULATOR, { intervals: 100 });
  expect({ status, remedy }).toEqual({ status: 'converged', remedy: '' });
  within(value, Math.tanh(1), { rel: 1e-4, because: 'second order in 0.01' });
});

test('the example of costOfControls', () => {
  const problem: DeterministicProblem = {
    ...REGULATOR,
    controls: [{ lower: -1, upper: 1 }],
    runningCost: () => 0,
    terminalCost: (x) => x[0] ** 2,
  };
  const { cost, gradient } = costOfControls(problem, [[-0.5]]);
  expect(cost).toBe(0.25);
  within(gradient[0][0], 1, { abs: 1e-9, because: 'derivatives by differences' });
});

test('times of unequal length, a control held fixed, and a start of its own', () => {
  const fixed = { ...REGULATOR, controls: [{ lower: -0.5, upper: -0.5 }] };
  // x = 1 - t/2: integral of (1 - t/2)^2 + 1/4 = 7/12 + 1/4.
  within(solveByCharacteristics(fixed, { intervals: 4 }).value, 10 / 12, { rel: 1e-14, because: 'cubics are exact' });
  const times = [0, 0.05, 0.1, 0.3, 0.6, 1];
  const solution = solveByCharacteristics(REGULATOR, { intervals: times, initial: [-1], substeps: 2 });
  expect(solution.times).toEqual(times);
  expect(solution.controls).toHaveLength(5);
  within(solution.value, Math.tanh(1), { rel: 0.01, because: 'five intervals' });
});

test('a least cost of zero converges', () => {
  const { status, value } = solveByCharacteristics({ ...REGULATOR, start: [0] }, { intervals: 20, initial: [0.7] });
  expect(status).toBe('converged');
  within(value, 0, { abs: 1e-12, because: 'the slope is 1e-7 of 1e-8 of the first cost' });
});

test('numbers that go wrong are a status with a remedy', () => {
  const explosive = { ...REGULATOR, dynamics: (_: number, [x]: Iterable<number>, __: unknown, out: Float64Array) => (out[0] = 100 * x ** 3) }; // prettier-ignore
  const broken = solveByCharacteristics(explosive, { intervals: 10 });
  expect(broken.status).toBe('non_finite');
  expect(broken.remedy).toMatch(/stay finite/);
  expect(broken.errorEstimates).toBeNull();
  const unwritten = solveByCharacteristics({ ...REGULATOR, dynamics: () => {} }, { intervals: 10 });
  expect(unwritten.status).toBe('non_finite');
  const hasty = solveByCharacteristics(REGULATOR, { intervals: 10, maximumIterations: 1, tolerance: 1e-12 });
  expect(hasty.status).toBe('max_iterations');
  const wrong = { hamiltonian: wrongGradient, terminalCost: (_: unknown, out: Float64Array) => (out[0] = 0) };
  const stalled = solveByCharacteristics({ ...REGULATOR, gradients: wrong }, { intervals: 10 });
  expect(stalled.status).toBe('stalled');
  expect(stalled.remedy).toMatch(/Check the gradients/);
});

/** Of the wrong sign. */
function wrongGradient(
  _: number,
  x: ArrayLike<number>,
  u: ArrayLike<number>,
  p: ArrayLike<number>,
  inState: Float64Array,
  inControl: Float64Array,
): void {
  // prettier-ignore
  inState[0] = 2 * x[0];
  inControl[0] = -2 * u[0] - p[0];
}

function issuesOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof HjbLrError) return error.issues.map(({ path }) => path);
  }
  throw new Error('nothing was refused');
}

test('every fault is named at once', () => {
  const bad = { ...REGULATOR, start: [NaN], horizon: 0, controls: [{ lower: 1, upper: 0 }] };
  const options = { intervals: 0, substeps: 0, initial: [3], tolerance: -1, maximumIterations: 1.5 };
  expect(issuesOf(() => solveByCharacteristics(bad, options))).toEqual(
    ['start', 'horizon', 'controls.0', 'intervals', 'substeps', 'maximumIterations', 'tolerance', 'initial.0'], //
  );
  expect(issuesOf(() => solveByCharacteristics({ ...bad, start: [], controls: [] }, options))).toContain('controls');
  expect(issuesOf(() => solveByCharacteristics(REGULATOR, { intervals: [0, 0.5, 0.5, 1] }))).toEqual(['intervals']);
  expect(issuesOf(() => solveByCharacteristics(REGULATOR, { intervals: [0, 0.5] }))).toEqual(['intervals']);
  expect(issuesOf(() => costOfControls(REGULATOR, [[0], [3], [0, 0]], { intervals: 2 }))).toEqual(
    ['controls', 'controls.1.0', 'controls.2'], //
  );
});
