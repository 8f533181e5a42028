import { describe, expect, test } from '@jest/globals';
import {
  solveByCharacteristics,
  type CharacteristicsSolution,
  type DeterministicProblem,
} from '../../../solvers/characteristics/index.js';
import { solveLinearQuadratic } from '../../../solvers/linear-quadratic/index.js';
import { observedOrder } from '../../helpers/order.js';
import { within } from '../../helpers/within.js';
import { quadraticModes, sideBySide, withoutGradients } from './problems.js';

describe('two modes, theory 5 (vii)', () => {
  const problem = quadraticModes([2, 0.2], 4);
  const solution = solveByCharacteristics(problem, { intervals: 200 });
  /** u on the interval that starts at t. */
  const from = (t: number): number => solution.controls[Math.round(t * 50)][0];

  test('the value', () => {
    expect(solution.status).toBe('converged');
    within(solution.value, 0.1232976, { abs: 1e-7, because: 'seven digits in theory.md, from 200 intervals' });
  });

  test('the control: 1 up to t = 3, then falling', () => {
    const because = 'four digits in theory.md';
    for (let t = 0; t <= 3; t += 0.02) expect(from(t)).toBe(1);
    within(from(3.5), 0.9866, { abs: 1e-4, because });
    within(from(3.9), 0.5913, { abs: 1e-4, because });
    within(from(3.98), 0.5444, { abs: 1e-4, because });
  });

  test('the best constant rate is one interval', () => {
    const { value, controls } = solveByCharacteristics(problem, { intervals: 1, substeps: 400 });
    within(value, 0.12571, { abs: 5e-6, because: 'five digits in theory.md' });
    expect(controls).toEqual([[1]]);
  });

  test('derivatives left to differences give the same', () => {
    const { value, usesDifferences } = solveByCharacteristics(withoutGradients(problem), { intervals: 200 });
    expect(usesDifferences).toBe(true);
    within(value, solution.value, { rel: 1e-10, because: 'the error of a gradient counts twice' });
  });
});

describe('one mode, theory 5 (i)', () => {
  const [a, k, T] = [2, 0.15, 3];
  const problem: DeterministicProblem = {
    start: [2.89],
    horizon: T,
    controls: [{ lower: 0, upper: 1 }],
    dynamics: (_, [m], [u], out) => (out[0] = -2 * a * u * m + (a * k * u * u) / 2),
    terminalCost: ([m]) => m,
  };

  test('m*(T) and u* = min(1, 2 m / k)', () => {
    const { value, controls, states, times, errorEstimates } = solveByCharacteristics(problem, { intervals: 240 });
    within(value, 0.0155144758, { abs: 2e-7, because: 'theory.md measures 1.3e-7 at 240 intervals' });
    expect(value - 0.0155144758).toBeLessThan(3 * errorEstimates!.value);
    controls.forEach(([u], i) => {
      // Away from the kink, where the control of an interval is the mean of both branches.
      if (Math.abs(times[i] - 1.083) < 0.05) return;
      const middle = (states[i][0] + states[i + 1][0]) / 2;
      within(u, Math.min(1, (2 * middle) / k), { abs: 2e-3, because: 'second order in intervals of 0.0125' });
    });
  });

  test('the best constant', () => {
    const { value, controls } = solveByCharacteristics(problem, { intervals: 1, substeps: 600 });
    within(value, 0.0244443, { abs: 5e-8, because: 'seven digits in theory.md' });
    within(controls[0][0], 0.5686, { abs: 5e-5, because: 'four digits in theory.md' });
  });
});

describe('200 modes, one rate', () => {
  test('100 copies of both modes of (vii) cost 100 times as much', () => {
    const alphas = Array.from({ length: 200 }, (_, i) => (i < 100 ? 2 : 0.2));
    const { status, value } = solveByCharacteristics(quadraticModes(alphas, 4), { intervals: 200 });
    expect(status).toBe('converged');
    within(value, 12.32976, { abs: 1e-5, because: 'seven digits in theory.md' });
  });

  test('300 modes under three rates of their own cost three times as much', () => {
    const alphas = Array.from({ length: 100 }, (_, i) => (i < 50 ? 2 : 0.2));
    const problem = sideBySide(quadraticModes(alphas, 4), 3);
    const { status, value, controls } = solveByCharacteristics(problem, { intervals: 200 });
    expect(status).toBe('converged');
    within(value, 3 * 6.16488, { abs: 1e-5, because: 'seven digits in theory.md' });
    controls.forEach(([u, v, w]) => [v, w].forEach((other) => within(other, u, { abs: 1e-4, because: 'symmetry' })));
  });

  test('200 different modes: the forward-backward sweep with exact exponentials', () => {
    const alphas = Array.from({ length: 200 }, (_, i) => 2 * 10 ** ((-2 * i) / 199));
    const { status, value, controls } = solveByCharacteristics(quadraticModes(alphas, 4), { intervals: 200 });
    expect(status).toBe('converged');
    const rates = sweep(alphas, 4, 200);
    within(value, exactLoss(alphas, rates, 4), { rel: 1e-6, because: 'the sweep is second order in 0.02' });
    rates.forEach((rate, k) => within(controls[k][0], rate, { abs: 2e-3, because: 'the same' }));
  });
});

/** M after each interval under constant rates: M e^{-2 u alpha h} + eta u S (1 - e^{-2 u alpha h}) / (2 alpha). */
function exactModes(alpha: number, rates: readonly number[], h: number): number[] {
  const M = [4];
  for (const u of rates) {
    const decay = Math.exp(-2 * u * alpha * h);
    M.push(M[M.length - 1] * decay + (0.1 * u * (1 - decay)) / (2 * alpha));
  }
  return M;
}

