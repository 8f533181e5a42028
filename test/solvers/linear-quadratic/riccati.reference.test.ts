import { describe, expect, test } from '@jest/globals';
import { solveLinearQuadratic, type LinearQuadraticProblem } from '../../../solvers/linear-quadratic/index.js';
import { within } from '../../helpers/within.js';

const TEXT = { abs: 1e-9, because: 'ten digits in theory.md' };

describe('finite horizon, theory 5 (ii)', () => {
  test('regulator', () => {
    const regulator = { A: [[-0.4]], B: [[1.2]], G: [[0.5]], Q: [[1.5]], R: [[0.3]], QT: [[0.7]], horizon: 2 };
    const solution = solveLinearQuadratic(regulator);
    expect(solution.status).toBe('converged');
    within(solution.P[0][0], 0.481864374, TEXT);
    within(solution.value(0, [1]), 0.7319848365, TEXT);
    within(solution.constant, 0.5 ** 2 * 1.0004818499, TEXT);
  });

  const inNoise = (r: number): LinearQuadraticProblem => ({
    ...{ A: [[0.2]], B: [[-1]], C: [[[0.3]]], D: [[[0.6]]] },
    ...{ Q: [[0.5]], R: [[r]], QT: [[1]], horizon: 1.5 },
  });

  test('control in the noise', () => {
    const { P, gain } = solveLinearQuadratic(inNoise(0.2));
    within(P[0][0], 0.8467754363, TEXT);
    within(gain[0][0], -1.3754001607, TEXT);
  });

  test('control in the noise at no cost: the equation is linear', () => {
    within(solveLinearQuadratic(inNoise(0)).P[0][0], 0.4435642026, TEXT);
  });

  test('two states whose noises are correlated', () => {
    // G G' = [[.2, .12], [.12, .3]] by Cholesky.
    const g = Math.sqrt(0.2);
    const solution = solveLinearQuadratic({
      A: [
        [0, 1],
        [-0.5, -0.3],
      ],
      B: [[0], [1]],
      G: [
        [g, 0],
        [0.12 / g, Math.sqrt(0.3 - 0.12 ** 2 / 0.2)],
      ],
      Q: [
        [1, 0],
        [0, 0.2],
      ],
      R: [[0.5]],
      QT: [
        [0.3, 0],
        [0, 0.3],
      ],
      horizon: 2,
    });
    const eight = { abs: 6e-9, because: 'eight digits in theory.md' };
    [1.08993713, 0.50884204, 0.50884204, 0.6296099].forEach((entry, i) => within(solution.P.flat()[i], entry, eight));
    within(solution.constant, 0.7862110649, TEXT);
    within(solution.value(0, [1, -0.5]), 1.5247086274, TEXT);
  });

  test('(viii) averse to risk', () => {
    const regulator = { A: [[-0.4]], B: [[1.2]], G: [[0.5]], Q: [[1.5]], R: [[0.3]], QT: [[0.7]], horizon: 1 };
    within(solveLinearQuadratic({ ...regulator, risk: 0.3 }).value(0, [0.8]), 0.4442872898, TEXT);
  });

  test('P = tanh(T - t) at every time, within the error that is estimated', () => {
    const { at, errorEstimates } = solveLinearQuadratic(
      { A: [[0]], B: [[1]], Q: [[1]], R: [[1]], horizon: 3 },
      { tolerance: 1e-7 },
    );
    const errors = [0, 0.1, 1, 2.2, 2.95].map((t) => Math.abs(at(t).P[0][0] - Math.tanh(3 - t)));
    expect(Math.abs(at(0).P[0][0] - Math.tanh(3))).toBeLessThan(3 * errorEstimates.P);
    errors.forEach((error) => within(error, 0, { abs: 1e-6, because: 'ten times the tolerance of a step' }));
  });
});

