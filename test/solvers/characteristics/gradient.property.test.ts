import { test } from '@jest/globals';
import fc from 'fast-check';
import { costOfControls, type DeterministicProblem } from '../../../solvers/characteristics/index.js';
import { within } from '../../helpers/within.js';
import { withoutGradients } from './problems.js';

const weight = fc.double({ min: -1, max: 1, noNaN: true });
const rows = (height: number, width: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(weight, { minLength: width, maxLength: width }), { minLength: height, maxLength: height });

interface Drawn {
  readonly problem: DeterministicProblem;
  readonly controls: number[][];
  readonly intervals: number[];
  readonly substeps: number;
}

const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    n: fc.integer({ min: 1, max: 4 }),
    m: fc.integer({ min: 1, max: 3 }),
    N: fc.integer({ min: 1, max: 5 }),
    substeps: fc.integer({ min: 1, max: 3 }),
  })
  .chain(({ n, m, N, substeps }) =>
    fc
      .tuple(rows(n, n), rows(n, m), rows(1, n), rows(N, m), rows(N, 1))
      .map(([inState, inControl, [start], controls, lengths]) => {
        const intervals = [0];
        for (const [length] of lengths) intervals.push(intervals[intervals.length - 1] + 0.2 + Math.abs(length));
        return { problem: smooth(inState, inControl, start, intervals[N]), controls, intervals, substeps };
      }),
  );

/** f_i = tanh(W x)_i + u_0 x_i sin(t) + (V u)_i, l = sum x^2 + cos(t) sum sin(u) x_0, g = sum x^3. */
function smooth(W: number[][], V: number[][], start: number[], horizon: number): DeterministicProblem {
  const dot = (row: readonly number[], x: ArrayLike<number>): number => row.reduce((sum, w, j) => sum + w * x[j], 0);
  return {
    start,
    horizon,
    controls: V[0].map(() => ({ lower: -2, upper: 2 })),
    dynamics: (t, x, u, out) =>
      W.forEach((row, i) => (out[i] = Math.tanh(dot(row, x)) + u[0] * x[i] * Math.sin(t) + dot(V[i], u))),
    runningCost: (t, x, u) => {
      const pull = Array.from(u, Math.sin).reduce((sum, value) => sum + value);
      return Array.from(x).reduce((sum, value) => sum + value ** 2, 0) + Math.cos(t) * pull * x[0];
    },
    terminalCost: (x) => Array.from(x).reduce((sum, value) => sum + value ** 3, 0),
    gradients: {
      hamiltonian: (t, x, u, p, inState, inControl) => {
        const bends = W.map((row) => 1 - Math.tanh(dot(row, x)) ** 2);
        const pull = Array.from(u, Math.sin).reduce((sum, value) => sum + value);
        W.forEach((_, j) => {
          inState[j] = 2 * x[j] + p[j] * u[0] * Math.sin(t) + (j === 0 ? Math.cos(t) * pull : 0);
          W.forEach((row, i) => (inState[j] += p[i] * bends[i] * row[j]));
        });
        V[0].forEach((_, k) => {
          inControl[k] = Math.cos(t) * Math.cos(u[k]) * x[0];
          V.forEach((row, i) => (inControl[k] += p[i] * (row[k] + (k === 0 ? x[i] * Math.sin(t) : 0))));
        });
      },
      terminalCost: (x, out) => x.length && out.set(Array.from(x, (value) => 3 * value ** 2)),
    },
  };
}

/** d cost / d u by (J(u + h) - J(u - h)) / 2h extrapolated from h and 2 h, entry by entry. */
function byDifferences({ problem, controls, ...grid }: Drawn): number[][] {
  const moved = (k: number, j: number, h: number): number => {
    const shifted = controls.map((values, i) => values.map((value, l) => value + (i === k && l === j ? h : 0)));
    return costOfControls(problem, shifted, grid).cost;
  };
  const slope = (k: number, j: number, h: number): number => (moved(k, j, h) - moved(k, j, -h)) / (2 * h);
  return controls.map((values, k) => values.map((_, j) => (4 * slope(k, j, 2e-4) - slope(k, j, 4e-4)) / 3));
}

function compare(drawing: Drawn, problem: DeterministicProblem): void {
  const { gradient } = costOfControls(problem, drawing.controls, drawing);
  const expected = byDifferences(drawing).flat();
  const size = Math.max(...expected.map(Math.abs));
  gradient.flat().forEach((value, i) =>
    within(value, expected[i], {
      abs: 1e-6 * size + 1e-7,
      because: 'fourth-order differences at steps of 2e-4, of states that may grow thirtyfold',
    }),
  );
}

test('the adjoint gradient is that of the discrete cost: any grid, substeps, states and controls', () => {
  fc.assert(
    fc.property(drawn, (drawing) => compare(drawing, drawing.problem)),
    { numRuns: 60 },
  );
});

test('the same where the derivatives are left to differences, next to the bounds too', () => {
  fc.assert(
    fc.property(drawn, (drawing) => {
      const { problem, controls } = drawing;
      compare(drawing, withoutGradients(problem));
      const corner = controls.map((values) => values.map((value) => (value < 0 ? -2 : 2)));
      const exact = costOfControls(problem, corner, drawing).gradient.flat();
      const size = Math.max(...exact.map(Math.abs));
      costOfControls(withoutGradients(problem), corner, drawing)
        .gradient.flat()
        .forEach((value, i) => within(value, exact[i], { abs: 1e-6 * size + 1e-9, because: 'one-sided differences' }));
    }),
    { numRuns: 40 },
  );
});

test('the costate at time 0 is the derivative of the cost in the start', () => {
  fc.assert(
    fc.property(drawn, ({ problem, controls, ...grid }) => {
      const { costates } = costOfControls(problem, controls, grid);
      const from = (h: number): number => {
        const start = problem.start.map((value, i) => value + (i === 0 ? h : 0));
        return costOfControls({ ...problem, start }, controls, grid).cost;
      };
      const slope = (h: number): number => (from(h) - from(-h)) / (2 * h);
      const extrapolated = (h: number): number => (4 * slope(h) - slope(2 * h)) / 3;
      const expected = extrapolated(2e-4);
      // The error of the difference at 4e-4 is sixteen times as large, c h^4 with the fifth derivative in c.
      const truncation = Math.abs(extrapolated(4e-4) - expected) / 5;
      const rounding = (1e-15 * Math.abs(from(0))) / 2e-4;
      const size = Math.max(...costates[0].map(Math.abs));
      within(costates[0][0], expected, {
        abs: truncation + 10 * rounding + 1e-6 * size + 1e-9,
        because: 'fourth-order differences, whose error is seen in a difference of twice the step',
      });
    }),
    { numRuns: 100 },
  );
});
