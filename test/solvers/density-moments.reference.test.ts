import { expect, test } from '@jest/globals';
import { density, finalMoments, solveHjb, uniformGrid, type ControlProblem } from '../../solvers/index.js';

/** dX = -k X dt + s dW from x: mean x e^(-k T), variance s^2 (1 - e^(-2 k T)) / (2 k). */
const [k, s, x, T] = [1.2, 0.5, 1, 1];
const MEAN = x * Math.exp(-k * T);
const DEVIATION = s * Math.sqrt((1 - Math.exp(-2 * k * T)) / (2 * k));

function moments(intervals: number): { mean: number; deviation: number; errors: number[] } {
  const problem: ControlProblem = {
    ...{ name: 'OU', objective: 'minimize', horizon: T, controls: [], timeDependent: false },
    times: uniformGrid(0, T, intervals + 1),
    states: [{ name: 'x', grid: uniformGrid(-3, 3, 2 * intervals + 1), coordinate: 'identity', boundary: ['reflecting', 'reflecting'] }], // prettier-ignore
    drift: (_t, [y], _u, out) => (out[0] = -k * y),
    covariance: (_t, _y, _u, out) => (out[0] = s * s),
    runningCost: () => 0,
    terminalCost: () => 0,
  };
  const solution = solveHjb(problem, { tolerance: 1e-9, maximumPolicyIterations: 20, keep: 'all' });
  const fine = density(problem, solution, [x], { keep: 'all', scheme: 'accurate' });
  expect(fine.mass.every((mass) => mass.every((p) => p >= 0))).toBe(true);
  const { mean, standardDeviation } = finalMoments(problem, solution, [x], fine)!;
  return {
    mean: mean[0].value,
    deviation: standardDeviation[0].value,
    errors: [mean[0].error!, standardDeviation[0].error!],
  };
}

test('mean and deviation of an Ornstein-Uhlenbeck process: second order, within 3 errors, no mass negative', () => {
  const [coarse, fine] = [32, 64].map(moments);
  for (const { mean, deviation, errors } of [coarse, fine]) {
    expect(Math.abs(mean - MEAN)).toBeLessThanOrEqual(3 * errors[0]);
    expect(Math.abs(deviation - DEVIATION)).toBeLessThanOrEqual(3 * errors[1]);
  }
  const order = (at: (of: typeof fine) => number): number => Math.log2(at(coarse) / at(fine));
  expect(order(({ mean }) => Math.abs(mean - MEAN))).toBeGreaterThan(1.7);
  expect(order(({ deviation }) => Math.abs(deviation - DEVIATION))).toBeGreaterThan(1.7);
});