describe('infinite horizon', () => {
  test('double integrator: P = [[sqrt 3, 1], [1, sqrt 3]]', () => {
    const { status, P, gain } = solveLinearQuadratic({
      A: [
        [0, 1],
        [0, 0],
      ],
      B: [[0], [1]],
      Q: [
        [1, 0],
        [0, 1],
      ],
      R: [[1]],
      horizon: 'infinite',
    });
    const because = 'Newton to rounding';
    expect(status).toBe('converged');
    [Math.sqrt(3), 1, 1, Math.sqrt(3)].forEach((entry, i) => within(P.flat()[i], entry, { abs: 1e-12, because }));
    within(gain[0][1], Math.sqrt(3), { abs: 1e-12, because });
  });

  test('discounted scalar: the positive root of (2 A - discount) P + q - P^2 B^2/r = 0, noise for ever', () => {
    const [a, b, q, r, discount, g] = [0.3, 1.2, 1.5, 0.3, 0.7, 0.5];
    const scalar = { A: [[a]], B: [[b]], G: [[g]], Q: [[q]], R: [[r]], discount, horizon: 'infinite' } as const;
    const solution = solveLinearQuadratic(scalar);
    const [slope, curve] = [2 * a - discount, (b * b) / r];
    const root = (slope + Math.sqrt(slope ** 2 + 4 * curve * q)) / (2 * curve);
    within(solution.P[0][0], root, { rel: 1e-13, because: 'Newton to rounding' });
    within(solution.value(5, [2]), 4 * root + (g * g * root) / discount, { rel: 1e-13, because: 'the same' });
    within(solution.costRate, g * g * root, { rel: 1e-13, because: 'the same' });
  });

  test('control in the noise at no cost: P = q / (discount - Lam)', () => {
    const [a, b, c, d, q, discount] = [0.2, -1, 0.3, 0.6, 0.5, 0.1];
    const lam = 2 * a + c * c - (b + c * d) ** 2 / d ** 2;
    const scalar = { A: [[a]], B: [[b]], C: [[[c]]], D: [[[d]]], Q: [[q]], R: [[0]], discount } as const;
    const { P } = solveLinearQuadratic({ ...scalar, horizon: 'infinite' });
    within(P[0][0], q / (discount - lam), { rel: 1e-12, because: 'Newton to rounding' });
  });

  test('rates a million times apart: slow to follow, at once by Newton, the value of ten slow times', () => {
    const A = [
      [-1000, 0],
      [1, -0.001],
    ];
    const Q = [
      [1, 0],
      [0, 1],
    ];
    const { status, P } = solveLinearQuadratic(
      { A, B: [[1], [0]], Q, R: [[1]], horizon: 'infinite' },
      { maximumSteps: 2000 },
    );
    expect(status).toBe('converged');
    // The rate of P, entry by entry: 2000 P11 - 2 P12 + P11^2 = 1, 1000.001 P12 - P22 + P11 P12 = 0, .002 P22 + P12^2 = 1.
    const [[p, r], [, s]] = P;
    const because = 'Newton to rounding';
    within(2000 * p - 2 * r + p * p, 1, { abs: 1e-10, because });
    within(1000.001 * r - s + p * r, 0, { abs: 1e-9, because });
    within(0.002 * s + r * r, 1, { abs: 1e-10, because });
    expect(s).toBeGreaterThan(0);
  });

  test('20 states, 3 controls: the limit of long horizons', () => {
    const n = 20;
    const entry = (i: number, j: number): number => Math.sin(3 * i + 7 * j + 1) / n;
    const A = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => entry(i, j) - (i === j ? 0.2 : 0)),
    );
    const B = A.map((_, i) => [entry(i, 30), entry(i, 31), entry(i, 32)]);
    const identity = A.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
    const R = [
      [1, 0.2, 0],
      [0.2, 2, 0],
      [0, 0, 0.5],
    ];
    const problem = { A, B, Q: identity, R };
    const endless = solveLinearQuadratic({ ...problem, horizon: 'infinite' });
    const long = solveLinearQuadratic({ ...problem, horizon: 80 });
    expect([endless.status, long.status]).toEqual(['converged', 'converged']);
    endless.P.flat().forEach((value, i) =>
      within(value, long.P.flat()[i], { abs: 1e-8, because: 'e^(-0.4 80) = 1e-14 is left, steps at 1e-11' }),
    );
  });
});

describe('numbers that go wrong are a status', () => {
  test('a control that costs less than nothing', () => {
    const { status, P, remedy, reached } = solveLinearQuadratic({
      ...{ A: [[0.2]], B: [[-1]], D: [[[0.6]]], Q: [[0.5]], R: [[-1]], QT: [[1]], horizon: 1.5 },
    });
    expect({ status, P, reached }).toEqual({ status: 'unbounded', P: [[NaN]], reached: 0 });
    expect(remedy).toMatch(/Raise the cost R/);
  });

  test('a reward for distance: P = -tan(tau) has no lower bound from tau = pi/2 on', () => {
    const reward = { A: [[0]], B: [[1]], Q: [[-1]], R: [[1]] };
    const { status, reached, at } = solveLinearQuadratic({ ...reward, horizon: 1.6 });
    expect(status).toBe('unbounded');
    within(reached, Math.PI / 2, { abs: 1e-8, because: 'the pole, to the accuracy of the steps' });
    within(at(0.6).P[0][0], -Math.tan(1), { rel: 1e-8, because: 'the path before the pole' });
    expect(() => at(0)).toThrow(/time 0 is not one/);
    expect(solveLinearQuadratic({ ...reward, horizon: 1.5 }).status).toBe('converged');
  });

  test('too much aversion to risk: P = tan(tau) blows up at pi/2', () => {
    // P' = 1 - (1 - 2 theta) P^2 with theta = 1.
    const averse = { A: [[0]], B: [[1]], G: [[1]], Q: [[1]], R: [[1]], risk: 1 };
    const { status, reached } = solveLinearQuadratic({ ...averse, horizon: 1.6 });
    expect(status).toBe('blow_up');
    within(reached, Math.PI / 2, { abs: 1e-8, because: 'the pole, to the accuracy of the steps' });
    within(solveLinearQuadratic({ ...averse, horizon: 1.5 }).P[0][0], Math.tan(1.5), { rel: 1e-8, because: 'steps' });
  });

  test('nothing stabilises the state for ever', () => {
    const { status } = solveLinearQuadratic({ A: [[0.1]], B: [[0]], Q: [[1]], R: [[1]], horizon: 'infinite' });
    expect(status).toBe('blow_up');
  });

  test('too few steps', () => {
    const problem = { A: [[0]], B: [[1]], Q: [[1]], R: [[1]], horizon: 1 };
    expect(solveLinearQuadratic(problem, { maximumSteps: 3 }).status).toBe('max_iterations');
  });
});
