import { expect, test } from '@jest/globals';
import { HjbLrError } from '../../../src/errors.js';
import { solveFinite, toGrid, type FiniteProblem } from '../../../solvers/dynamic-programming/index.js';

/** Stock of 0..4, orders at 1 each, a demand of 1 or 2 alike, 3 for each piece missing, 1/2 for each left over. */
const INVENTORY: FiniteProblem<number> = {
  stages: 2,
  states: 5,
  controls: (_, stock) => Array.from({ length: 5 - stock }, (_unused, order) => order),
  outcomes: (_, stock, order) =>
    [1, 2].map((demand) => {
      const left = stock + order - demand;
      const cost = order + 3 * Math.max(0, -left) + 0.5 * Math.max(0, left);
      return { probability: 0.5, cost, next: Math.max(0, left) };
    }),
  terminalCost: () => 0,
};

test('five stocks, two stages, by hand', () => {
  // With y = stock + order, missing and left over cost on average
  //   L(0) = 3 (1 + 2)/2 = 4.5,  L(1) = 3/2 = 1.5,  L(2) = .5/2 = .25,  L(3) = (1 + .5)/2 = .75,  L(4) = (1.5 + 1)/2 = 1.25.
  // Last stage: y + L = 4.5, 2.5, 2.25, 3.75, 5.25, least at y = 2:
  //   V_1 = 2.25, 2.25 - 1, then L(2) = .25, L(3) = .75, L(4) = 1.25 with nothing ordered.
  // First stage: y + L + mean of V_1(y - 1) and V_1(y - 2), stocks below 0 counting as 0:
  //   6.75, 2.5 + 2.25 = 4.75, 2.25 + 1.75 = 4, 3.75 + .75 = 4.5, 5.25 + .5 = 5.75, least at y = 2:
  //   V_0 = 4, 4 - 1, 4 - 2, 4.5 - 3, 5.75 - 4.
  const { value, policy } = solveFinite(INVENTORY);
  expect(value).toEqual([
    [4, 3, 2, 1.5, 1.75],
    [2.25, 1.25, 0.25, 0.75, 1.25],
    [0, 0, 0, 0, 0],
  ]);
  expect(policy).toEqual([
    [2, 1, 0, 0, 0],
    [2, 1, 0, 0, 0],
  ]);
});

test('the inventory of Bertsekas, Dynamic Programming and Optimal Control, example 1.3.2', () => {
  const { value, policy } = solveFinite<number>({
    stages: 3,
    states: 3,
    controls: (_, stock) => Array.from({ length: 3 - stock }, (_unused, order) => order),
    outcomes: (_, stock, order) =>
      [0.1, 0.7, 0.2].map((probability, demand) => {
        const left = stock + order - demand;
        return { probability, cost: order + left * left, next: Math.max(0, left) };
      }),
    terminalCost: () => 0,
  });
  [3.7, 2.7, 2.818].forEach((cost, stock) => expect(Math.abs(value[0][stock] - cost)).toBeLessThan(1e-12));
  expect(policy[0]).toEqual([1, 0, 0]);
});

test('the example of the documentation', () => {
  const { value, policy } = solveFinite({
    stages: 2,
    states: 2,
    controls: () => ['stay', 'move'],
    terminalCost: (state) => (state === 1 ? 0 : 10),
    outcomes: (stage, state, control) =>
      control === 'stay'
        ? [{ probability: 1, cost: 1, next: state }]
        : [{ probability: 1, cost: [5, 2][stage], next: 1 }],
  });
  expect(value[0][0]).toBe(3);
  expect(policy[0][0]).toBe('stay');
});

test('the first of equal controls is taken; what costs Infinity is not', () => {
  const { policy } = solveFinite<string>({
    stages: 1,
    states: 1,
    controls: () => ['forbidden', 'first', 'second'],
    outcomes: (_, state, control) => [{ probability: 1, cost: control === 'forbidden' ? Infinity : 1, next: state }],
    terminalCost: () => 0,
  });
  expect(policy[0][0]).toBe('first');
});

test('a state between two nodes is a chance of either, one outside is refused', () => {
  expect(toGrid([0, 1, 2], { probability: 1, cost: 5, state: 1.25 })).toEqual([
    { probability: 0.75, cost: 5, next: 1 },
    { probability: 0.25, cost: 5, next: 2 },
  ]);
  expect(toGrid([0, 1, 2], { probability: 0.5, cost: 5, state: 0 })).toEqual([{ probability: 0.5, cost: 5, next: 0 }]);
  for (const state of [-0.1, 2.1, NaN])
    expect(() => toGrid([0, 1, 2], { probability: 1, cost: 0, state })).toThrow(/outside the grid/);
});

test('every outcome that is not a distribution over the states is named', () => {
  const bad: FiniteProblem<number> = {
    stages: 1,
    states: 2,
    controls: (_, state) => (state === 0 ? [0, 1] : []),
    outcomes: (_, state, control) => [
      { probability: 0.6, cost: control === 1 ? NaN : 0, next: control === 1 ? 2 : state },
    ],
    terminalCost: (state) => (state === 1 ? NaN : 0),
  };
  const issues = refusal(() => solveFinite(bad)).issues.map(({ path, message }) => `${path} ${message}`);
  expect(issues).toEqual([
    'terminalCost.1 costs NaN, neither a number nor Infinity',
    'stages.0.states.0.controls.0 has probabilities with sum 0.6',
    'stages.0.states.0.controls.1 has probabilities with sum 0.6',
    'stages.0.states.0.controls.1 costs NaN, neither a number nor Infinity',
    'stages.0.states.0.controls.1 leaves the states',
    'stages.0.states.1 has no control',
  ]);
  expect(refusal(() => solveFinite({ ...bad, stages: 0, states: 1.5 })).issues).toHaveLength(2);
});

function refusal(run: () => unknown): HjbLrError {
  try {
    run();
  } catch (error) {
    if (error instanceof HjbLrError) return error;
  }
  throw new Error('nothing was refused');
}
