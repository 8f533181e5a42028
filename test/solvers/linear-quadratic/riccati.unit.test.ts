import { expect, test } from '@jest/globals';
import { HjbLrError } from '../../../src/errors.js';
import { solveLinearQuadratic } from '../../../solvers/linear-quadratic/index.js';
import { within } from '../../helpers/within.js';

const GOOD = { A: [[0]], B: [[1]], Q: [[1]], R: [[1]], horizon: 1 } as const;

function issuesOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof HjbLrError) return error.issues.map(({ path }) => path);
  }
  throw new Error('nothing was refused');
}

test('the example of the documentation', () => {
  const solution = solveLinearQuadratic(GOOD);
  within(solution.P[0][0], Math.tanh(1), { rel: 1e-10, because: 'steps at 1e-11' });
  within(solution.control(0, [2])[0], -2 * Math.tanh(1), { rel: 1e-10, because: 'steps at 1e-11' });
});

test('every fault is named at once', () => {
  const bad = {
    ...{ A: [[0, 1]], B: [[1, 2]], C: [[[1]]], D: [], G: [[NaN]], Q: [[Infinity]], R: [[1]], QT: [[1, 2]] },
    ...{ S: [[1], [2]], horizon: -1, discount: -1, risk: 2 },
  };
  expect(issuesOf(() => solveLinearQuadratic(bad))).toEqual(
    ['A', 'B', 'G', 'Q', 'S', 'QT', 'horizon', 'discount', 'risk', 'risk', 'D'], //
  );
});

test('what does not go together is refused', () => {
  const askew = { ...GOOD, A: [[0, 0], [0, 0]], B: [[1], [1]], Q: [[1, 2], [0, 1]] }; // prettier-ignore
  expect(issuesOf(() => solveLinearQuadratic(askew))).toEqual(['Q']);
  expect(issuesOf(() => solveLinearQuadratic({ ...GOOD, QT: [[1]], horizon: 'infinite' }))).toEqual(['QT']);
  expect(issuesOf(() => solveLinearQuadratic({ ...GOOD, C: [[[1]]], risk: 1 }))).toEqual(['risk']);
  expect(issuesOf(() => solveLinearQuadratic({ ...GOOD, discount: 1, risk: 1 }))).toEqual(['risk']);
  expect(issuesOf(() => solveLinearQuadratic(GOOD, { tolerance: 0, maximumSteps: 0.5 }))).toHaveLength(2);
});

test('a query outside the horizon or of the wrong length is refused', () => {
  const { at, value } = solveLinearQuadratic(GOOD);
  expect(issuesOf(() => at(1.1))).toEqual(['t']);
  expect(issuesOf(() => at(NaN))).toEqual(['t']);
  expect(issuesOf(() => value(0, [1, 2]))).toEqual(['x']);
});

test('at the horizon the value is the terminal cost', () => {
  expect(solveLinearQuadratic({ ...GOOD, QT: [[3]] }).value(1, [2])).toBe(12);
});
