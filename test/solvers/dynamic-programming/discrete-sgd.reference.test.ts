import { describe, expect, test } from '@jest/globals';
import { solveFinite, toGrid, type FiniteSolution } from '../../../solvers/dynamic-programming/index.js';
import { observedOrder } from '../../helpers/order.js';
import { within } from '../../helpers/within.js';

/** y+ = (1 - l a) y - l xi, Var xi = S, M = E y^2: M+ = (1 - l a)^2 M + l^2 S (theory 5 (i-c)). */
const SGD = { a: 1.3, S: 0.7, M0: 4, n: 30 };

function next(M: number, l: number): number {
  return (1 - l * SGD.a) ** 2 * M + l * l * SGD.S;
}

/** l_k = 1 / (a (1 + k + S/(a^2 M0))). */
function optimalRate(k: number): number {
  const { a, S, M0 } = SGD;
  return 1 / (a * (1 + k + S / (a * a * M0)));
}

/** Rates by brute force on a grid of 1/M or of M itself, no cost on the way. */
function solveOn(
  stages: number,
  grid: readonly number[],
  rates: readonly number[],
  momentOf: (node: number) => number,
): FiniteSolution<number> {
  return solveFinite<number>({
    stages,
    states: grid.length,
    controls: () => rates,
    outcomes: (_, i, l) => {
      // The last node is left only from where the start does not lead.
      const state = Math.min(grid[grid.length - 1], momentOf(next(momentOf(grid[i]), l)));
      return toGrid(grid, { probability: 1, cost: 0, state });
    },
    terminalCost: (i) => momentOf(grid[i]),
  });
}

describe('exact discrete SGD, theory 5 (i-c)', () => {
  const { a, S, M0, n } = SGD;
  const best = 0.0137592138;

  test('on nodes of 1/M that the best rates hit: the rates of the formula out of 230, the value to rounding', () => {
    // 1/M grows by a^2/S under the best rate and by less under any other, so that interpolation only adds.
    const grid = Array.from({ length: 2 * n + 2 }, (_, j) => 1 / M0 + (j * a * a) / S);
    const scan = Array.from({ length: 200 }, (_, j) => optimalRate(n) + ((optimalRate(0) - optimalRate(n)) * j) / 200);
    const formula = Array.from({ length: n }, (_, k) => optimalRate(k));
    const { value, policy } = solveOn(n, grid, [...formula, ...scan], (z) => 1 / z);
    within(value[0][0], 1 / (1 / M0 + (n * a * a) / S), { rel: 1e-12, because: 'rounding in a state between nodes' });
    within(value[0][0], best, { abs: 5e-11, because: 'ten digits in theory.md' });
    formula.forEach((rate, k) => expect(policy[k][k]).toBe(rate));
  });

  test('on nodes of M: second order in the grid and the scan of rates', () => {
    const stages = 5;
    const exact = 1 / (1 / M0 + (stages * a * a) / S);
    const sizes = [50, 100, 200, 400];
    const errors = sizes.map((size) => {
      const grid = Array.from({ length: size + 1 }, (_, j) => (M0 * j) / size);
      const rates = Array.from({ length: size + 1 }, (_, j) => (optimalRate(0) * j) / size);
      return solveOn(stages, grid, rates, (M) => M).value[0][size] - exact;
    });
    expect(
      observedOrder(
        sizes.map((size) => 1 / size),
        errors.map(Math.abs),
      ),
    ).toBeGreaterThan(1.8);
  });
});