function exactLoss(alphas: readonly number[], rates: readonly number[], T: number): number {
  const last = alphas.map((alpha) => exactModes(alpha, rates, T / rates.length)[rates.length]);
  return last.reduce((sum, M, i) => sum + (alphas[i] * M) / 2, 0);
}

/** u = clip(sum p alpha M / (eta sum p)), p = (alpha/2) e^{-2 alpha int_t^T u}, damped by half until it stands still. */
function sweep(alphas: readonly number[], T: number, intervals: number): number[] {
  const h = T / intervals;
  let rates = Array.from({ length: intervals }, () => 0.5);
  for (let round = 0; round < 60; round += 1) {
    const modes = alphas.map((alpha) => exactModes(alpha, rates, h));
    let ahead = 0;
    const best = rates.map(() => 0);
    for (let k = intervals - 1; k >= 0; k -= 1) {
      const p = alphas.map((alpha) => (alpha / 2) * Math.exp(-2 * alpha * (ahead + (rates[k] * h) / 2)));
      const pull = p.reduce((sum, costate, i) => sum + (costate * alphas[i] * (modes[i][k] + modes[i][k + 1])) / 2, 0);
      best[k] = Math.min(1, Math.max(0, pull / (0.1 * p.reduce((sum, costate) => sum + costate))));
      ahead += rates[k] * h;
    }
    rates = rates.map((rate, k) => (rate + best[k]) / 2);
  }
  return rates;
}

describe('four states, three controls without bounds', () => {
  const A = [
    [-0.2, 0.5, 0, 0.1],
    [0, -0.1, 0.7, 0],
    [0.3, 0, -0.4, 0.2],
    [0, 0.2, 0, 0.1],
  ];
  const B = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0.5, 0.2, 0.1],
  ];
  const R = [
    [1, 0.2, 0],
    [0.2, 2, 0],
    [0, 0, 0.5],
  ];
  const identity = A.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  const start = [1, -0.5, 0.3, 0.8];
  const dot = (row: readonly number[], x: ArrayLike<number>): number => row.reduce((sum, w, j) => sum + w * x[j], 0);
  const square = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, value) => sum + value * value, 0);
  const problem: DeterministicProblem = {
    start,
    horizon: 2,
    controls: R.map(() => ({ lower: -Infinity, upper: Infinity })),
    dynamics: (_, x, u, out) => A.forEach((row, i) => (out[i] = dot(row, x) + dot(B[i], u))),
    runningCost: (_, x, u) => square(x) + R.reduce((sum, row, i) => sum + u[i] * dot(row, u), 0),
    terminalCost: square,
  };
  const riccati = solveLinearQuadratic({ A, B, Q: identity, R, QT: identity, horizon: 2 });

  test('the value of Riccati at second order, within the error that is estimated', () => {
    const intervals = [25, 50, 100, 200];
    const solutions = intervals.map((N) => solveByCharacteristics(problem, { intervals: N }));
    const errors = solutions.map(({ value }) => value - riccati.value(0, start));
    solutions.forEach(({ status, errorEstimates }, i) => {
      expect(status).toBe('converged');
      expect(errors[i]).toBeGreaterThan(0);
      expect(errors[i]).toBeLessThan(errorEstimates!.value);
    });
    expect(observedOrder(intervals.map((N) => 2 / N), errors)).toBeGreaterThan(1.95); // prettier-ignore
  });

  test('its feedback and its slope 2 P x along the way', () => {
    const { controls, states, costates, times } = solveByCharacteristics(problem, { intervals: 200 });
    [0, 60, 199].forEach((k) => {
      const middle = states[k].map((value, i) => (value + states[k + 1][i]) / 2);
      const expected = riccati.control((times[k] + times[k + 1]) / 2, middle);
      expected.forEach((u, j) => within(controls[k][j], u, { abs: 1e-4, because: 'second order in 0.01' }));
      const slope = riccati.at(times[k]).P.map((row) => 2 * dot(row, states[k]));
      slope.forEach((p, i) => within(costates[k][i], p, { abs: 1e-4, because: 'second order in 0.01' }));
    });
  });
});

test('bang-bang, theory 5 (vi) (a): the switch within one interval', () => {
  const problem: DeterministicProblem = {
    start: [3],
    horizon: 2,
    controls: [{ lower: 0, upper: 1 }],
    dynamics: (_, [x], [u], out) => (out[0] = -1.5 * u * x),
    runningCost: (_, [x], [u]) => x + 0.8 * u,
    terminalCost: () => 0,
  };
  const { status, value, controls, times } = solveByCharacteristics(problem, { intervals: 200 });
  expect(status).toBe('converged');
  within(value, 3.0143145593, { abs: 1e-4, because: 'the switch is at most half an interval off' });
  const switches = times[controls.findIndex(([u]) => u < 0.5)];
  within(switches, 1.0891957671, { abs: 0.01, because: 'one interval' });
});

test('100 modes without gradients: the same as with them', () => {
  const alphas = Array.from({ length: 100 }, (_, i) => 2 / (1 + i));
  const problem = quadraticModes(alphas, 4);
  const values = [problem, withoutGradients(problem)].map((each): CharacteristicsSolution =>
    solveByCharacteristics(each, { intervals: 40 }),
  );
  within(values[1].value, values[0].value, { rel: 1e-9, because: 'the error of a gradient counts twice' });
});
